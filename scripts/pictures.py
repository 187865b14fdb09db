"""Take the pictures of the README from the running program: ``python -m scripts.pictures``.

It starts the program on a fresh database, so that a picture shows what a newcomer sees. Each
picture is a function that brings a page to what is to be seen; add one to ``PICTURES``.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from playwright.sync_api import FilePayload, Page, expect, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PATIENCE = 240
"""How many seconds a step may take on a busy machine."""


def form(page: Page, address: str) -> None:
    """The staff form with an answer: a plan that has said yes, and some of its limits met."""
    page.goto(f"{address}/")
    page.locator("#clinic").select_option("tampa-sample")
    page.locator("#plan").fill("aetna fl 1500")
    page.locator("#plan").press("Tab")
    page.locator("[name^=met_]").first.fill("400")
    page.locator("#age").fill("44")
    page.locator("#failed_trials").fill("3")
    page.locator("#prior_authorization").select_option("approved")
    page.locator("button.main").click()
    expect(page.locator("#say")).to_be_visible()


CLINIC = "tampa-sample"
ROWS = 5_000
MISTAKES = {
    4: {"start_date": "2026-02-30"},
    11: {"plan_id": "aetna-fl-ppo-150"},
    18: {"deductible_met": "1.250,00"},
    27: {"age": "forty"},
}
"""What somebody types wrong, by row."""


def patients(address: str) -> bytes:
    """Return a file of made-up patients over the shipped plans, four of them with a mistake."""
    with urlopen(f"{address}/api/v1/plans") as answer:
        plans = [plan["plan_id"] for plan in json.load(answer)["plans"]]
    rows = []
    for number in range(ROWS):
        row = {
            "patient_ref": f"P-{number + 1001}",
            "clinic_id": ("boston-sample", "tampa-sample")[number % 2],
            "plan_id": plans[number * 7 % len(plans)],
            "start_date": f"2026-12-{number % 28 + 1:02}",
            "age": str(20 + number % 50),
            "deductible_met": str(number * 35 % 400),
        }
        rows.append(row | MISTAKES.get(number, {}))
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def batch(page: Page, address: str) -> None:
    """A file of patients that is done: what came out, and each row that has to be mended."""
    file = FilePayload(name="patients.csv", mimeType="text/csv", buffer=patients(address))
    page.goto(f"{address}/batches")
    page.locator("#file").set_input_files(file)
    page.locator("#upload-form button").click()
    expect(page.locator("#progress [data-ended=yes]")).to_be_visible()


def set_up(page: Page, address: str) -> None:
    """The administrator's page: two treatments to compare, and whom to ask."""
    page.goto(f"{address}/admin/widgets/{CLINIC}")
    for treatment in ("iv-ketamine", "sertraline"):
        page.locator(f"[name=treatments][value={treatment}]").check()
    page.locator("#contact_name").fill("Front desk")
    page.locator("#contact_phone").fill("617 555 0100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")


def widget(page: Page, address: str) -> None:
    """A visitor's answer on a phone: ketamine infusions beside an SSRI."""
    set_up(page, address)
    page.goto(f"{address}/cost/{CLINIC}?lang=en&theme=light")
    page.locator("[name=insurance][value=plan]").check()
    page.locator("#plan").press_sequentially("aetna fl 1500")
    page.locator("#plans input").first.check()
    page.locator("[name=coverage][value=self]").check()
    page.locator("button.main").click()
    expect(page.locator("[name=step]")).to_have_value("stand")
    for field in page.locator("[name^=met_]").all():
        field.fill("400")
    page.locator("button.main").click()
    expect(page.locator("[name=step]")).to_have_value("about")
    page.locator("button.main").click()
    expect(page.locator("[name=step]")).to_have_value("answer")


class Picture(NamedTuple):
    """What to show, how large, and how many dots a pixel of the page has."""

    show: Callable[[Page, str], None]
    width: int
    height: int
    dots: float


PICTURES = {
    "form": Picture(form, 1120, 840, 1.15),
    "batch": Picture(batch, 1200, 820, 1.25),
    "widget": Picture(widget, 420, 1000, 1.5),
}


@contextmanager
def program() -> Iterator[str]:
    """Start the program on a fresh database; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        url = f"sqlite:///{folder}/pictures.sqlite3"
        environment = {**os.environ, "ESTIMATOR_DATABASE_URL": url}
        command = [sys.executable, "-m", "estimator", "serve", "--port", str(port)]
        started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address)
            yield address
        finally:
            started.terminate()
            started.wait(timeout=PATIENCE)


def wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), urlopen(f"{address}/readyz", timeout=PATIENCE) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("The program did not start.")


def take(names: list[str], folder: Path) -> None:
    """Take the pictures by these names into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE * 1000)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with program() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names:
            picture = PICTURES[name]
            shape = {"width": picture.width, "height": picture.height}
            page = browser.new_page(viewport=shape, device_scale_factor=picture.dots)
            page.set_default_timeout(PATIENCE * 1000)
            picture.show(page, address)
            page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
            page.screenshot(path=folder / f"{name}.png")
            page.close()
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PICTURES))
    parser.add_argument("--folder", type=Path, default=FOLDER)
    chosen = parser.parse_args()
    take(chosen.names or list(PICTURES), chosen.folder)


if __name__ == "__main__":
    main()
