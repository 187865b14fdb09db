"""What docs/accounts.md shows works as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask import Flask, g

from estimator.commands.accounts import user
from estimator.services.accounts.roles import Role
from estimator.web import Identity
from estimator.web.navigation import ROLES
from tests.web.conftest import small

PAGE = (Path(__file__).parents[3] / "docs" / "accounts.md").read_text("utf-8")


def test_the_example_of_a_host_says_who_is_asking() -> None:
    made: dict[str, Any] = {}
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(example, made)  # noqa: S102 - our own page
    app: Flask = made["app"]
    app.before_request(lambda: setattr(g, "user", people.get("here")))
    people: dict[str, Identity] = {}
    client = small(app).test_client()

    assert client.get("/costs/").status_code == 401
    people["here"] = Identity("robin", Role.VIEWER)
    assert client.get("/costs/").status_code == 200


def test_every_command_is_on_the_page_and_what_is_there_is_one() -> None:
    assert set(re.findall(r"estimator user ([a-z-]+)", PAGE)) == set(user.commands)


def test_every_role_is_on_the_page() -> None:
    rows = re.findall(r"^\| ([a-z ]+)(?: \(`(\w+)`\))? \|", PAGE, re.MULTILINE)

    assert [(words, value or words) for words, value in rows] == [
        (ROLES[role], role.value) for role in Role
    ]


def test_everything_that_the_audit_tells_is_on_the_page() -> None:
    folder = Path(__file__).parents[3] / "estimator" / "services" / "accounts"
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    told = set(re.findall(r'"((?:user|sign_in|sign_out)(?:\.[a-z_]+)?)"', text))

    assert {"user.add", "sign_in", "sign_out"} <= told - {"user"}
    assert all(f"`{action}`" in PAGE for action in told - {"user"})
