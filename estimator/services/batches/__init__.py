"""Thousands of patients at once: their file, their estimates, the job that makes them."""
