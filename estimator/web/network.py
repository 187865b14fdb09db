"""The network that a request comes from: what limits count by, never a person."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from flask import request

_PREFIXES = {4: 24, 6: 48}


def network_of(address: str) -> str:
    """Return the network an address is in.

    >>> network_of("203.0.113.77"), network_of("2001:db8:1:2::9"), network_of("?")
    ('203.0.113.0/24', '2001:db8:1::/48', '')

    A server that listens on IPv6 sees an IPv4 address inside one of IPv6:

    >>> network_of("::ffff:203.0.113.77")
    '203.0.113.0/24'
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((found, _PREFIXES[found.version]), strict=False))


def visitor_address(trusted_proxies: int) -> str:
    """Return where the request comes from, as the outermost proxy of our own saw it."""
    seen = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if trusted_proxies and len(seen) >= trusted_proxies and seen[-trusted_proxies]:
        return seen[-trusted_proxies]
    return request.remote_addr or ""
