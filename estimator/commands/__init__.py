"""Commands that are long enough to stand apart; cli.py gathers them."""
