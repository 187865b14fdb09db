"""A clinic's widget as its administrator set it up, and what it is before anybody did."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from estimator.findings import Finding
from estimator.rulebook.model import Rulebook
from estimator.services.audit import Audit
from estimator.services.intake.fields import Document, DocumentRefused, Text, read, refuse
from estimator.services.widget.colors import is_color
from estimator.storage import widgets
from estimator.storage.database import Database
from estimator.storage.tables import Widget

LANGUAGES = ("en", "es")
MOST_ORIGINS = 20
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SITE = rf"https://(?:\*\.)?(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9](?::\d{{1,5}})?"
_OWN_MACHINE = rf"http://(?:(?:{_LABEL}\.)*localhost|127\.0\.0\.1)(?::\d{{1,5}})?"
_ORIGIN = re.compile(rf"{_SITE}|{_OWN_MACHINE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetSettings:
    """What one clinic's widget does. The defaults hold until an administrator decides.

    Then the hosted page is served, and no site may frame it.
    """

    clinic_id: str
    served: bool = True
    origins: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    languages: tuple[str, ...] = LANGUAGES
    accent: str = "#0b5c66"
    background: str = "#ffffff"
    text: str = "#16242b"
    radius: int = 8
    contact_name: str = ""
    contact_phone: str = ""
    contact_email: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""

    def language(self, asked: str) -> str:
        """Return the language to answer in: the one *asked* for where the clinic offers it."""
        return asked if asked in self.languages else self.languages[0]

    def allows(self, origin: str) -> bool:
        """Whether a site may read this clinic's public figures from its own pages.

        >>> WidgetSettings(clinic_id="a", origins=("https://*.site.org",)).allows("https://x.site.org")
        True
        """
        return any(_fits(origin, allowed) for allowed in self.origins)


def _fits(origin: str, allowed: str) -> bool:
    if "*" not in allowed:
        return origin == allowed
    start, end = allowed.split("*")
    inside = origin.removeprefix(start).removesuffix(end)
    whole = origin.startswith(start) and origin.endswith(end) and bool(inside)
    return whole and _ORIGIN.fullmatch(origin) is not None


def _origin(value: Any) -> Any:
    text = str(value).strip().lower().removesuffix("/")
    if not _ORIGIN.fullmatch(text):
        raise ValueError(
            "is not the address of a site such as https://www.example.org, without a path"
        )
    return text


def _color(value: Any) -> Any:
    text = str(value).strip().lower()
    if not is_color(text):
        raise ValueError("is not a color such as #0b5c66")
    return text


Origin = Annotated[str, BeforeValidator(_origin)]
ColorText = Annotated[str, BeforeValidator(_color)]


class WidgetDocument(Document):
    """The settings as an administrator sends them."""

    served: bool = True
    origins: list[Origin] = Field(default_factory=list, max_length=MOST_ORIGINS)
    treatments: list[Text] = Field(default_factory=list, max_length=100)
    languages: list[Literal["en", "es"]] = Field(min_length=1, max_length=2)
    accent: ColorText
    background: ColorText
    text: ColorText
    radius: int = Field(ge=0, le=24)
    contact_name: Text = ""
    contact_phone: Annotated[str, Field(max_length=40, pattern=r"^[0-9+(). x-]*$")] = ""
    contact_email: Annotated[str, Field(max_length=200, pattern=r"^([^@\s<>]+@[^@\s<>]+)?$")] = ""


def read_settings(clinic_id: str, document: Any, rulebook: Rulebook) -> WidgetSettings:
    """Return *document* as settings; raises ``DocumentRefused`` with every finding at once."""
    given = read(WidgetDocument, document)
    unknown = [name for name in given.treatments if name not in rulebook.treatments]
    if unknown:
        raise DocumentRefused(_unknown(name) for name in unknown)
    values: dict[str, Any] = {
        name: tuple(dict.fromkeys(value)) if isinstance(value, list) else value
        for name, value in given.model_dump().items()
    }
    return WidgetSettings(clinic_id=clinic_id, **values)


def _unknown(name: str) -> Finding:
    return refuse(
        "treatments",
        "unknown-treatment",
        f"The rulebook has no treatment {name}.",
        "Choose from the list.",
    )


def settings_of(database: Database, clinic_id: str) -> WidgetSettings:
    """Return the settings of a clinic's widget: as kept, or the defaults."""
    with database.session() as session:
        kept = widgets.load(session, clinic_id)
    return WidgetSettings(clinic_id=clinic_id) if kept is None else _settings(kept)


def all_settings(database: Database, rulebook: Rulebook) -> list[WidgetSettings]:
    """Return the settings of every clinic of the rulebook, in its order."""
    with database.session() as session:
        kept = widgets.configured(session)
    return [
        _settings(kept[clinic]) if clinic in kept else WidgetSettings(clinic_id=clinic)
        for clinic in rulebook.clinics
    ]


def save_settings(
    database: Database, audit: Audit, now: datetime, actor: str, settings: WidgetSettings
) -> None:
    """Keep the settings, and tell the audit."""
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(settings).items()
    }
    told = {name: values[name] for name in values if name not in ("changed_at", "changed_by")}
    values |= {"changed_at": now, "changed_by": actor}
    with database.writing() as session:
        widgets.save(session, Widget(**values))
        audit.record(session, now, actor, "widget.save", settings.clinic_id, **told)


def _settings(kept: Widget) -> WidgetSettings:
    names = WidgetSettings.__dataclass_fields__
    values: dict[str, Any] = {name: getattr(kept, name) for name in names}
    for name, each in values.items():
        values[name] = tuple(each) if isinstance(each, list) else each
    return WidgetSettings(**values)
