"""The stability page: does the list hold under other readings of the rule (METHODOLOGY §1.2, §9.1)."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

import pandas as pd

from shnor_lib.pages.page import Page
from shnor_lib.present import figures_stability as figures
from shnor_lib.present import html, labels, tables, text
from shnor_lib.present.display import Block
from shnor_lib.present.tables import Table
from shnor_lib.verdicts import READINGS, Verdicts

_LISTED = "shnor"


class StabilityPage(Page):
    """Sections of the notebook `explore/stability`."""

    kind: ClassVar[str] = "stability"
    title: ClassVar[str] = "Устойчивость списка ШНОР"

    @cached_property
    def verdicts(self) -> Verdicts:
        """Verdicts of the year, limited to the municipality; hidden cells do not move (R25)."""
        return self.region.try_out(self.year)

    @cached_property
    def readings(self) -> pd.DataFrame:
        """Statuses under all readings of the rule (`Verdicts.readings`)."""
        return self.verdicts.readings()

    @property
    def _listed(self) -> pd.DataFrame:
        """Whether a school stands on the list, by reading."""
        return pd.DataFrame({name: self.readings[name].eq(_LISTED) for name in READINGS})

    @cached_property
    def counts(self) -> pd.DataFrame:
        """By reading: listed, stayed, entered, left (schools)."""
        here = self.readings["status"].eq(_LISTED)
        return pd.DataFrame(
            [
                {
                    "reading": name,
                    "listed": int(there.sum()),
                    "stayed": int((here & there).sum()),
                    "entered": int((there & ~here).sum()),
                    "left": int((here & ~there).sum()),
                }
                for name in READINGS
                for there in [self.readings[name].eq(_LISTED)]
            ]
        )

    def summary(self) -> None:
        """How many schools stand on the list under every reading."""
        self._section(self._summary)

    def policies(self) -> None:
        """The list under each reading."""
        self._section(lambda: [figures.readings(self.counts), html.piece(self._counts_table().html())])

    def schools(self) -> None:
        """Schools whose verdict depends on the reading."""
        self._section(lambda: [html.piece(self._schools_table().html())])

    def guide(self) -> None:
        """How to read the page."""
        self._section(lambda: [html.guide(self._terms())])

    def tables(self) -> Sequence[Table]:
        """Both tables."""
        return [self._counts_table(), self._schools_table()]

    def _summary(self) -> list[Block]:
        here = self.readings["status"].eq(_LISTED)
        always = int((self._listed.all(axis=1) & here).sum())
        total = int(here.sum())
        if not total:
            return [html.lede("Список пуст, проверять его устойчивость не на чем")]
        told = f"При любом прочтении правила в списке — {text.part(always, total)}"
        return [html.lede(told, "Список утверждается только по методике; остальное показывает, чему верить.")]

    def _counts_table(self) -> Table:
        frame = self.counts
        return Table(
            "Список при других прочтениях",
            [
                tables.words(
                    "Прочтение", [labels.READINGS[name].text for name in frame["reading"]], wide=True
                ),
                tables.numbers("В списке", frame["listed"]),
                tables.numbers("Те же", frame["stayed"]),
                tables.numbers("Добавились бы", frame["entered"]),
                tables.numbers("Выпали бы", frame["left"]),
            ],
        )

    def _schools_table(self) -> Table:
        frame = self.readings.assign(listed=self.readings["status"].eq(_LISTED))
        other = self._listed.ne(frame["listed"], axis=0)
        frame = frame[other.any(axis=1)].sort_values(["municipality", "name", "school_id"], key=text.alphabet)
        changed = other.loc[frame.index]
        told = [
            text.join([labels.READINGS[name].text for name in READINGS if flags[name]])
            for flags in changed.to_dict("records")
        ]
        return Table(
            "Школы, где решает прочтение",
            [
                *tables.schools(frame),
                *tables.municipality(frame),
                tables.marked("По методике", frame["status"], labels.STATUSES, "status"),
                tables.words("Иначе решили бы", told, wide=True),
            ],
            note="По алфавиту.",
            nothing="Таких школ нет: при всех прочтениях список один и тот же.",
        )

    def _terms(self) -> dict[str, str]:
        return {text.sentence(label.text): f"{label.hint}." for label in labels.READINGS.values()}
