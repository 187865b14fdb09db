"""Commands, each topic in a module of its own; cli.py names them."""
