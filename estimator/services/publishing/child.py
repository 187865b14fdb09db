"""The process in which an upload is checked: a workbook's bytes in, what is found out.

``python -m estimator.services.publishing.child YYYY-MM-DD`` is started by report.py.
"""

from __future__ import annotations

import gc
import sys
from datetime import date

from estimator.services.publishing.report import encoded, report


def main() -> None:
    """Answer on standard output what comes on standard input."""
    gc.disable()  # it ends before it pays to look for garbage
    found = report(sys.stdin.buffer.read(), date.fromisoformat(sys.argv[1]))
    sys.stdout.buffer.write(encoded(found))


if __name__ == "__main__":
    main()
