"""A batch killed again and again: `python -m tests.soak --kills 200 --seed 1`."""
