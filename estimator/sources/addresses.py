"""Addresses that others give us, before anything is sent to them."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent to an address.

    >>> is_safe("https://id.example.org/"), is_safe("http://localhost:9/"), is_safe("http://id/")
    (True, True, False)
    """
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
