from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from estimator.web import Estimator, Settings
from tests.web.asking import FORM, findings
from tests.web.conftest import small

SETTINGS = Settings(database_url="sqlite:////proc/nowhere/none.sqlite3")


@pytest.fixture
def host() -> Flask:
    """Somebody else's application, with two estimators in it."""
    app = Flask("host", static_folder=None)
    app.add_url_rule("/", "home", lambda: "the host's page")
    app.register_error_handler(404, lambda error: ("the host's 404", 404))
    Estimator(app, url_prefix="/costs", settings=SETTINGS)
    Estimator(app, url_prefix="/clinic/prices/", name="second", settings=SETTINGS)
    return small(app)


@pytest.mark.parametrize("prefix", ["/costs", "/clinic/prices"])
def test_it_works_under_a_prefix(host: Flask, prefix: str) -> None:
    client = host.test_client()

    page = client.post(f"{prefix}/", data=FORM)

    assert page.status_code == 200
    assert f'action="{prefix}/#outcome"' in page.text
    assert f'href="{prefix}/assets/' in page.text
    assert client.post(f"{prefix}/api/v1/estimates", json={"clinic_id": "main"}).status_code == 200
    servers = client.get(f"{prefix}/api/v1/openapi.json").get_json()["servers"]
    assert servers == [{"url": prefix}]
    findings(client.get(f"{prefix}/api/v1/nothing"), 404)


def test_the_host_keeps_its_pages_and_its_errors(host: Flask) -> None:
    client = host.test_client()

    home, nothing = client.get("/"), client.get("/nothing")

    assert home.text == "the host's page"
    assert "Content-Security-Policy" not in home.headers
    assert (nothing.status_code, nothing.text) == (404, "the host's 404")


def test_the_hosts_globals_are_left_alone() -> None:
    app = Flask("host", static_folder=None)
    before = (dict(app.config), set(app.jinja_env.filters), set(app.jinja_env.globals))

    Estimator(app, url_prefix="/costs", settings=SETTINGS)

    assert (dict(app.config), set(app.jinja_env.filters), set(app.jinja_env.globals)) == before
    assert app.error_handler_spec[None] == {}
    assert app.after_request_funcs.get(None) is None


def test_one_object_serves_several_applications() -> None:
    estimator = Estimator(settings=SETTINGS)
    apps = [Flask("one"), Flask("two")]

    for app in apps:
        estimator.init_app(app)

    first, second = (app.extensions["estimator"]["estimator"] for app in apps)
    assert first is not second
    assert not any(app in vars(estimator).values() for app in apps)


def test_two_of_one_name_are_refused() -> None:
    app = Flask("host")
    Estimator(app, settings=SETTINGS)

    with pytest.raises(ValueError, match="named estimator"):
        Estimator(app, url_prefix="/costs", settings=SETTINGS)


def test_the_host_may_replace_a_template(tmp_path: Path) -> None:
    (tmp_path / "estimator").mkdir()
    (tmp_path / "estimator" / "error.html").write_text("the host's words: {{ words }}")
    app = Flask("host", template_folder=str(tmp_path))
    Estimator(app, url_prefix="/costs", settings=SETTINGS)

    page = small(app).test_client().post("/costs/", data=b"", content_type="text/plain")

    assert page.text == "the host's words: What was sent is not a form."


def test_settings_come_from_the_host_before_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ESTIMATOR_DATABASE_URL", "sqlite:////proc/nowhere/none.sqlite3")
    app = Flask("host")
    app.config["ESTIMATOR_DATABASE_URL"] = f"sqlite:///{tmp_path}/here.sqlite3"
    Estimator(app)

    assert app.test_client().get("/readyz").get_json() == {"status": "ready", "release": 1}
    assert (tmp_path / "here.sqlite3").exists()


def test_by_itself_it_publishes_what_ships_and_answers(shipped: FlaskClient) -> None:
    clinics = shipped.get("/api/v1/clinics").get_json()["clinics"]
    plans = shipped.get("/api/v1/plans").get_json()["plans"]
    treatments = shipped.get("/api/v1/treatments").get_json()["treatments"]
    form = FORM | {
        "clinic": clinics[0]["clinic_id"],
        "treatments": [each["treatment_id"] for each in treatments],
    }

    for plan in plans:
        page = shipped.post("/", data=form | {"plan": plan["plan_id"]})
        assert page.status_code == 200
        assert "Estimate: " in page.text
