"""Rolling forward: which rows have ended, grow stale or lack next year's, and dating them."""
