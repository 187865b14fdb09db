"""One limit for several servers: a real Redis, and what happens when it is not there."""

from __future__ import annotations

import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from estimator.web.settings import Settings, SettingsRefused
from tests.support import redis
from tests.support.serving import PATIENCE, Served, serving
from tests.web.widget.conftest import KEY, database_of, widget_app
from tests.web.widget.test_safety import PAGE, from_

PATH = "/cost/boston-sample"
RATE = 6
NETWORK, ANOTHER = "203.0.113", "198.51.100"


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[redis.Server]:
    with redis.server(tmp_path) as server:
        yield server


@pytest.fixture
def servers(tmp_path: Path, sqlite_url: str, shared: redis.Server) -> Iterator[list[Served]]:
    """Two servers, each a process of its own, that share a Redis and nothing else but the rules."""
    settings = {
        "ESTIMATOR_REDIS_URL": shared.url,
        "ESTIMATOR_SECRET_KEY": KEY,
        "ESTIMATOR_TRUSTED_PROXIES": "1",
        "ESTIMATOR_WIDGET_RATE": f"{RATE} per hour",
    }
    with ExitStack() as stack:
        yield [stack.enter_context(serving(tmp_path, sqlite_url, **settings)) for _ in range(2)]


def asked(served: Served, network: str, host: int = 1) -> int:
    headers = {"X-Forwarded-For": f"{network}.{host}"}
    return requests.get(served.address() + PATH, headers=headers, timeout=60).status_code


def by_turns(servers: list[Served], network: str, times: int) -> list[int]:
    return [asked(servers[number % 2], network, number) for number in range(times)]


def test_servers_count_one_network_together(shared: redis.Server, servers: list[Served]) -> None:
    assert by_turns(servers, NETWORK, RATE + 2) == [200] * RATE + [429] * 2
    assert by_turns(servers, ANOTHER, 2) == [200, 200]

    names = shared.keys()
    assert len(names) == 2
    for name in names:
        assert re.search(r"/[0-9a-f]{32}/", name), name
        assert not [each for each in (NETWORK, ANOTHER) if each in name]


def test_a_redis_that_goes_away_and_comes_back_stops_no_answer(
    shared: redis.Server, servers: list[Served]
) -> None:
    assert by_turns(servers, NETWORK, RATE + 1)[-1] == 429
    shared.stop()

    # Each server counts for itself until then: what was counted together is not known to it.
    assert by_turns(servers, NETWORK, 2 * RATE) == [200] * (2 * RATE)
    assert by_turns(servers, NETWORK, 2) == [429, 429]

    shared.start()
    until = time.monotonic() + PATIENCE
    while len(shared.keys()) < len(servers):
        assert time.monotonic() < until
        for served, network in zip(servers, ("192.0.2", "192.0.3"), strict=True):
            asked(served, network)
        time.sleep(0.1)
    assert by_turns(servers, NETWORK, RATE + 2) == [200] * RATE + [429] * 2


def test_a_redis_that_does_not_answer_is_not_waited_for(empty_url: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        app = widget_app(empty_url, widget_rate="2 per minute", redis_url=url)
        client = app.test_client()

        assert [from_(client, "203.0.113.1", PAGE) for _ in range(3)] == [200, 200, 429]
        database_of(app).close()


def test_a_redis_that_takes_nothing_more_stops_no_answer(
    empty_url: str, shared: redis.Server
) -> None:
    with shared.client() as client:
        client.config_set("maxmemory", 1)
    app = widget_app(empty_url, widget_rate="2 per minute", redis_url=shared.url)
    visitor = app.test_client()

    assert [from_(visitor, "203.0.113.1", PAGE) for _ in range(3)] == [200, 200, 429]
    assert shared.keys() == []
    database_of(app).close()


def test_servers_that_could_not_count_together_do_not_start() -> None:
    with pytest.raises(SettingsRefused, match="ESTIMATOR_SECRET_KEY, the same on every server"):
        Settings(redis_url="redis://127.0.0.1/0")
    with pytest.raises(SettingsRefused, match="begins with redis://"):
        Settings(redis_url="127.0.0.1:6379", secret_key=KEY)


def test_an_address_that_cannot_be_used_is_told_when_the_server_starts(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match="ESTIMATOR_REDIS_URL cannot be used"):
        widget_app(empty_url, redis_url="redis://127.0.0.1:port/0")
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(SystemExit, match="the extra redis is installed"):
        widget_app(empty_url, redis_url="redis://127.0.0.1/0")
