"""What a trial of other settings may move: only cells whose counts may be shown (rules R6, R9, R25).

In:   the policies of the method, the policies tried, and a function that says which counts are hidden.
Out:  `Guard.hits`, in place of `cells.hits`.
Not:  which counts are hidden (see `disclosure`); the tables of the analyst, where nothing is hidden.

A school that enters the list at 33 % and leaves it at 34 % has a share between the two: by trying settings
the reader of a dashboard could find out the counts of a group of three. Therefore a hidden cell keeps the
verdict that it has under the method, which is public already, whatever is tried:

* under another threshold, another window of years or another reading it is a hit where the method finds one;
* under another minimum of participants a cell of fewer than the publishable number is not judged, which that
  minimum says anyway; others, hidden to cover these, keep their verdict;
* a series that the method does not judge by shows nothing of its hidden cells: they are not judged;
* years are added up (R9 `pool`) only where none of them is hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shnor_lib.analysis import cells
from shnor_lib.analysis.calendar import Calendar
from shnor_lib.analysis.cells import Cube, Flags, Hits, Ints
from shnor_lib.methodology.model import Identification

Hide = Callable[[Ints, Flags], Flags]


@dataclass(frozen=True)
class Guard:
    """A trial that tells nothing of what is hidden.

    Attributes:
        usual: the policies of the method.
        minimum: participants below which a count is not shown (R25).
        hide: from participants and whether k is known exactly, both school × series of one year, the cells
            whose counts may not be shown.
    """

    usual: Identification
    minimum: int
    hide: Hide

    def hits(self, cube: Cube, calendar: Calendar, year: int, tried: Identification) -> Hits:
        """R6 on one year under the policies tried; hidden cells as under those of the method.

        Args:
            cube: with the years that both need.
            calendar: of the cube.
            year: the year.
            tried: the policies tried.
        """
        new, old = (
            cells.hits(cube, calendar.groups, calendar.held, year, policy) for policy in (tried, self.usual)
        )
        hidden = self._hidden(cube, year, tried)
        public = np.isin(cube.series, self.usual.series)[None, :]
        if self._other_minimum(tried):
            n = cube.participants[cube.year(year)]
            public = public & ~((n > 0) & (n < self.minimum))
        return Hits(
            known=np.where(hidden, old.known & public, new.known),
            certain=np.where(hidden, old.certain & public, new.certain),
            possible=np.where(hidden, old.possible & public, new.possible),
            participants=np.where(hidden, old.participants, new.participants),
            low=np.where(hidden, old.low, new.low),
            high=np.where(hidden, old.high, new.high),
        )

    def _hidden(self, cube: Cube, year: int, tried: Identification) -> Flags:
        """Cells of a year of which a count is hidden, in that year or in one that is added to it."""
        length = tried.pool_years if tried.small_counts == "pool" else 1
        window = [cube.year(past) for past in cube.years if year - length < past <= year]
        hidden: Flags = np.any(
            [self.hide(cube.participants[at], cells.exact(cube.low[at], cube.high[at])) for at in window],
            axis=0,
        )
        return hidden

    def _other_minimum(self, tried: Identification) -> bool:
        """Whether a minimum is tried that the method does not have."""
        if tried.small_counts == "as_is" or tried.min_participants == 1:
            return False
        usual = None if self.usual.small_counts == "as_is" else self.usual.min_participants
        return tried.min_participants != usual
