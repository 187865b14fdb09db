"""An explanation as plain JSON, and as lines to read in a terminal."""

from __future__ import annotations

from typing import Any

from estimator.services.explorer import Explanation, Rung, Standing


def as_document(explained: Explanation) -> dict[str, Any]:
    """Return an explanation as plain JSON."""
    asked = explained.asked
    return {
        "plan_id": asked.plan_id,
        "item_id": asked.item_id,
        "date": asked.date.isoformat(),
        "network": explained.network,
        "remarks": list(explained.remarks),
        "ladders": [
            {
                "sheet": ladder.sheet,
                "question": ladder.question,
                "winner": ladder.winner.row if ladder.winner else None,
                "otherwise": None if ladder.winner else ladder.otherwise,
                "rungs": [_rung_document(rung) for rung in ladder.rungs],
            }
            for ladder in explained.ladders
        ],
    }


def as_text(explained: Explanation) -> str:
    """Return an explanation to read: every rung on a line, the one that wins marked."""
    asked = explained.asked
    lines = [f"{asked.plan_id}, {asked.item_id}, on {asked.date}", *explained.remarks]
    for ladder in explained.ladders:
        lines += ["", f"{ladder.sheet}: {ladder.question}"]
        width = max(len(", ".join(rung.key.values())) for rung in ladder.rungs)
        lines += [_line(rung, width) for rung in ladder.rungs]
        if ladder.winner is None:
            lines.append(f"  {ladder.otherwise}")
        elif ladder.winner.source:
            lines.append(f"    Source: {ladder.winner.source}")
    return "\n".join(lines)


def _rung_document(rung: Rung) -> dict[str, Any]:
    first, last = rung.holds or (None, None)
    return {
        "standing": rung.standing.value,
        "key": rung.key,
        "row": rung.row,
        "says": rung.says,
        "effective_from": first.isoformat() if first else None,
        "effective_to": last.isoformat() if last else None,
        "source": rung.source,
        "checked_on": rung.checked_on.isoformat() if rung.checked_on else None,
        "note": rung.note,
    }


def _line(rung: Rung, width: int) -> str:
    holds = rung.standing in (Standing.WON, Standing.ALSO)
    mark = ">" if holds else " "
    row = f"row {rung.row}" if rung.row else "-"
    line = f"  {mark} {row:<9}{', '.join(rung.key.values()):<{width}}  {rung.standing.value}"
    if rung.holds and rung.standing is Standing.NOT_IN_FORCE:
        first, last = rung.holds
        line += f": holds from {first}" + (f" to {last}" if last else " on")
    if holds:
        said = (f"{header} {value}" for header, value in (rung.says or {}).items())
        line += "\n" + " " * 13 + "; ".join(said)
    return line
