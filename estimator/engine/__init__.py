"""The engine: pure and exact. See README.md beside this file."""
