"""Signals of credibility of a year, as an analyst holds them (METHODOLOGY §6): never part of a list.

In:   signals over the whole region, the decision they stand beside, and what of it may be shown (R25).
Out:  `Credibility`, what `Verdicts.credibility` gives.
Not:  the imported official list of biased results: it is R16's, and nothing here reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib import disclosure
from shnor_lib.analysis.credibility import bunching, journal, pass_mark
from shnor_lib.analysis.credibility.objectivity import Indicator
from shnor_lib.analysis.credibility.scores import Work
from shnor_lib.analysis.credibility.signals import Signals
from shnor_lib.analysis.identification import Decision
from shnor_lib.errors import SelectionError
from shnor_lib.present import credibility as words
from shnor_lib.present import text
from shnor_lib.whole import Whole

_TESTS = ("expected_lowered", "chance_lowered", "expected_raised", "chance_raised")


@dataclass(frozen=True, repr=False)
class Credibility:
    """Whether the results of a year look natural, signal by signal.

    Counts of cells that may not be shown (R25), and of those hidden to protect them, are missing in every
    table of this class; totals are of the whole region, and a series in which one would give a hidden count
    back is not in them.

    Attributes:
        whole: the decision over the whole region; its signals are looked for when first asked for.
        municipality_id: the municipality to which tables of schools are limited, or None.
    """

    whole: Whole
    municipality_id: str | None

    def __repr__(self) -> str:
        return f"<{self.decision.year}: {words.summary(self.tests)}>"

    @property
    def decision(self) -> Decision:
        """Verdicts of the whole region."""
        return self.whole.decision

    @property
    def found(self) -> Signals:
        """The signals of the whole region."""
        return self.whole.signals

    @property
    def minimum(self) -> int:
        """Participants below which counts are not shown."""
        return self.whole.minimum

    @cached_property
    def schools(self) -> pd.DataFrame:
        """One row a school: school_id, name, municipality_id, municipality, and a column for each signal.

        Columns of `signals.SIGNALS` are boolean, missing where the data do not allow the signal; `reasons` is
        Russian text joined by `;`, with the numbers that may be shown, and `one_point` the same for
        `pass_mark`: what hangs on a single point is sensitivity of the list, no reproach to a school.
        """
        frame = self._named(self.found.schools)
        told = {
            "reasons": [self.reasons(code) for code in frame["school_id"]],
            "one_point": [self.one_point(code) for code in frame["school_id"]],
        }
        return frame.assign(**{name: pd.Series(texts, dtype="str") for name, texts in told.items()})

    @property
    def tests(self) -> pd.DataFrame:
        """How many schools of the region each signal was asked of and says something of (`Signals.tests`)."""
        return self.found.tests

    @cached_property
    def bunching(self) -> pd.DataFrame:
        """Boundaries of every work of every school (`bunching.cells`), with `suppressed`."""
        return self._public(
            self.found.bunching,
            ["participants", "at", "before", "near", "empty_step", "expected", "chance"],
        )

    @cached_property
    def region(self) -> pd.DataFrame:
        """The same of the whole region by series and mark (`bunching.region`)."""
        return bunching.region(self._summed(self.found.bunching))

    @property
    def smoothed(self) -> pd.DataFrame:
        """Reported and smoothed share below the pass mark, whole region (`counterfactual.estimate`)."""
        return self.found.smoothed

    @cached_property
    def pass_mark(self) -> pd.DataFrame:
        """Cells of the year with the pass mark one point higher (`pass_mark.cells`), with `suppressed`."""
        cells = self.found.pass_mark
        now = cells[cells["year"].eq(self.decision.year).fillna(value=False).to_numpy(dtype=bool)]
        return self._public(now, ["participants", "failed", "at", "failed_higher"])

    @cached_property
    def pass_mark_region(self) -> pd.DataFrame:
        """The same of the whole region by series (`pass_mark.by_series`)."""
        cells = self.found.pass_mark
        now = cells[cells["year"].eq(self.decision.year).fillna(value=False).to_numpy(dtype=bool)]
        return pass_mark.by_series(self._summed(now), self.decision.year)

    @cached_property
    def list_size(self) -> tuple[int, int]:
        """Listed schools, and how many there would be with the pass mark one point higher."""
        higher = self.found.higher
        return int((self.decision.status == "shnor").sum()), int((higher.status == "shnor").sum())

    @cached_property
    def journal(self) -> pd.DataFrame:
        """Marks of the work against the journal (`journal.cells`), with `suppressed`."""
        return self._public(self.found.journal, [*journal.COUNTS, *_TESTS])

    @cached_property
    def journal_region(self) -> pd.DataFrame:
        """The same of the whole region by series (`journal.region`)."""
        return journal.region(self._summed(self.found.journal))

    @cached_property
    def jumps(self) -> pd.DataFrame:
        """K between grades and years, and places in ВПР 8 and ОГЭ (`jump.ratios`, `jump.to_exam`)."""
        return self._named(self.found.jumps.drop(columns=["participants_before", "participants_after"]))

    @property
    def objectivity(self) -> Indicator:
        """The published algorithm of §6.1, an indicator of its own, over the whole region."""
        return self.found.indicator

    @property
    def works(self) -> list[str]:
        """Series of the year whose distributions are known."""
        return list(self.found.works)

    def histogram(self, series: str, school_id: str | None = None) -> pd.DataFrame:
        """How many participants got which score, in the region or in a school.

        Args:
            series: one of `works`.
            school_id: six digits; None for the whole region.

        Returns:
            score, count (int64), mark (Int64: 2–5, missing where the boundaries are not known).

        Raises:
            SelectionError: no such distribution, the school has none, or it is too small to be shown: the
                histogram of a school needs 20 participants (§6.4).
        """
        work = self.found.works.get(series)
        if work is None:
            have = ", ".join(self.works) or "ни одного"
            raise SelectionError(f"Распределения баллов «{series}» нет. Есть: {have}.")
        counts = work.total if school_id is None else work.counts[self._row(work, school_id)]
        frame = pd.DataFrame({"score": range(len(counts)), "count": counts})
        known = self.found.bounds[series].known
        mark = pd.Series(
            2 if known and known[0][0] == bunching.PASS_MARK else pd.NA, index=frame.index, dtype="Int64"
        )
        for value, score in known:
            mark = mark.mask(frame["score"].ge(score), value)
        return frame.assign(mark=mark)

    def boundaries(self, series: str) -> list[tuple[int, int]]:
        """Marks of a work and the lowest score of each, those that are known."""
        return self.found.bounds[series].known

    def flags(self, school_id: str) -> Mapping[str, Any]:
        """Signals of a judged school: true or false each, missing where the data do not allow the signal."""
        return self._flags[school_id]

    def reasons(self, school_id: str) -> str:
        """What the signals say of a school, Russian sentences joined by `;`; empty where they say nothing."""
        if school_id not in self._flags:
            return ""
        own = {name: groups.get(school_id, nothing) for name, (groups, nothing) in self._told.items()}
        return ";".join(words.reasons(self.flags(school_id), own))

    def one_point(self, school_id: str) -> str:
        """That the school would be listed with the pass mark one point higher; empty where it would not."""
        hangs = self._flags.get(school_id, {}).get("pass_mark")
        if text.is_missing(hangs) or not hangs:
            return ""
        groups, nothing = self._told["pass_mark"]
        return words.one_point(groups.get(school_id, nothing))

    @cached_property
    def _flags(self) -> dict[str, dict[str, Any]]:
        rows = self.found.schools.set_index("school_id").to_dict("index")
        return {str(code): {str(name): flag for name, flag in row.items()} for code, row in rows.items()}

    @cached_property
    def _told(self) -> dict[str, tuple[dict[str, pd.DataFrame], pd.DataFrame]]:
        """Public rows by signal and school, and a frame without rows, over the whole region."""
        whole = Credibility(self.whole, None)
        frames = {
            "bunching": whole.bunching,
            "pass_mark": whole.pass_mark,
            "journal": whole.journal,
            "jump": whole.jumps,
        }
        flags = self.found.schools.set_index("school_id").fillna(value=False).any(axis=1)
        marked = flags.index[flags]
        return {
            name: (
                {
                    str(code): part
                    for code, part in frame[frame["school_id"].isin(marked)].groupby("school_id")
                },
                frame.iloc[:0],
            )
            for name, frame in frames.items()
        }

    def _row(self, work: Work, school_id: str) -> int:
        at = work.schools.get_indexer(pd.Index([school_id]))[0]
        if at < 0:
            raise SelectionError(f"Распределения баллов школы {school_id} по этой работе нет.")
        hidden = (school_id, work.series) in self._hidden
        if hidden or work.participants[at] < bunching.LEAST_PUPILS:
            raise SelectionError(
                f"В школе {school_id} меньше {bunching.LEAST_PUPILS} участников: "
                "распределение не показывается."
            )
        return int(at)

    @cached_property
    def _hidden(self) -> set[tuple[str, str]]:
        """School and series of the year whose counts may not be shown (R25), the same as on other pages."""
        shown = self.whole.public_cells
        now = shown[shown["suppressed"] & shown["year"].eq(self.decision.year)]
        return set(zip(now["school_id"], now["series"], strict=True))

    def _suppressed(self, frame: pd.DataFrame) -> pd.Series:
        """Rows that may not be shown: a handful of participants, or hidden on other pages."""
        small = frame["participants"].lt(self.minimum).fillna(value=False)
        keys = pd.Series(
            list(zip(frame["school_id"], frame["series"], strict=True)), index=frame.index, dtype=object
        )
        return small.astype(bool) | keys.isin(list(self._hidden))

    def _summed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Rows of the series whose sum over the region tells no hidden count (R25).

        Schools that are not judged stand in no table, so their counts are as unknown as hidden ones.
        """
        n = frame["participants"].to_numpy(dtype="int64", na_value=0)
        concealed = self._suppressed(frame) | ~frame["school_id"].isin(self.whole.names["school_id"])
        # A school has a row for each mark of a work: sums are those of one mark.
        keys = [name for name in ("series", "mark") if name in frame]
        groups = frame.groupby(keys, sort=False, dropna=False).ngroup().to_numpy().astype(np.int64)
        hide = concealed.to_numpy(dtype=bool) & (n > 0)
        return frame[disclosure.summed(hide, n, groups, self.minimum)]

    def _public(self, frame: pd.DataFrame, counts: list[str]) -> pd.DataFrame:
        suppressed = self._suppressed(frame)
        masked = {
            name: (frame[name].astype("boolean") if frame[name].dtype == bool else frame[name]).mask(
                suppressed
            )
            for name in counts
        }
        return self._named(frame.assign(**masked, suppressed=suppressed))

    def _named(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Judged schools only, with their names, limited to the municipality."""
        named = self.whole.names.merge(frame, on="school_id", how="inner")
        if self.municipality_id is None:
            return named
        here = named["municipality_id"].eq(self.municipality_id).fillna(value=False).astype(bool)
        return named[here].reset_index(drop=True)
