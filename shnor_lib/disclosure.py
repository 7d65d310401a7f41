"""What of a table may be shown outside the institute (R25): no counts of a handful of children.

In:   cells of `identification.Decision.cells`, or bare arrays of participants.
Out:  which cells to hide, and which totals; cells with counts and shares hidden, and a column `suppressed`.
Not:  verdicts: that a school is listed, and through which procedure, is an administrative fact and stays.

A hidden cell could be rebuilt from a total of the municipality or of the region if what is hidden there
were a single cell, or fewer persons than the minimum altogether; then the next smallest exactly known cell
of the same series and year is hidden too. Every text and table that shows counts asks the same function,
over the whole region, so that what one hides another does not print.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

MASKED = ("participants", "failed", "failed_low", "failed_high", "share", "low", "high")
_TOTAL = ["series", "year"]

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def hidden(participants: Ints, exact: Flags, municipalities: Ints, totals: Ints, minimum: int) -> Flags:
    """Cells whose counts must not be shown.

    Args:
        participants: persons; 0 or negative where nobody took part or nothing is known: there is nobody
            to protect.
        exact: the number of those who failed is known exactly; others are in no total and cover nobody.
        municipalities: number of the municipality, series and year of a cell, from 0.
        totals: number of the series and year of a cell, from 0: the region.
        minimum: persons below which a count is not shown.

    Returns:
        True for cells with fewer than `minimum` participants, and for what must be hidden with them.
    """
    result = (participants > 0) & (participants < minimum)
    if result.any():
        for groups in (municipalities, totals):
            result = result | _cover(result, participants, exact, groups, minimum)
    return result


def over_schools(participants: Ints, exact: Flags, municipality_id: pd.Series, minimum: int) -> Flags:
    """`hidden` for one year of a whole region.

    Args:
        participants: persons by school × series.
        exact: the number of those who failed is known exactly; the same shape.
        municipality_id: of the schools, in their order; schools without one are together.
        minimum: persons below which a count is not shown.
    """
    groups = _groups(participants.shape, municipality_id)
    return hidden(participants.ravel(), exact.ravel(), *groups, minimum).reshape(participants.shape)


def untold(
    participants: Ints, exact: Flags, municipalities: Ints, totals: Ints, minimum: int
) -> tuple[Flags, Flags]:
    """Totals that must not be shown beside the cells, since a hidden count could be told from them.

    The total of a municipality in which one cell alone is hidden, or fewer persons than the minimum, gives
    that cell back: it may hold nothing else, or a cell that covers one elsewhere. What is hidden in such
    municipalities stands against the total of the region; where that were too little, the total of the
    municipality that hides the fewest persons among the others is not shown either.

    Args:
        participants: as `hidden`.
        exact: as `hidden`.
        municipalities: as `hidden`.
        totals: as `hidden`.
        minimum: as `hidden`.

    Returns:
        By cell: the total of its municipality must not be shown, and that of the region must not.
    """
    concealed = hidden(participants, exact, municipalities, totals, minimum) & exact
    of_municipality = _exposed(concealed, participants, municipalities, minimum)[municipalities]
    of_region = _exposed(concealed, participants, totals, minimum)[totals]
    rest = _exposed(concealed & of_municipality, participants, totals, minimum)[totals] & ~of_region
    settled = np.flatnonzero(concealed & ~of_municipality & rest)
    persons = np.bincount(municipalities, weights=np.where(concealed, participants, 0))
    by_size = settled[np.lexsort((settled, persons[municipalities[settled]], totals[settled]))]
    _, first = np.unique(totals[by_size], return_index=True)
    return of_municipality | np.isin(municipalities, municipalities[by_size[first]]), of_region


def untold_over_schools(
    participants: Ints, exact: Flags, municipality_id: pd.Series, minimum: int
) -> tuple[Flags, Flags]:
    """`untold` for one year of a whole region; arguments as `over_schools`, answers of the same shape."""
    groups = _groups(participants.shape, municipality_id)
    found = untold(participants.ravel(), exact.ravel(), *groups, minimum)
    of_municipality, of_region = (flags.reshape(participants.shape) for flags in found)
    return of_municipality, of_region


def summed(concealed: Flags, participants: Ints, groups: Ints, minimum: int) -> Flags:
    """Cells of groups whose sum may be shown: nothing is concealed there, or several cells of enough persons.

    Args:
        concealed: cells that are not shown.
        participants: persons.
        groups: number of the sum to which a cell belongs, from 0.
        minimum: persons below which a count is not shown.
    """
    told: Flags = ~_exposed(concealed, participants, groups, minimum)[groups]
    return told


def protect(cells: pd.DataFrame, minimum: int = 5) -> pd.DataFrame:
    """Hide counts of small cells.

    Args:
        cells: all cells of a region, with participants, failed and any of the columns of `MASKED`, and
            municipality_id, series, year.
        minimum: persons; from the method, `publication.min_participants`.

    Returns:
        A copy with `suppressed` (bool) and the columns of `MASKED` missing where it is true.
    """
    municipalities, totals = (
        cells.groupby(keys, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)
        for keys in (["municipality_id", *_TOTAL], _TOTAL)
    )
    n = cells["participants"].to_numpy(dtype="int64", na_value=0)
    exact = cells["failed"].notna().to_numpy(dtype=bool)
    suppressed = hidden(n, exact, municipalities, totals, minimum)
    protected = cells.assign(suppressed=suppressed)
    for name in MASKED:
        if name in protected:
            protected[name] = protected[name].mask(suppressed)
    return protected


def _cover(small: Flags, participants: Ints, exact: Flags, groups: Ints, minimum: int) -> Flags:
    """The next smallest cell of each group in which what is hidden could be told from a total."""
    exposed = _exposed(small & exact, participants, groups, minimum)
    candidates = np.flatnonzero(~small & exact & (participants > 0) & exposed[groups])
    by_size = candidates[np.lexsort((candidates, participants[candidates], groups[candidates]))]
    _, first = np.unique(groups[by_size], return_index=True)
    cover = np.zeros(len(small), dtype=bool)
    cover[by_size[first]] = True
    return cover


def _exposed(concealed: Flags, participants: Ints, groups: Ints, minimum: int) -> Flags:
    """Groups whose total would tell what is concealed there: one cell, or too few persons."""
    number = np.bincount(groups, weights=concealed)
    persons = np.bincount(groups, weights=np.where(concealed, participants, 0))
    exposed: Flags = (number > 0) & ((number == 1) | (persons < minimum))
    return exposed


def _groups(shape: tuple[int, ...], municipality_id: pd.Series) -> tuple[Ints, Ints]:
    """Numbers of municipality and series, and of series, of the cells of school × series in a row."""
    series = np.broadcast_to(np.arange(shape[1]), shape)
    codes, _ = pd.factorize(municipality_id, use_na_sentinel=False)
    return (codes[:, None] * shape[1] + series).ravel(), series.ravel()


def leaks(cells: pd.DataFrame, minimum: int = 5) -> pd.DataFrame:
    """Rows that still show a count of fewer than `minimum` participants; empty after `protect`."""
    n = cells["participants"]
    return cells[((n > 0) & (n < minimum)).fillna(value=False).astype(bool)]
