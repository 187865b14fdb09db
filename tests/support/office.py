"""LibreOffice without a window, saving files as a person would who edits rules in it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

PATIENCE = 240


def convert(files: Iterable[Path], kind: str, folder: Path) -> dict[str, Path]:
    """Open the files, save each as *kind* into the folder; return them by their stem."""
    program = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
    assert program, "These tests need LibreOffice: install the package libreoffice-calc."
    files = list(files)
    profile = f"-env:UserInstallation=file://{folder.parent / 'profile'}"
    command = [program, profile, "--headless", "--norestore", "--convert-to", kind]
    subprocess.run(
        [*command, "--outdir", folder, *files],
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    return {file.stem: folder / f"{file.stem}.{kind}" for file in files}
