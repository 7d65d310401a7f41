"""Reviewed tables of the synthetic region: words for names, columns of passports, codes, activities.

In:   the CSV files beside this module.
Out:  `read`, their rows.
"""

import csv
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=8)
def read(name: str) -> tuple[dict[str, str], ...]:
    """Rows of `<name>.csv`, column → value."""
    text = resources.files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
