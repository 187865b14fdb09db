"""Why a file is not read."""

from __future__ import annotations


class RefusedError(Exception):
    """Why a file is not read: a code, what was seen, what it was about, and what to do."""

    def __init__(self, code: str, says: str, shown: str = "", advice: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.says = says
        self.shown = shown[:60]
        self.advice = advice
