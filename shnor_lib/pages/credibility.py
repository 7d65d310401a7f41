"""The credibility page: do the results look natural, and how far to trust the answer (METHODOLOGY §6)."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from shnor_lib.credibility import Credibility
from shnor_lib.pages import credibility_tables as own
from shnor_lib.pages.page import Page
from shnor_lib.present import credibility as words
from shnor_lib.present import figures_credibility as figures
from shnor_lib.present import html, labels, text
from shnor_lib.present.display import Block
from shnor_lib.present.html import Card
from shnor_lib.present.tables import Table


class CredibilityPage(Page):
    """Sections of the notebook `explore/credibility`."""

    kind: ClassVar[str] = "credibility"
    title: ClassVar[str] = "Сигналы достоверности результатов"

    @cached_property
    def found(self) -> Credibility:
        """Signals of the year; tables of schools limited to the municipality."""
        return self.region.identify(self.year).credibility

    def summary(self) -> None:
        """What each signal says of the region."""
        self._section(self._summary)

    def bunching(self) -> None:
        """Distributions of scores and the boundaries of marks."""
        self._section(self._bunching)

    def pass_mark(self) -> None:
        """The list with the pass mark one point higher."""
        self._section(self._pass_mark)

    def journal(self) -> None:
        """Marks of the work against those of the journal."""
        self._section(lambda: [html.piece(own.journal(self.found).html())])

    def jumps(self) -> None:
        """Between grades and years."""
        self._section(lambda: [html.piece(own.jumps(self.found).html())])

    def schools(self) -> None:
        """Schools with signals."""
        self._section(lambda: [html.piece(own.schools(self.found).html())])

    def objectivity(self) -> None:
        """The published algorithm, apart from the signals."""
        self._section(self._objectivity)

    def guide(self) -> None:
        """How to read the page."""
        self._section(lambda: [html.guide(self._terms())])

    def tables(self) -> Sequence[Table]:
        """All tables of the page."""
        return own.every(self.found)

    def _summary(self) -> list[Block]:
        known = self.found.tests[self.found.tests["tested"].gt(0)]
        if known.empty:
            told = "Судить о достоверности не по чему"
            more = "Загрузите распределения первичных баллов и сравнения отметок с журналом."
        else:
            schools = self.found.schools
            number = int(schools["reasons"].ne("").sum())
            told = f"Сигналы — у {text.part(number, len(schools), genitive=True)}"
            more = words.FALSE_ALARMS
        return [html.lede(told, more), html.piece(own.signals(self.found).html())]

    def _bunching(self) -> list[Block]:
        shown = {item: self.found.histogram(item) for item in self.found.works}
        bounds = {item: self.found.boundaries(item) for item in shown}
        blocks: list[Block] = []
        if not self.is_region:
            blocks.append(
                html.box("Показан весь регион", "В одном муниципалитете участников для такого графика мало.")
            )
        return [*blocks, figures.histograms(shown, bounds), html.piece(own.bunching(self.found).html())]

    def _pass_mark(self) -> list[Block]:
        listed, higher = self.found.list_size
        blocks: list[Block] = []
        if len(self.found.pass_mark_region):
            more = f"Сейчас в списке региона {text.counted(listed, text.SCHOOLS)}. Минимум менять никто не "
            more += "предлагает: это мера того, сколько зависит от одного балла."
            blocks.append(
                html.lede(
                    f"Будь минимум на один балл выше, в списке было бы {text.counted(higher, text.SCHOOLS)}",
                    more,
                )
            )
        return [*blocks, *(html.piece(make(self.found).html()) for make in (own.pass_mark, own.one_point))]

    def _objectivity(self) -> list[Block]:
        index = self.found.objectivity.index
        blocks: list[Block] = []
        if index:
            clean, of = index
            blocks.append(
                html.cards(
                    [
                        Card(
                            "Уровень объективности региона",
                            text.share(clean, of),
                            more=f"без единого признака {text.part(clean, of)}; признаков посчитано "
                            f"{len(self.found.objectivity.evaluated)} из 14",
                            tone="quiet",
                        )
                    ]
                )
            )
        return [*blocks, html.piece(own.objectivity(self.found).html())]

    def _terms(self) -> dict[str, str]:
        terms = {text.sentence(label.text): f"{label.hint}." for label in labels.SIGNALS.values()}
        return terms | {
            "Как решается, что это необычно": "школа сравнивается с тем, как школы региона различаются между "
            "собой, а не с одной лишь случайностью. Сигнал появляется, когда среди всех сигналов ложных в "
            "среднем не больше одного из пяти.",
            "Граница отметки": "с какого балла ставится отметка. Берётся из самих данных (по отметкам), "
            "иначе из шкалы; если неизвестна, сигнал не считается.",
            "Наименьшее число участников": "скученность — 20, журнал и скачки — 10. Школы, о которых судить "
            "нельзя, не считаются школами без сигнала.",
            "Официальный список": "список школ с признаками необъективности загружается отдельно и на этой "
            "странице не используется.",
        }
