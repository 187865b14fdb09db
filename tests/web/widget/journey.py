"""The way of a visitor through the steps, in a page or in a frame on one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

Where = Any
"""A page, or a frame in one."""

STANDS_STILL = """frame => new Promise(resolve => {
    let last, same = 0;
    const look = () => {
        const {top, left, width, height} = frame.getBoundingClientRect();
        const now = [top, left, width, height].join();
        same = now === last ? same + 1 : 0;
        last = now;
        same > 9 ? resolve() : requestAnimationFrame(look);
    };
    look();
})"""


def element(costs: str, clinic: str = "main", **attributes: str) -> str:
    """Return what a clinic pastes."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return (
        f'<script async src="{costs}/embed/v1.js"></script>'
        f'<ketamine-cost-estimator clinic="{clinic}"{more}>'
        f'<a href="{costs}/cost/{clinic}">Costs</a></ketamine-cost-estimator>'
    )


def frame_of(page: Page, number: int = 0) -> Where:
    return page.frame_locator("ketamine-cost-estimator >> iframe").nth(number)


LOADED = """() => new Promise(resolve => {
    const drawn = () => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
        setTimeout(resolve, 500); // what is out of sight is not drawn
    };
    document.readyState === "complete" ? drawn() : addEventListener("load", drawn);
})"""


def ready(page: Page, number: int = 0) -> None:
    """Wait until a frame is styled, its script runs, and it has told its first heights."""
    root = frame_of(page, number).locator("html")
    expect(root).to_have_attribute("data-barred", "")
    root.evaluate(LOADED)


def in_reach(target: Locator, where: Where) -> Locator:
    """Return what is to be pressed once the page around its frame no longer moves.

    A frame that grows moves its host's page, and a press meanwhile lands beside what was aimed at;
    the driver looks for movement in the frame alone.
    """
    target.scroll_into_view_if_needed()
    if isinstance(where, FrameLocator):
        where.owner.evaluate(STANDS_STILL)
    return target


def go(where: Where, value: str = "next") -> None:
    button = where.locator(f"button[name=go][value={value}]:not(.away)")
    in_reach(button, where).click()


def to_plan(where: Where, typed: str = "gold") -> None:
    in_reach(where.locator("[name=insurance][value=plan]"), where).check()
    field = where.locator("#plan")
    field.fill("")
    field.press_sequentially(typed)
    expect(where.locator("#plans input").first).to_be_visible()


def to_stand(where: Where, typed: str = "gold") -> None:
    to_plan(where, typed)
    in_reach(where.locator("#plans input").first, where).check()
    go(where)
    expect(where.locator("[name=step]")).to_have_value("stand")


def to_about(where: Where, typed: str = "gold") -> None:
    to_stand(where, typed)
    go(where)
    expect(where.locator("[name=step]")).to_have_value("about")


def to_answer(where: Where, typed: str = "gold") -> None:
    to_about(where, typed)
    go(where)
    expect(where.locator("[name=step]")).to_have_value("answer")


def to_error(where: Where) -> None:
    to_about(where)
    where.locator("#age").fill("a lot")
    go(where)
    expect(where.locator(".errors")).to_be_visible()


def to_card(where: Where) -> None:
    for each in ("[name=insurance][value=card]", "[name=coverage][value=family]"):
        in_reach(where.locator(each), where).check()
    in_reach(where.locator("details summary").first, where).click()


def to_everything(where: Where) -> None:
    """An answer with programs, shares of income and every fold open."""
    to_about(where, "hushed")
    where.locator("#household_size").fill("2")
    where.locator("#annual_income").fill("90000")
    go(where)
    expect(where.locator("[name=step]")).to_have_value("answer")
    where.locator("body").evaluate(
        "() => document.querySelectorAll('details').forEach(each => { each.open = true })"
    )


STATES: dict[str, Callable[[Where], None]] = {
    "first": lambda where: None,
    "plan": to_plan,
    "card": to_card,
    "stand": to_stand,
    "about": to_about,
    "error": to_error,
    "answer": to_answer,
    "everything": to_everything,
}
