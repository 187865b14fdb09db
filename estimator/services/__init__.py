"""Use cases: the only place where the rooms below meet."""
