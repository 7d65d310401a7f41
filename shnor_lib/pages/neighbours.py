"""The page of similar schools: who is near whom, and where each stands among them (METHODOLOGY §9.3)."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from shnor_lib.pages import social
from shnor_lib.pages.page import Page
from shnor_lib.present import html, labels, tables, text
from shnor_lib.present import social as told
from shnor_lib.present.display import Block
from shnor_lib.present.tables import Table
from shnor_lib.social import Social

_ALPHABETICAL = ["municipality", "name", "school_id"]


class NeighboursPage(Page):
    """Sections of the notebook `explore/neighbours`."""

    kind: ClassVar[str] = "neighbours"
    title: ClassVar[str] = "Сходные школы"

    @cached_property
    def conditions(self) -> Social:
        """Social conditions and similar schools of the year."""
        return self.region.social(self.year)

    def summary(self) -> None:
        """By what schools are compared, and how many stand apart from similar ones."""
        self._section(self._summary)

    def standing(self) -> None:
        """Each school beside similar ones, with its interval."""
        self._section(self._standing)

    def similar(self) -> None:
        """The nearest schools of each school."""
        self._section(lambda: [html.piece(self._similar_table().html())])

    def guide(self) -> None:
        """How to read the page."""
        self._section(lambda: [html.guide(self._terms())])

    def tables(self) -> Sequence[Table]:
        """Standing and neighbours."""
        return [self._standing_table(), self._similar_table()]

    def _summary(self) -> list[Block]:
        schools = self.conditions.public
        policy = self.conditions.method.neighbours
        apart = int(schools["standing"].isin(["higher", "lower"]).sum())
        by = told.characteristics(policy.by)
        return [
            html.lede(
                f"Иначе, чем сходные, — {text.part(apart, len(schools))}",
                f"Сходные школы ищутся по всему региону, до {policy.number} у каждой: {by}. Отличие названо, "
                "только если доля сходных лежит вне доверительного интервала школы.",
            )
        ]

    def _standing(self) -> list[Block]:
        return [*social.drawn(self.conditions, self.is_region), html.piece(self._standing_table().html())]

    def _standing_table(self) -> Table:
        frame = self.conditions.public.sort_values(_ALPHABETICAL, key=text.alphabet)
        return Table(
            f"Школы рядом со сходными, {self.year} год",
            [
                *tables.schools(frame),
                *tables.municipality(frame),
                tables.words(
                    "Доля не преодолевших",
                    [labels.of(labels.STANDINGS, value).marked for value in frame["standing"]],
                ),
            ],
            note="По алфавиту: это не рейтинг. Прочерк — сравнить не с кем или нет результатов.",
            nothing="Школ нет.",
        )

    def _similar_table(self) -> Table:
        every = self.conditions.found.schools.set_index("school_id")
        pairs = self.conditions.found.similar.table
        here = self.conditions.public.sort_values(_ALPHABETICAL, key=text.alphabet)
        near = pairs[pairs["school_id"].isin(here["school_id"])].sort_values(["school_id", "place"])
        names = near["neighbour_id"].map(every["name"]).map(text.school_name)
        places = near["neighbour_id"].map(every["municipality"]).fillna("")
        spoken = (names + " (" + places + ")").groupby(near["school_id"]).agg("; ".join)
        return Table(
            "Кто с кем сходен",
            [
                *tables.schools(here),
                *tables.municipality(here),
                tables.words(
                    "Сходные школы",
                    [spoken.get(code, labels.MISSING) for code in here["school_id"]],
                    wide=True,
                ),
            ],
            note="Ближайшая — первой. Названы признаки школ, а не их результаты.",
            nothing="Школ нет.",
        )

    def _terms(self) -> dict[str, str]:
        return {text.sentence(item.text): f"{item.hint}." for item in labels.STANDINGS.values()}
