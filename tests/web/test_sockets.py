"""What a client test cannot show: what the server does before the body has come."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from estimator.web.bodies import LARGEST_BODY

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nConnection: close\r\n"
    "{length}\r\n\r\n"
)
KINDS = {
    "/api/v1/estimates": "application/json",
    "/api/v1/adjudications": "application/json",
    "/": "application/x-www-form-urlencoded",
    "/plan": "application/x-www-form-urlencoded",
}
MORE = LARGEST_BODY + 1


@pytest.mark.parametrize("path", KINDS)
def test_a_body_that_says_it_is_too_large_is_refused_unread(address: str, path: str) -> None:
    with connected(address) as connection:
        connection.sendall(head(path, f"Content-Length: {MORE}"))

        assert status(connection) == 413


@pytest.mark.parametrize("path", KINDS)
def test_a_body_that_turns_out_too_large_is_read_no_further(address: str, path: str) -> None:
    with connected(address) as connection:
        connection.sendall(head(path, "Transfer-Encoding: chunked"))
        chunk = b"a" * 10_000
        for _ in range(MORE // len(chunk) + 1):
            connection.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        connection.sendall(b"0\r\n\r\n")

        assert status(connection) == 413


def connected(address: str) -> socket.socket:
    port = urlsplit(address).port
    return socket.create_connection(("127.0.0.1", port or 0), timeout=60)


def head(path: str, length: str) -> bytes:
    return HEAD.format(path=path, kind=KINDS[path], length=length).encode()


def status(connection: socket.socket) -> int:
    return int(connection.makefile("rb").readline().split()[1])
