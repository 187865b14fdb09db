"""The pictures of the README: taken from the running program, and fit to be shown."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from scripts.pictures import FOLDER, PICTURES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
LARGEST = 250_000
PNG = b"\x89PNG"


def test_the_readme_shows_every_picture_with_words_for_those_who_cannot_see_it() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(docs/pictures/(\w+)\.png\)", README)
    shown += [
        (alt, name)
        for name, alt in re.findall(
            r'<img src="docs/pictures/(\w+)\.png"[^>]* alt="([^"]+)"', README
        )
    ]

    assert [name for _, name in shown] == list(PICTURES)
    assert all(len(alt) > 100 for alt, _ in shown)
    for name in PICTURES:
        picture = FOLDER / f"{name}.png"
        assert picture.read_bytes().startswith(PNG)
        assert picture.stat().st_size < LARGEST


def test_every_picture_can_be_taken_anew(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.pictures", "--folder", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr

    assert {each.name for each in tmp_path.iterdir()} == {f"{name}.png" for name in PICTURES}
