"""Batches: files of patients, their parts, and the pieces of work they make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)
STATES = "'reading', 'mapping', 'running', 'writing', 'done', 'failed', 'cancelled'"


def upgrade() -> None:
    _batches()
    op.create_index("ix_estimator_batches_state", "estimator_batches", ["state"])
    op.create_table(
        "estimator_batch_parts",
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("file", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["batch"], ["estimator_batches.name"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "file", "number"),
    )
    _pieces()


def _batches() -> None:
    op.create_table(
        "estimator_batches",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("ending", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.String(32), nullable=True),
        sa.Column("idempotency_key", sa.String(255), nullable=True),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("began_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("served_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.ForeignKeyConstraint(["release"], ["estimator_releases.number"]),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("made_by", "idempotency_key"),
    )


def _pieces() -> None:
    op.create_table(
        "estimator_batch_pieces",
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(64), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=True),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('read', 'rows', 'write')", name="kind"),
        sa.CheckConstraint("state IN ('waiting', 'leased', 'done')", name="state"),
        sa.ForeignKeyConstraint(["batch"], ["estimator_batches.name"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("batch", "number"),
    )
