"""Take the pictures of the README from the running program: ``python -m scripts.pictures``.

It starts the program on a fresh database, so that a picture shows what a newcomer sees. Each
picture is a function that brings a page to what is to be seen; add one to ``PICTURES``.
"""

from __future__ import annotations

import argparse
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

from playwright.sync_api import Page, expect, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"


def widget(page: Page, address: str) -> None:
    """A visitor's answer: ketamine infusions beside an SSRI, with a plan and some of it met."""
    page.goto(f"{address}/cost/boston-sample?lang=en&theme=light")
    page.locator("[name=insurance][value=plan]").check()
    page.locator("#plan").press_sequentially("aetna fl 1500")
    page.locator("#plans input").first.check()
    page.locator("[name=coverage][value=self]").check()
    page.locator("button.main").click()
    page.locator("[name^=met_]").first.fill("400")
    page.locator("button.main").click()
    expect(page.locator("[name=step]")).to_have_value("about")
    page.locator("button.main").click()
    expect(page.locator("[name=step]")).to_have_value("answer")


class Picture(NamedTuple):
    """What to show, and how large."""

    show: Callable[[Page, str], None]
    width: int
    height: int


PICTURES = {
    "widget": Picture(widget, 420, 900),
}


@contextmanager
def program() -> Iterator[str]:
    """Start the program on a fresh database; gives its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
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
            started.wait(timeout=20)


def wait_for(address: str) -> None:
    for _ in range(600):
        with suppress(OSError), urlopen(f"{address}/readyz", timeout=9) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise SystemExit("The program did not start.")


def take(names: list[str], folder: Path) -> None:
    """Take the pictures by these names into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    with program() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names:
            picture = PICTURES[name]
            shape = {"width": picture.width, "height": picture.height}
            page = browser.new_page(viewport=shape, device_scale_factor=2)
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
