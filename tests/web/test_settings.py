"""Settings as people write them, and what is said where they cannot be used."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from estimator.services.accounts.registry import Limits
from estimator.web import Settings, create_app
from estimator.web.settings import PREFIX, SettingsRefused, read_settings

README = Path(__file__).parents[2] / "README.md"
PROVIDER = {
    "ESTIMATOR_OIDC_ISSUER": "https://id.example",
    "ESTIMATOR_OIDC_CLIENT_ID": "estimator",
    "ESTIMATOR_OIDC_CLIENT_SECRET": "secret",
}


def test_the_limits_are_read_as_numbers() -> None:
    given = {"ESTIMATOR_IDLE_MINUTES": "15", "ESTIMATOR_SIGN_IN_HOURS": 8}

    assert read_settings(given).limits == Limits(timedelta(minutes=15), timedelta(hours=8))
    assert read_settings().limits == Limits()


def test_a_provider_is_read_whole() -> None:
    read = read_settings(PROVIDER)

    assert (read.oidc_issuer, read.oidc_client_id) == ("https://id.example", "estimator")
    assert read.oidc_name_claim == "email"


def test_no_secret_is_shown_with_the_settings() -> None:
    read = read_settings(PROVIDER | {"ESTIMATOR_SECRET_KEY": "the key to everything"})

    assert "secret" not in repr(read).replace("oidc_client_secret", "")
    assert "the key to everything" not in repr(read)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ESTIMATOR_IDLE_MINUTES": "half an hour"}, "IDLE_MINUTES takes a whole number"),
        ({"ESTIMATOR_IDLE_MINUTES": "4"}, "IDLE_MINUTES is at least 5"),
        ({"ESTIMATOR_SIGN_IN_HOURS": "0"}, "SIGN_IN_HOURS is at least 1"),
        ({"ESTIMATOR_OIDC_ISSUER": "https://id.example"}, "belong together"),
        (PROVIDER | {"ESTIMATOR_OIDC_CLIENT_SECRET": ""}, "belong together"),
        (PROVIDER | {"ESTIMATOR_OIDC_ISSUER": "http://id.example"}, "begins with https://"),
    ],
)
def test_what_cannot_be_used_is_said_by_name(given: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsRefused, match=words):
        read_settings(given)


def test_a_server_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_IDLE_MINUTES", "soon")

    with pytest.raises(SystemExit, match="ESTIMATOR_IDLE_MINUTES takes a whole number"):
        create_app()


def test_a_rate_that_says_no_time_ends_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESTIMATOR_SIGN_IN_RATE", "often")

    with pytest.raises(SystemExit, match="ESTIMATOR_SIGN_IN_RATE is a number and a time"):
        create_app()


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    listed = dict(re.findall(r"^\| `(ESTIMATOR_\w+)` \|.*\| (.*) \|$", README.read_text(), re.M))

    for name, field in Settings.__dataclass_fields__.items():
        assert PREFIX + name.upper() in listed
        if type(field.default) is int:
            assert listed[PREFIX + name.upper()] == f"`{field.default}`"
