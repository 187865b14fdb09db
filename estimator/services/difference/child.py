"""The process in which a difference is worked out: two snapshots in, one document out."""

from __future__ import annotations

import gc
import json
import sys
from datetime import date

from estimator.rulebook import snapshot
from estimator.rulebook.model import Rulebook
from estimator.services.difference.comparison import compare
from estimator.services.difference.cores import available
from estimator.services.difference.document import as_document


def main() -> None:
    """Answer on standard output what is asked on standard input."""
    gc.disable()  # it ends before it pays to look for garbage
    asked = json.load(sys.stdin)
    before, after = (Rulebook(snapshot.decode(asked[side])) for side in ("before", "after"))
    found = compare(before, after, date.fromisoformat(asked["date"]), available())
    json.dump(as_document(found, before, after), sys.stdout)


if __name__ == "__main__":
    main()
