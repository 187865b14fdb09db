"""A PostgreSQL server of the tests' own, in a folder of its own, gone afterwards."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

# Nothing here outlives the tests, so nothing is flushed to disk for safety's sake.
SETTINGS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
NUMBERS = count(1)


@dataclass(frozen=True)
class Server:
    port: int
    user: str

    def url(self, name: str) -> str:
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{name}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the URL of a fresh database."""
        name = f"test_{next(NUMBERS)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE template0")
        try:
            yield self.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def server(settings: str = SETTINGS) -> Iterator[Server]:
    """Start a server on a free port of this machine; stop it at the end."""
    programs, user = _programs(), _user()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    shutil.chown(folder, user)
    port = _free_port()

    def run(program: str, *arguments: str) -> None:
        command = [programs / program, "-D", folder / "data", *arguments]
        other = {"user": user, "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **other)

    try:
        run("initdb", "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-p {port} -h 127.0.0.1 -k {folder} {settings}"
        run("pg_ctl", "-w", "-s", "-l", str(folder / "log"), "-o", options, "start")
        yield Server(port, user)
        run("pg_ctl", "-s", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Where initdb and pg_ctl stand: Debian keeps them off the path, newest version last."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).parent)
    assert found, "These tests need PostgreSQL: install the package postgresql."
    return max(found, key=lambda path: [int(p) for p in path.parts if p.isdigit()])


def _user() -> str:
    """Who runs it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
