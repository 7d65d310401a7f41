"""Benchmarks: each a command that prints medians and ratios of one run."""
