"""Alembic's migrations, the same on SQLite and PostgreSQL.

To change a table: change tables.py, add ``versions/vNNNN_what.py`` after the last one and
name it in ``HEAD``. A test compares what the migrations make with tables.py and prints
every difference.
"""

HEAD = "0005"
"""The last migration: a database that is there needs none."""
