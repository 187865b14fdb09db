"""The way of a visitor through the steps, in a page or in a frame on one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

Where = Any
"""A page, or a frame in one."""


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


def go(where: Where, value: str = "next") -> None:
    where.locator(f"button[name=go][value={value}]:not(.away)").click()


def to_plan(where: Where, typed: str = "gold") -> None:
    where.locator("[name=insurance][value=plan]").check()
    field = where.locator("#plan")
    field.fill("")
    field.press_sequentially(typed)
    expect(where.locator("#plans input").first).to_be_visible()


def to_stand(where: Where, typed: str = "gold") -> None:
    to_plan(where, typed)
    where.locator("#plans input").first.check()
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
    where.locator("[name=insurance][value=card]").check()
    where.locator("[name=coverage][value=family]").check()
    where.locator("details summary").first.click()


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
