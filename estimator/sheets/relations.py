"""What the parts of a workbook say about each other: their types, and which one belongs to which.

A part is reached through these lists, whatever its own name says, so macros, links and
embedded files are looked for here too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from estimator.sheets.container import MANIFEST
from estimator.sheets.refusal import RefusedError

_ACTIVE_TYPES = re.compile(
    r"vbaProject|macroEnabled|externalLink|oleObject|macrosheet|activeX|dialogsheet", re.IGNORECASE
)
_MAIN_TYPES = ("spreadsheetml.sheet.main+xml", "spreadsheetml.template.main+xml")
_ACTIVE_RELATIONS = frozenset(
    {
        "vbaproject",
        "wordvbadata",
        "oleobject",
        "package",
        "control",
        "activexcontrolbinary",
        "externallink",
        "externallinkpath",
        "connections",
        "querytable",
        "attachedtemplate",
        "xlmacrosheet",
        "xlintlmacrosheet",
        "dialogsheet",
    }
)

Handler = Callable[[str, dict[str, str]], None]


class Relations:
    """The lists of a workbook while they are read."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name.casefold() for name in names}
        self._is_workbook = False
        self._sheets: list[str] = []

    def handler(self, part: str) -> Handler | None:
        """Return what looks at the elements of a part, if the part is one of the lists."""
        if part.casefold() == MANIFEST:
            return self._type
        if part.lower().endswith(".rels"):
            return lambda name, attributes: self._relation(part, name, attributes)
        return None

    def look(self) -> None:
        """Refuse what only the whole of the lists shows."""
        if not self._is_workbook:
            raise RefusedError("not-a-workbook", "The file does not say that it is a workbook.")
        for sheet in self._sheets:
            if sheet.casefold() not in self._names:
                says = "A sheet that the file lists is not in it."
                raise RefusedError("unreadable-workbook", says, sheet)
            if not sheet.lower().endswith(".xml"):
                raise RefusedError("unsafe-file", "A sheet has an unusual name inside.", sheet)

    def _type(self, _: str, attributes: dict[str, str]) -> None:
        content = attributes.get("ContentType", "")
        if _ACTIVE_TYPES.search(content):
            raise RefusedError("active-content", "", content)
        self._is_workbook = self._is_workbook or content.endswith(_MAIN_TYPES)

    def _relation(self, part: str, _: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2].casefold()
        target = attributes.get("Target", "")
        if kind in _ACTIVE_RELATIONS:
            raise RefusedError("active-content", "", target)
        if attributes.get("TargetMode", "").casefold() == "external":
            if kind != "hyperlink":
                raise RefusedError("active-content", "The file draws on another file.", target)
            return
        inside = _inside(part, target)
        if inside.startswith(".."):
            raise RefusedError("unsafe-file", "A part of the file points outside of it.", target)
        if kind == "worksheet":
            self._sheets.append(inside)


def _inside(part: str, target: str) -> str:
    """Return the name of a part that a list refers to.

    >>> _inside("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml")
    'xl/worksheets/sheet1.xml'
    """
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    folder = posixpath.dirname(posixpath.dirname(part))
    return posixpath.normpath(posixpath.join(folder, target))
