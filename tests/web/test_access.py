"""Every route, and who may open it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from estimator.services.accounts.roles import Identity, Role
from estimator.web import Estimator, Settings
from estimator.web.access import FORWARDED, NEEDS, PUBLIC
from estimator.web.methods import FALLBACK
from tests.web.asking import FORM, findings
from tests.web.conftest import small

NOWHERE = Settings(database_url="sqlite:////nowhere/none.sqlite3")
SENT = {"asked": "old", "name": "estimator.css", "rest": "nothing", "kind": "csv"}


def routes(app: Flask) -> list[Rule]:
    """Return every route of ours that does more than refuse."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("estimator.")
        and not rule.endpoint.rpartition(".")[2].startswith(FALLBACK)
    ]


def known_by(found: Identity | None) -> Flask:
    app = Flask("host", static_folder=None)
    Estimator(app, settings=NOWHERE, identify=lambda: found)
    return small(app)


def test_every_route_is_in_the_table_and_nothing_else(app: Flask) -> None:
    assert {rule.endpoint.removeprefix("estimator.") for rule in routes(app)} == set(NEEDS)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_opens_to_its_roles_alone(role: Role | None) -> None:
    app = known_by(role and Identity("Robin", role))
    client = app.test_client()
    for rule in routes(app):
        needed = NEEDS[rule.endpoint.removeprefix("estimator.")]
        opens = needed is PUBLIC or (role is not None and role.includes(needed))
        with app.test_request_context():
            path = rule.build({name: SENT[name] for name in rule.arguments})
        assert path is not None
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            status = client.open(path[1], method=method, buffered=True).status_code
            refused = 401 if role is None else 403
            assert (status == refused) is not opens, (rule.endpoint, method, status)


@pytest.fixture
def form(app: Flask) -> FlaskClient:
    return app.test_client()


def test_without_accounts_the_form_opens_on_the_machine_itself(form: FlaskClient) -> None:
    for base in ("http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"):
        assert form.get("/", base_url=base, environ_overrides=HERE).status_code == 200


HERE = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"environ_overrides": HERE | {"SERVER_NAME": "0.0.0.0"}},  # noqa: S104 - an address seen
        {"environ_overrides": HERE | {"REMOTE_ADDR": "10.1.2.3"}},
        {"environ_overrides": HERE, "base_url": "http://costs.example.org"},
        {"environ_overrides": HERE, "base_url": "http://127.0.0.1.example.org"},
        *({"environ_overrides": HERE, "headers": {name: "1.2.3.4"}} for name in FORWARDED),
    ],
)
def test_without_accounts_only_the_public_estimate_opens_from_elsewhere(
    form: FlaskClient, elsewhere: dict[str, object]
) -> None:
    page = form.post("/", data=FORM, **elsewhere)
    document = {"clinic_id": "main", "plan_id": "gold", "treatments": ["sertraline"]}
    public = form.post("/api/v1/estimates", json=document, **elsewhere)

    assert page.status_code == 401
    assert "for the clinic&#39;s staff" in page.text
    assert public.status_code == 200


def test_the_host_says_who_is_asking() -> None:
    viewer = known_by(Identity("Robin", Role.VIEWER)).test_client()
    nobody = known_by(None).test_client()

    assert viewer.get("/").status_code == 200
    assert nobody.get("/").status_code == 401
    assert findings(nobody.get("/api/v1/nothing"), 404) == []
