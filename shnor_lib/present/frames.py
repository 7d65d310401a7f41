"""Walking through frames: rows as plain records, counts as plain integers.

A cell of a frame may be of any type for a type checker; here is the one place that says otherwise.
"""

from collections import namedtuple
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

from shnor_lib.present import text


def rows(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples without the index.

    `itertuples` makes a class each time it is called: with nine small panels that took longer than the rows.
    """
    return map(_row(tuple(frame))._make, frame.itertuples(index=False, name=None))


@cache
def _row(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names, rename=True)


def count(value: Any) -> int:
    """A number of schools or persons; zero where there is nothing to count."""
    return 0 if text.is_missing(value) else int(value)


def at(frame: pd.DataFrame, row: Any, column: Any) -> int:
    """A count of a table of counts."""
    return count(frame.loc[row, column])
