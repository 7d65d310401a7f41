"""A snapshot in memory: tables read once, answers made once, rows of a municipality found once.

In:   a project, its snapshot.
Out:  `Shelf`, on which `ground` decides.
Not:  rules and methods.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from shnor_lib.data.schools import alphabet
from shnor_lib.data.snapshot import Snapshot
from shnor_lib.settings import Project

T = TypeVar("T")


@dataclass(frozen=True)
class Shelf:
    """Tables of a snapshot and what has been made of them."""

    project: Project
    snapshot: Snapshot
    _kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def table(self, name: str) -> pd.DataFrame:
        """A tidy table of the whole region."""
        return self.kept(("table", name), lambda: self.snapshot.table(name))

    def kept(self, key: object, make: Callable[[], T]) -> T:
        """What `make` gives, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        value: T = self._kept[key]
        return value

    def kept_of(self, question: str, thing: object, make: Callable[[], T]) -> T:
        """What `make` gives of a thing that is itself kept here, made once for this very thing."""
        # It is kept along: its number stays its own.
        _, value = self.kept((question, id(thing)), lambda: (thing, make()))
        return value

    def part(self, frame: pd.DataFrame, municipality_id: str | None) -> pd.DataFrame:
        """Rows of a municipality in a frame that is kept as long as the ground; all of them for None.

        Where they lie is found once for every municipality, so that each of two thousand costs no search of
        the whole country. What is given may be changed: the frame that is kept stays as it is.
        """
        if municipality_id is None:
            return frame.copy(deep=False)
        rows = self.kept_of("rows", frame, lambda: frame.groupby("municipality_id", sort=False).indices)
        here = np.asarray(rows.get(municipality_id, ()), dtype=np.intp)
        return frame.take(here).reset_index(drop=True)

    @property
    def years(self) -> list[int]:
        """Years of which there are results, oldest first."""
        return self.kept(
            "years", lambda: sorted(int(year) for year in self.table("results")["year"].unique())
        )

    def newest_schools(self) -> pd.DataFrame:
        """The newest register row of every school."""

        def make() -> pd.DataFrame:
            schools = self.table("schools").sort_values("year", kind="stable")
            return schools.drop_duplicates("school_id", keep="last")

        return self.kept("newest schools", make)

    def names(self) -> pd.DataFrame:
        """school_id, name, municipality_id, municipality of the newest register."""
        return self.newest_schools()[["school_id", "name", "municipality_id", "municipality"]]

    def municipalities(self) -> pd.DataFrame:
        """municipality_id, municipality, schools (number in the newest register), by name."""

        def make() -> pd.DataFrame:
            newest = self.newest_schools()
            named = newest[newest["municipality_id"].notna()]
            counted = named.groupby("municipality_id", as_index=False).agg(
                municipality=("municipality", "last"), schools=("school_id", "size")
            )
            return counted.sort_values("municipality", key=alphabet, ignore_index=True)

        return self.kept("municipalities", make)
