from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from estimator.services.widget.colors import (
    EDGE_CONTRAST,
    TEXT_CONTRAST,
    Palette,
    contrast,
    dark,
    fit,
    light,
)

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def readable(shades: Palette) -> bool:
    text = [
        contrast(ink, ground)
        for ink in (shades.ink, shades.soft, shades.accent)
        for ground in (shades.page, shades.panel)
    ]
    text.append(contrast(shades.on_accent, shades.accent))
    edges = [contrast(shades.edge, ground) for ground in (shades.page, shades.panel)]
    return min(text) >= TEXT_CONTRAST and min(edges) >= EDGE_CONTRAST


@given(colors, colors, colors)
def test_whatever_a_clinic_picks_can_be_read(accent: str, background: str, text: str) -> None:
    assert readable(light(accent, background, text))
    assert readable(dark(accent))


@given(colors, colors, colors)
def test_the_background_is_the_one_that_was_picked(accent: str, page: str, text: str) -> None:
    assert light(accent, page, text).page == page


@given(colors, colors)
def test_a_color_that_can_be_read_stays_as_it_is(color: str, ground: str) -> None:
    if contrast(color, ground) >= TEXT_CONTRAST:
        assert fit(color, (ground,)) == color


def test_contrast_is_wcags() -> None:
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54
    assert round(contrast("#ff0000", "#ffffff"), 1) == 4.0
