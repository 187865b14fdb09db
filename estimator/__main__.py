"""``python -m estimator``: the same as the command."""

from estimator.cli import main

main()
