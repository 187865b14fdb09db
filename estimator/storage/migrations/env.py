"""Alembic runs this file; the connection comes from ``database.migrate``."""

from __future__ import annotations

from alembic import context

from estimator.storage.tables import VERSION_TABLE, Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
