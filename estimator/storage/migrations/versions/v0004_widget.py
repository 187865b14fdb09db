"""The widget of each clinic as an administrator set it up, and how often it was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "estimator_widgets",
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.Column("origins", sa.JSON(), nullable=False),
        sa.Column("treatments", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("accent", sa.String(7), nullable=False),
        sa.Column("background", sa.String(7), nullable=False),
        sa.Column("text", sa.String(7), nullable=False),
        sa.Column("radius", sa.Integer(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.Text(), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clinic_id"),
    )
    op.create_table(
        "estimator_widget_counts",
        sa.Column("clinic_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("event", sa.String(16), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("event IN ('opened', 'answered')", name="event"),
        sa.PrimaryKeyConstraint("clinic_id", "day", "event"),
    )
