"""Every route, and who may open it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from estimator.services.accounts.roles import Identity, Role
from estimator.web import Estimator, Settings, access
from estimator.web.access import FORWARDED, NEEDS, PUBLIC
from estimator.web.methods import FALLBACK
from tests.web.accounts.clinic import Clinic, make
from tests.web.asking import FORM, findings
from tests.web.conftest import small

NOWHERE = Settings(database_url="sqlite:////proc/nowhere/none.sqlite3")
SENT = {
    "asked": "old",
    "name": "estimator.css",
    "rest": "nothing",
    "number": 1,
    "kind": "csv",
    "clinic_id": "main",
    "lang": "en",
    "tokens": "0b5c66-ffffff-16242b-8",
}


def routes(app: Flask) -> list[Rule]:
    """Return every route of ours that does more than refuse."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("estimator.")
        and not rule.endpoint.rpartition(".")[2].startswith(FALLBACK)
    ]


def path_of(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        built = rule.build({name: SENT[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def opens(rule: Rule, role: Role | None) -> bool:
    needed = NEEDS[rule.endpoint.removeprefix("estimator.")]
    return needed is PUBLIC or (role is not None and role.includes(needed))


def test_a_route_that_nobody_listed_opens_to_nobody(
    form: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert form.get("/", environ_overrides=HERE).status_code == 200

    monkeypatch.delitem(access.NEEDS, "pages.form")  # type: ignore[arg-type]

    assert form.get("/", environ_overrides=HERE).status_code == 403


def known_by(found: Identity | None) -> Flask:
    app = Flask("host", static_folder=None)
    Estimator(app, settings=NOWHERE, identify=lambda: found)
    return small(app)


def test_every_route_is_in_the_table_and_nothing_else(app: Flask) -> None:
    assert {rule.endpoint.removeprefix("estimator.") for rule in routes(app)} == set(NEEDS)


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_opens_to_its_roles_alone_where_the_host_says_who_asks(
    role: Role | None,
) -> None:
    app = known_by(role and Identity("Robin", role))
    client = app.test_client()
    for rule in routes(app):
        for method in methods(rule):
            status = client.open(path_of(app, rule), method=method, buffered=True).status_code
            if rule.endpoint.startswith("estimator.accounts."):
                assert status == 404, (rule.endpoint, method)
                continue
            refused = 401 if role is None else 403
            assert (status == refused) is not opens(rule, role), (rule.endpoint, method, status)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A clinic with an account for each role."""
    folder = tmp_path_factory.mktemp("roles")
    made = make(Settings(database_url=f"sqlite:///{folder}/it.sqlite3"))
    for role in Role:
        made.add(f"the.{role}", role)
    return made


@pytest.mark.parametrize("role", [None, *Role])
def test_every_route_opens_to_its_roles_alone_by_signing_in(
    clinic: Clinic, role: Role | None
) -> None:
    for rule in routes(clinic.app):
        for method in methods(rule):
            # Signed in anew for each, since some of them sign out
            client = clinic.client(f"the.{role}" if role else "")
            answer = client.open(path_of(clinic.app, rule), method=method, buffered=True)
            assert is_refused(answer, role) is not opens(rule, role), (rule.endpoint, method)


def is_refused(answer: TestResponse, role: Role | None) -> bool:
    """Whether somebody is not let in: sent to sign in, or told that it is not for them."""
    if role is not None:
        return answer.status_code == 403
    page = answer.headers.get("Location", "").partition("?")[0]
    return answer.status_code == 401 or (answer.status_code == 303 and page == "/sign-in")


def test_programs_are_told_rather_than_sent_to_sign_in(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(access.NEEDS, "api.release", Role.STAFF)  # type: ignore[arg-type]

    assert findings(clinic.client().get("/api/v1/release"), 401) == []
    assert findings(clinic.client("the.viewer").get("/api/v1/release"), 403) == []
    assert clinic.client("the.staff").get("/api/v1/release").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_another_sites_page_does_nothing_with_somebodys_sign_in(clinic: Clinic, role: Role) -> None:
    client = clinic.client(f"the.{role}")
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"
    for rule in routes(clinic.app):
        endpoint = rule.endpoint.removeprefix("estimator.")
        for method in methods(rule) - {"GET"}:
            if NEEDS[endpoint] is not PUBLIC or endpoint.startswith(access.OURS):
                path = path_of(clinic.app, rule)
                assert client.open(path, method=method).status_code == 403, endpoint
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    assert client.get("/account").status_code == 200


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
