"""The cookie that a signed-in browser holds: for one mounted estimator, and nobody else."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

ALWAYS: dict[str, Any] = {"httponly": True, "samesite": "Lax"}


class SignInCookie:
    """Reads and sets the cookie of the estimator mounted under a name."""

    def __init__(self, mounted: str) -> None:
        self._mounted = mounted

    def token(self) -> str:
        """Return what the browser holds; blank where it holds nothing."""
        return request.cookies.get(self._name(), "")

    def set(self, response: Response, token: str) -> None:
        """Let the browser hold a token until it is closed, or signed out before."""
        response.set_cookie(
            self._name(), token, path=self._path(), secure=request.is_secure, **ALWAYS
        )

    def remove(self, response: Response) -> None:
        """Let the browser forget it, where it holds one."""
        if self._name() in request.cookies:
            response.delete_cookie(
                self._name(), path=self._path(), secure=request.is_secure, **ALWAYS
            )

    def _path(self) -> str:
        return url_for(f"{self._mounted}.pages.form").rstrip("/") or "/"

    def _name(self) -> str:
        """Return its name, which over https no other host and no plain page can set."""
        prefix = ""
        if request.is_secure:
            prefix = "__Host-" if self._path() == "/" else "__Secure-"
        return f"{prefix}{self._mounted}_sign_in"
