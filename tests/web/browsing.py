"""A real browser at our pages: opening them, pressing keys, and what stands in somebody's way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Frame, Page

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"type": "tag", "values": TAGS}
COLORS = {"type": "rule", "values": ["color-contrast"]}
"""All that dark colors can change."""
NARROW, WIDE = 320, 1280
TALL = 4000
"""So tall that the bar with the buttons, which stays in sight, lies over nothing."""


@contextmanager
def opened(browser: Browser, address: str, width: int = WIDE, **options: Any) -> Iterator[Page]:
    """Give the empty form; a message of the browser's console is a fault."""
    context = browser.new_context(viewport={"width": width, "height": 800}, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    yield page
    assert said == []
    assert context.cookies() == []
    context.close()


def press(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def can_be_used(page: Page) -> None:
    """Hold a page to the rules, narrow and wide, light and dark, without scrolling sideways.

    Dark colors are the same at every width.
    """
    page.wait_for_load_state()  # a press waits for the next page to begin, not for its styles
    page.evaluate(AXE.read_text("utf-8"))
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": TALL})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page, RULES) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, COLORS) == []
    page.emulate_media(color_scheme="light")


def violations(page: Page | Frame, rules: dict[str, Any]) -> list[tuple[str, list[str]]]:
    run = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
    found = page.evaluate(f"{run}.then(found => found.violations)", rules)
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
