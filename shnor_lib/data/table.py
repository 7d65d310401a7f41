"""What a tidy table is: its name, key and columns, and how a frame is brought into its shape.

In:   pandera columns, made by the short functions below.
Out:  `Table`; the tables themselves stand in `schemas`.
"""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import pandera.pandas as pa

from shnor_lib.data import series as series_ids

SCHOOL_ID = r"^\d{6}$"


@dataclass(frozen=True)
class Table:
    """Schema of one tidy table.

    Attributes:
        name: file name in the snapshot.
        title: what it holds, in Russian, for messages.
        key: columns that identify a row.
        columns: pandera columns in contract order; extra columns are allowed and kept.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: dict[str, pa.Column]

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """Schema for pandera: coerces dtypes, allows extra columns, checks the key."""
        return pa.DataFrameSchema(
            self.columns, coerce=True, strict=False, unique=list(self.key), name=self.name
        )

    @property
    def required(self) -> tuple[str, ...]:
        """Columns a raw file must have; the rest are filled with missing values."""
        return tuple(name for name, column in self.columns.items() if column.required)

    def empty(self) -> pd.DataFrame:
        """A frame without rows, with the columns and dtypes of the contract."""
        return pd.DataFrame(
            {name: pd.Series(dtype=_PANDAS[str(column.dtype)]) for name, column in self.columns.items()}
        )

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Contract columns first, in order, absent ones missing, dtypes coerced; extras after.

        Raises:
            pandera.errors.SchemaErrors: all failures at once (lazy), as `failure_cases`.
        """
        full = frame.copy()
        for name, column in self.columns.items():
            if name not in full:
                full[name] = pd.Series(pd.NA, index=full.index, dtype=_PANDAS[str(column.dtype)])
        extras = [name for name in full.columns if name not in self.columns]
        return self.schema.validate(full[[*self.columns, *extras]], lazy=True)


_PANDAS = {
    "str": "str",
    "string[pyarrow]": "str",
    "Int64": "Int64",
    "Float64": "Float64",
    "boolean": "boolean",
}


def text(required: bool = False, **checks: object) -> pa.Column:
    """Text; missing is allowed unless required."""
    return column("str", required, **checks)


def count(required: bool = False) -> pa.Column:
    """A number of persons or things, not negative."""
    return column("Int64", required, check=pa.Check.ge(0))


def column(dtype: str, required: bool, check: object = None) -> pa.Column:
    """A column of a dtype; what is not required may be missing."""
    return pa.Column(dtype, checks=check, nullable=not required, required=required)  # type: ignore[arg-type]


def school() -> pa.Column:
    """Six digits of a school."""
    return text(required=True, check=pa.Check.str_matches(SCHOOL_ID))


def year() -> pa.Column:
    """Year in which the school year ends."""
    return column("Int64", True, check=pa.Check.in_range(2000, 2100))


def series() -> pa.Column:
    """Id of subject × grade × exam."""
    return text(
        required=True,
        check=pa.Check(series_ids.is_valid, element_wise=True, name="series", error="series"),
    )


def one_of(values: tuple[object, ...], required: bool = False, dtype: str = "str") -> pa.Column:
    """One of the words of a list."""
    return column(dtype, required, check=pa.Check.isin(values))


def number() -> pa.Column:
    """A number."""
    return column("Float64", False)


def flag() -> pa.Column:
    """Yes, no or missing."""
    return column("boolean", False)


def table(table: str, heading: str, key: str, /, **columns: pa.Column) -> Table:
    """A table with its key as words separated by spaces."""
    return Table(table, heading, tuple(key.split()), columns)
