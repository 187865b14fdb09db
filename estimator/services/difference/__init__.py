"""In what two rulebooks differ: rows, and what that does to patients' dollars."""
