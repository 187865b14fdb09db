"""Accounts, drafts of releases, the audit, kept estimates, and which rows they used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
REFUSAL = "What the audit holds is never changed or removed."
SQLITE_TRIGGERS = (
    "BEFORE UPDATE ON estimator_audit",
    "BEFORE DELETE ON estimator_audit",
    # INSERT OR REPLACE removes a row without asking the trigger before DELETE
    "BEFORE INSERT ON estimator_audit"
    " WHEN EXISTS (SELECT 1 FROM estimator_audit WHERE number = NEW.number)",
)


def upgrade() -> None:
    _releases()
    _drafts()
    _accounts()
    _estimates()
    _audit()


def _releases() -> None:
    op.add_column(
        "estimator_releases", sa.Column("tests", sa.JSON(), nullable=False, server_default="[]")
    )
    op.add_column("estimator_releases", sa.Column("uploaded_by", sa.Text(), nullable=True))


def _drafts() -> None:
    op.create_table(
        "estimator_drafts",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=True),
        sa.Column("snapshot", sa.LargeBinary(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("tests", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("release", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'published', 'withdrawn')", name="state"),
        sa.ForeignKeyConstraint(["base"], ["estimator_releases.number"]),
        sa.ForeignKeyConstraint(["release"], ["estimator_releases.number"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "estimator_acceptances",
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["estimator_drafts.number"]),
        sa.PrimaryKeyConstraint("draft", "finding"),
    )


def _accounts() -> None:
    op.create_table(
        "estimator_users",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'staff', 'editor', 'approver', 'admin')", name="role"
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("name"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "estimator_sign_ins",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user", sa.Integer(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["estimator_users.number"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_estimator_sign_ins_user", "estimator_sign_ins", ["user"])


def _estimates() -> None:
    op.create_table(
        "estimator_estimates",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("answer_digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["estimator_releases.number"]),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_index("ix_estimator_estimates_release", "estimator_estimates", ["release"])
    op.create_table(
        "estimator_row_uses",
        sa.Column("release", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sheet", sa.String(31), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["estimator_releases.number"]),
        sa.PrimaryKeyConstraint("release", "month", "sheet", "row"),
    )


def _audit() -> None:
    op.create_table(
        "estimator_audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.PrimaryKeyConstraint("number"),
    )
    refuse = {"sqlite": _refuse_on_sqlite, "postgresql": _refuse_on_postgresql}
    refuse[op.get_context().dialect.name]()


def _refuse_on_sqlite() -> None:
    for trigger in SQLITE_TRIGGERS:
        name = "estimator_audit_no_" + trigger.split()[1].lower()
        op.execute(f"CREATE TRIGGER {name} {trigger} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def _refuse_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION estimator_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER estimator_audit_refuse "
        "BEFORE UPDATE OR DELETE OR TRUNCATE ON estimator_audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION estimator_audit_refuse()"
    )
