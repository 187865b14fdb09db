"""Long tables of patients: read and written a piece at a time, whatever the kind of file.

Pieces are Arrow tables; this is the only room that knows Arrow, Parquet and how a sheet of a
million rows is streamed. docs/decisions/0016 says why readers and writer are our own.
"""
