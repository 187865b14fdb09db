"""Estimates that staff keep: what was asked, so that each can be made again, to the cent."""
