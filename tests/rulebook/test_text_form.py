"""The folder of text and the workbook are two forms of one rulebook."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

from estimator.rulebook.loader import load_workbook_bytes
from estimator.rulebook.snapshot import fingerprint
from estimator.rulebook.text_form import pack, read_folder, unpack
from tests.rulebook.mistakes import SHIPPED

FOLDER = SHIPPED.with_suffix("")


def parts(workbook: Path) -> dict[str, bytes]:
    """Return what a workbook unpacks to: how well it is packed is the machine's affair."""
    with ZipFile(workbook) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_shipped_folder_and_workbook_say_the_same() -> None:
    folder, workbook = read_folder(FOLDER), load_workbook_bytes(SHIPPED.read_bytes())
    assert folder.findings == workbook.findings == ()
    assert fingerprint(folder.rows) == fingerprint(workbook.rows)
    assert folder.changes == workbook.changes


def test_unpacking_the_shipped_workbook_gives_the_shipped_folder(tmp_path: Path) -> None:
    unpack(SHIPPED, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {file.name for file in FOLDER.iterdir()}
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (FOLDER / file.name).read_bytes(), file.name


def test_packing_the_shipped_folder_gives_the_shipped_workbook(tmp_path: Path) -> None:
    packed = tmp_path / "packed.xlsx"
    assert pack(FOLDER, packed) == ()
    assert parts(packed) == parts(SHIPPED)


def test_a_comma_outside_quotes_is_told_and_not_lost_in_silence(tmp_path: Path) -> None:
    unpack(SHIPPED, tmp_path)
    file = tmp_path / "Networks.csv"
    lines = file.read_text("utf-8").splitlines()
    lines[1] += ",asked by telephone"
    file.write_text("\n".join(lines), "utf-8")

    (found,) = read_folder(tmp_path).findings

    assert (found.code, found.where, found.shown) == (
        *("unknown-column", "Networks!J2"),
        "asked by telephone",
    )
    assert "in quotes" in found.advice


def test_unpacking_and_packing_are_inverse(tmp_path: Path) -> None:
    assert unpack(SHIPPED, tmp_path / "folder") == ()
    pack(tmp_path / "folder", tmp_path / "again.xlsx")
    assert parts(tmp_path / "again.xlsx") == parts(SHIPPED)
    unpack(tmp_path / "again.xlsx", tmp_path / "once-more")
    for file in sorted((tmp_path / "folder").iterdir()):
        assert file.read_bytes() == (tmp_path / "once-more" / file.name).read_bytes()


def test_a_cell_of_text_has_the_address_it_would_have_on_a_sheet(tmp_path: Path) -> None:
    unpack(SHIPPED, tmp_path)
    limits = tmp_path / "Limits.csv"
    limits.write_text(limits.read_text("utf-8").replace(",in,", ",inn,", 1), "utf-8")
    assert [(each.code, each.where) for each in read_folder(tmp_path).findings] == [
        ("not-in-list", "Limits!D2")
    ]


def test_what_cannot_be_read_is_not_packed(tmp_path: Path) -> None:
    unpack(SHIPPED, tmp_path)
    (tmp_path / "Items.csv").unlink()
    findings = pack(tmp_path, tmp_path / "packed.xlsx")
    assert [each.code for each in findings] == ["missing-sheet"]
    assert not (tmp_path / "packed.xlsx").exists()


def test_files_saved_by_a_spreadsheet_program_are_read(tmp_path: Path) -> None:
    """A byte order mark, other line ends and a line break inside a cell."""
    unpack(SHIPPED, tmp_path)
    words = tmp_path / "Words.csv"
    lines = 'English,Spanish\r\n"Two\nlines","Dos\nlíneas"\r\n'
    words.write_bytes(b"\xef\xbb\xbf" + lines.encode())
    (row,) = read_folder(tmp_path).rows["Words"]
    assert (row.english, row.spanish) == ("Two\nlines", "Dos\nlíneas")  # type: ignore[attr-defined]
