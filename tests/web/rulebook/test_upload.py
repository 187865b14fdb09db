"""A file on its way in: what the server does before it has come whole."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask

from estimator.web.bodies import LARGEST_UPLOAD, file_body
from tests.support.rulebooks import workbook
from tests.support.serving import listening
from tests.support.staff import WHO

HEAD = (
    "POST /rulebook/upload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    f"{WHO}: robin:editor\r\nContent-Type: multipart/form-data; boundary=x\r\n{{length}}\r\n\r\n"
)
BEGIN = (
    b'--x\r\nContent-Disposition: form-data; name="why"\r\n\r\nMarch\r\n'
    b'--x\r\nContent-Disposition: form-data; name="workbook"; filename="a.xlsx"\r\n\r\n'
)
END = b"\r\n--x--\r\n"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with listening(app) as given:
        yield given


def connected(address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=60)


def answer(connection: socket.socket) -> tuple[int, str]:
    reply = connection.makefile("rb").read().decode()
    return int(reply.split()[1]), reply


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_a_file_that_says_it_is_too_large_is_refused_unread(address: str) -> None:
    with connected(address) as connection:
        head = HEAD.format(length=f"Content-Length: {LARGEST_UPLOAD + 1}")
        connection.sendall(head.encode())

        status, reply = answer(connection)

    assert status == 413
    assert "The file is over 10 MB" in reply


def test_a_file_that_turns_out_too_large_is_read_no_further(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD.format(length="Transfer-Encoding: chunked").encode())
        connection.sendall(chunk(BEGIN))
        block = chunk(b"a" * 100_000)
        for _ in range(LARGEST_UPLOAD // 100_000 + 1):
            connection.sendall(block)
        connection.sendall(b"0\r\n\r\n")

        assert int(connection.makefile("rb").readline().split()[1]) == 413


def test_a_file_in_chunks_is_taken(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD.format(length="Transfer-Encoding: chunked").encode())
        for part in (BEGIN, workbook(80), END):
            connection.sendall(chunk(part))
        connection.sendall(b"0\r\n\r\n")

        status, reply = answer(connection)

    assert status == 303
    assert "Location: /rulebook/drafts/2" in reply


@pytest.mark.parametrize("size", [65_536, 300_000, 3_000_000, 9_000_000])
def test_files_up_to_the_limit_arrive_whole(app: Flask, size: int) -> None:
    data = random.Random(size).randbytes(size)
    kind = "multipart/form-data; boundary=x"

    with app.test_request_context(method="POST", data=BEGIN + data + END, content_type=kind):
        body = file_body("workbook")

    assert (body.data, body.name, body.fields) == (data, "a.xlsx", {"why": ["March"]})


def test_a_field_that_is_too_long_is_refused(address: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="why"\r\n\r\n' + b"a" * 600_000 + END
    with connected(address) as connection:
        connection.sendall(HEAD.format(length=f"Content-Length: {len(body)}").encode() + body)

        assert answer(connection)[0] == 413
