"""From an answer to plain strings: what the page shows, and in which words.

Nothing here computes money; what is not known stays a dash, never $0.
"""

from estimator.web.presenters.answer import Shown, present

__all__ = ["Shown", "present"]
