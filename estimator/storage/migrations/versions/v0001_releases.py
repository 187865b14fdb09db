"""Published rulebooks, which nothing changes or removes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSAL = "A published release is never changed or removed."
SQLITE_TRIGGERS = (
    "BEFORE UPDATE ON estimator_releases",
    "BEFORE DELETE ON estimator_releases",
    # INSERT OR REPLACE removes a row without asking the trigger before DELETE
    "BEFORE INSERT ON estimator_releases"
    " WHEN EXISTS (SELECT 1 FROM estimator_releases WHERE number = NEW.number)",
)


def upgrade() -> None:
    op.create_table(
        "estimator_releases",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted", sa.JSON(), nullable=False),
        sa.Column("rollback_of", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
        sa.CheckConstraint("rollback_of < number", name="rollback_of"),
        sa.ForeignKeyConstraint(["rollback_of"], ["estimator_releases.number"]),
        sa.PrimaryKeyConstraint("number"),
    )
    refuse = {"sqlite": _refuse_on_sqlite, "postgresql": _refuse_on_postgresql}
    refuse[op.get_context().dialect.name]()


def _refuse_on_sqlite() -> None:
    for trigger in SQLITE_TRIGGERS:
        name = "estimator_releases_no_" + trigger.split()[1].lower()
        op.execute(f"CREATE TRIGGER {name} {trigger} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION estimator_releases_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER estimator_releases_refuse "
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON estimator_releases "
        "FOR EACH STATEMENT EXECUTE FUNCTION estimator_releases_refuse()"
    )
