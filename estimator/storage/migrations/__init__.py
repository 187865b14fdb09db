"""Alembic's migrations, the same on SQLite and PostgreSQL.

To change a table: change tables.py, then add ``versions/vNNNN_what.py`` after the last one.
A test compares what the migrations make with tables.py and prints every difference.
"""
