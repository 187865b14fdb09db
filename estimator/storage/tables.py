"""The tables, typed. Their migrations stand in migrations/; a test holds the two together."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

VERSION_TABLE = "estimator_schema_version"
"""Where Alembic keeps how far a database is; another program's own table stays its own."""

LARGEST_NUMBER = 2**31 - 1
"""The largest number of a row that PostgreSQL looks for; SQLite goes on for some."""

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, on databases that know time zones and on those that do not."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment says its time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CompressedText(TypeDecorator[str]):
    """A long text, kept compressed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value.encode())

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> str | None:
        return None if value is None else zlib.decompress(value).decode()


class Base(DeclarativeBase):
    """What every table shares."""

    metadata = MetaData(naming_convention=NAMES)


class Release(Base):
    """A published rulebook. Rows are only ever added; triggers refuse anything else."""

    __tablename__ = "estimator_releases"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
        CheckConstraint("rollback_of < number", name="rollback_of"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(String(64))
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    snapshot: Mapped[str] = mapped_column(CompressedText)
    engine_version: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    accepted: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    rollback_of: Mapped[int | None] = mapped_column(ForeignKey("estimator_releases.number"))
    tests: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """What each row of its Tests expected and got when it was published."""
    uploaded_by: Mapped[str | None] = mapped_column(Text)
    """Who brought the file; ``published_by`` approved it."""


class Draft(Base):
    """An uploaded workbook on its way to a release: what is wrong with it, what its Tests gave.

    ``snapshot`` and ``fingerprint`` are there where nothing but a failing test stops it.
    """

    __tablename__ = "estimator_drafts"
    __table_args__ = (CheckConstraint("state IN ('open', 'published', 'withdrawn')", name="state"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    file_name: Mapped[str] = mapped_column(Text)
    workbook: Mapped[bytes] = mapped_column(LargeBinary)
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    snapshot: Mapped[str | None] = mapped_column(CompressedText)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    tests: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(Moment)
    base: Mapped[int | None] = mapped_column(ForeignKey("estimator_releases.number"))
    """The release that was live when it was uploaded."""
    release: Mapped[int | None] = mapped_column(ForeignKey("estimator_releases.number"))
    """The release it became."""


class Acceptance(Base):
    """A finding to decide on, accepted for one draft with a reason."""

    __tablename__ = "estimator_acceptances"

    draft: Mapped[int] = mapped_column(ForeignKey("estimator_drafts.number"), primary_key=True)
    finding: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Which: a digest of its code, place, value and words."""
    reason: Mapped[str] = mapped_column(Text)
    accepted_by: Mapped[str] = mapped_column(Text)
    accepted_at: Mapped[datetime] = mapped_column(Moment)


class User(Base):
    """Somebody who may sign in: with a password, or through an identity provider."""

    __tablename__ = "estimator_users"
    __table_args__ = (
        CheckConstraint("role IN ('viewer', 'staff', 'editor', 'approver', 'admin')", name="role"),
        UniqueConstraint("issuer", "subject"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    """As typed to sign in, in small letters."""
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Encrypted; there where a second factor is asked."""
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    """The last half-minute whose code was used: no code serves twice."""
    issuer: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    """Who this is to the identity provider, where they sign in there."""
    failures: Mapped[int] = mapped_column()
    """Wrong passwords and codes since the last right one."""
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)


class SignIn(Base):
    """A signed-in browser. Removing the row signs it out at once."""

    __tablename__ = "estimator_sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user: Mapped[int] = mapped_column(ForeignKey("estimator_users.number"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)


class WrongTries(Base):
    """How many sign-ins of one network did not fit. No backup holds them."""

    __tablename__ = "estimator_wrong_tries"

    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A keyed hash: a copy of the table tells nobody's address."""
    times: Mapped[int] = mapped_column()
    until: Mapped[datetime] = mapped_column(Moment)
    """When they count no more."""


class Event(Base):
    """Something somebody did. Rows are only ever added; each is sealed with those before it."""

    __tablename__ = "estimator_audit"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    seal: Mapped[str] = mapped_column(String(64))


class KeptEstimate(Base):
    """An estimate that staff chose to keep: what was asked, and a digest of the answer.

    It names no patient. With its release it can be made again, to the cent.
    """

    __tablename__ = "estimator_estimates"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random, so that it tells nothing and cannot be guessed."""
    release: Mapped[int] = mapped_column(ForeignKey("estimator_releases.number"), index=True)
    engine_version: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by: Mapped[str] = mapped_column(Text)
    request: Mapped[str] = mapped_column(CompressedText)
    answer_digest: Mapped[str] = mapped_column(String(64))


class RowUse(Base):
    """How often a row of a release decided a line of an estimate in a month, and its dollars."""

    __tablename__ = "estimator_row_uses"

    release: Mapped[int] = mapped_column(
        ForeignKey("estimator_releases.number"), primary_key=True, autoincrement=False
    )
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    """Its first day."""
    sheet: Mapped[str] = mapped_column(String(31), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uses: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    """What the lines it decided were billed at."""


class Batch(Base):
    """A file of patients on its way through the estimates: this table is the truth about it."""

    __tablename__ = "estimator_batches"
    __table_args__ = (
        CheckConstraint(
            "state IN ('reading', 'mapping', 'running', 'writing', 'done', 'failed', 'cancelled')",
            name="state",
        ),
        UniqueConstraint("made_by", "idempotency_key"),
    )

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random, so that it cannot be guessed."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    release: Mapped[int] = mapped_column(ForeignKey("estimator_releases.number"))
    """One for the whole file, whatever is published meanwhile."""
    today: Mapped[date] = mapped_column(Date)
    """The start of rows that name none."""
    file_name: Mapped[str] = mapped_column(Text)
    ending: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    """Of the uploaded file."""
    chosen: Mapped[dict[str, str]] = mapped_column(JSON)
    """Which of the file's columns somebody said is which of ours."""
    layout: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The header, where our columns stand in it, and the treatments, once it is read."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    corrects: Mapped[str | None] = mapped_column(String(32))
    """The batch whose rows in error this one is about."""
    idempotency_key: Mapped[str | None] = mapped_column(String(255))
    made_by: Mapped[str] = mapped_column(String(255))
    made_at: Mapped[datetime] = mapped_column(Moment)
    began_at: Mapped[datetime | None] = mapped_column(Moment)
    """When its first rows were estimated."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    served_at: Mapped[datetime] = mapped_column(Moment)
    """When a piece of it was last taken: of several batches the one that waited longest is next."""


class BatchPart(Base):
    """A part of a file of a batch: what was uploaded, or a result."""

    __tablename__ = "estimator_batch_parts"

    batch: Mapped[str] = mapped_column(
        ForeignKey("estimator_batches.name", ondelete="CASCADE"), primary_key=True
    )
    file: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class BatchPiece(Base):
    """A piece of a batch's work, leased to one process at a time; its result is kept once."""

    __tablename__ = "estimator_batch_pieces"
    __table_args__ = (
        CheckConstraint("kind IN ('read', 'rows', 'write')", name="kind"),
        CheckConstraint("state IN ('waiting', 'leased', 'done')", name="state"),
    )

    batch: Mapped[str] = mapped_column(
        ForeignKey("estimator_batches.name", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8))
    about: Mapped[str] = mapped_column(String(16))
    """Of writing: the kind of file."""
    rows: Mapped[int] = mapped_column()
    worker: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column()
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    result: Mapped[bytes | None] = mapped_column(LargeBinary)
    tally: Mapped[dict[str, Any]] = mapped_column(JSON)


class Widget(Base):
    """What an administrator decided about one clinic's widget; without a row: the defaults."""

    __tablename__ = "estimator_widgets"

    clinic_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """As the rulebook has it; a clinic may leave the rulebook and come back."""
    served: Mapped[bool] = mapped_column()
    origins: Mapped[list[str]] = mapped_column(JSON)
    """The sites that may frame it, as in ``frame-ancestors``."""
    treatments: Mapped[list[str]] = mapped_column(JSON)
    """Empty: those that the rulebook compares."""
    languages: Mapped[list[str]] = mapped_column(JSON)
    accent: Mapped[str] = mapped_column(String(7))
    background: Mapped[str] = mapped_column(String(7))
    text: Mapped[str] = mapped_column(String(7))
    radius: Mapped[int] = mapped_column()
    contact_name: Mapped[str] = mapped_column(Text)
    contact_phone: Mapped[str] = mapped_column(Text)
    contact_email: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by: Mapped[str] = mapped_column(Text)


class WidgetCount(Base):
    """How often something happened with a clinic's widget on a day; nothing about by whom."""

    __tablename__ = "estimator_widget_counts"
    __table_args__ = (CheckConstraint("event IN ('opened', 'answered')", name="event"),)

    clinic_id: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    event: Mapped[str] = mapped_column(String(16), primary_key=True)
    times: Mapped[int] = mapped_column(BigInteger)
