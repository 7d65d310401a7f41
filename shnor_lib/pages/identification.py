"""The identification page: who is on the list, why, and how sure one can be of it (rules R6–R16)."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

import pandas as pd

from shnor_lib.pages import identification_tables as own
from shnor_lib.pages.page import Page
from shnor_lib.pages.parts import portions, sheets
from shnor_lib.present import figures_funnel, figures_map, figures_region, html, labels, text
from shnor_lib.present import figures_identification as figures
from shnor_lib.present.display import Block
from shnor_lib.present.html import Card
from shnor_lib.present.tables import Table
from shnor_lib.verdicts import Verdicts

# Municipalities on one figure: what an A4 page holds.
_MUNICIPALITIES = 42


class IdentificationPage(Page):
    """Sections of the notebook 01."""

    kind: ClassVar[str] = "identification"
    title: ClassVar[str] = "Школы с низкими образовательными результатами"
    has_threshold: ClassVar[bool] = True

    @cached_property
    def verdicts(self) -> Verdicts:
        """Verdicts of the year, limited to the municipality; in a trial hidden cells do not move (R25)."""
        return self.region.try_out(self.year, **self.overrides)

    @cached_property
    def usual(self) -> Verdicts:
        """Verdicts of the year by the method of the project."""
        return self.region.of_project.identify(self.year)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """Cells of the schools shown, small groups masked (R25)."""
        return self.verdicts.public_cells

    def summary(self) -> None:
        """Headline numbers."""
        self._section(self._summary)

    def listed(self) -> None:
        """The list, with the reason for each school."""
        self._section(self._listed)

    def overview(self) -> None:
        """All schools and procedures; in the region municipalities and the map."""
        self._section(self._overview)

    def certainty(self) -> None:
        """Chance and other settings: how firm the list is."""
        self._section(self._certainty)

    def schools(self) -> None:
        """Every school with its status."""
        self._section(lambda: [html.piece(own.schools(self.verdicts).html())])

    def guide(self) -> None:
        """How to read the page."""
        self._section(lambda: [html.guide(self._terms())])

    def tables(self) -> Sequence[Table]:
        """The list, all schools, other settings, all counts; in a trial, what it changes."""
        second = own.changes(self.verdicts, self.usual) if self.is_trial else own.firmness(self.verdicts)
        return [
            own.listed(self.verdicts),
            own.schools(self.verdicts),
            second,
            self._settings(),
            own.counts(self.cells, self.threshold),
        ]

    def _settings(self) -> Table:
        return own.settings(self.region, self.verdicts, "; ".join(self.trial_words))

    def _summary(self) -> list[Block]:
        table, counts = self.verdicts.table, self.verdicts.counts
        total, listed = len(table), counts["shnor"]
        blocks: list[Block] = [html.lede(self._finding(total, listed), self._second_thought())]
        blocks.append(html.cards(self._cards(table, counts)))
        blocks.append(html.strip(counts))
        if self.is_trial:
            blocks.append(html.piece(own.changes(self.verdicts, self.usual).html()))
        blocks += self._warnings(table)
        return blocks

    def _finding(self, total: int, listed: int) -> str:
        if total == 0:
            return f"За {self.year} год нет школ, которые можно оценить"
        if listed == 0:
            return f"В списке ШНОР {self.year} года нет ни одной школы из {text.number(total)}"
        if self.is_trial:
            return f"При пробе в списке — {text.part(listed, total)}"
        return f"В списке ШНОР {self.year} года — {text.part(listed, total)}"

    def _second_thought(self) -> str:
        listed = self.verdicts.listed
        if self.is_trial:
            entered, left = own.entered_and_left(self.verdicts, self.usual)
            return (
                f"По методике — {text.number(self.usual.counts['shnor'])}. "
                f"{text.sentence(text.entered_and_left(len(entered), len(left)))}."
            )
        if listed.empty:
            return ""
        both = int((listed["limb_a"] & listed["limb_b"]).sum())
        only_a = int(listed["limb_a"].sum()) - both
        only_b = int(listed["limb_b"].sum()) - both
        needed = self.verdicts.method.identification.hits_in_one_year
        told = [
            f"{text.number(count)} — {why}"
            for count, why in (
                (only_a, f"порог достигнут не менее чем в {needed} процедурах за один год"),
                (only_b, "два года подряд в одной процедуре"),
                (both, "по обоим основаниям"),
            )
            if count
        ]
        return f"Основания: {'; '.join(told)}."

    def _cards(self, table: pd.DataFrame, counts: dict[str, int]) -> list[Card]:
        total = len(table)
        doubtful, risk = counts["doubtful"], counts["risk"]
        cards = [
            Card(
                "В списке ШНОР",
                text.number(counts["shnor"]),
                f"из {text.number(total)}",
                text.share(counts["shnor"], total) + " школ" if total else "",
                "alarm" if counts["shnor"] else "good",
            ),
            Card(
                "Внимание",
                text.number(counts["watch"]),
                more="порог достигнут, но для списка недостаточно",
                tone="watch",
            ),
            Card("Не выявлены", text.number(counts["not_identified"]), more="порог нигде не достигнут"),
        ]
        if risk:
            cards.append(Card("Риск", text.number(risk), more="порог не достигнут, есть факторы риска"))
        if doubtful:
            cards.append(
                Card(
                    "Под сомнением",
                    text.number(doubtful),
                    more="в списке с признаками необъективности",
                    tone="quiet",
                )
            )
        cards.append(
            Card(
                "Не оцениваются",
                text.number(counts["not_evaluable"]),
                more="нет результатов за год",
                tone="quiet",
            )
        )
        check = int(table["requires_check"].sum())
        if check:
            cards.append(
                Card("Требуют проверки", text.number(check), more="числа известны с точностью до процента")
            )
        return cards

    def _warnings(self, table: pd.DataFrame) -> list[Block]:
        blocks: list[Block] = []
        missing = self.verdicts.missing_series
        if missing:
            blocks.append(
                html.box(
                    "Список построен не по всем процедурам",
                    f"Не загружены результаты: {', '.join(missing)}. Часть школ могла не попасть в список.",
                    "watch",
                )
            )
        broken = int((table["incomparable"] & table["status"].eq("shnor")).sum())
        if broken:
            blocks.append(
                html.box(
                    "Годы сравнимы не вполне",
                    f"У {text.counted(broken, ('школы', 'школ', 'школ'))} основание «два года подряд» "
                    f"опирается на работы {self.year - 1} и {self.year} годов, которые проводились "
                    "в разных условиях.",
                    "watch",
                )
            )
        return blocks

    def _listed(self) -> list[Block]:
        blocks: list[Block] = [html.piece(own.listed(self.verdicts).html())]
        listed = self.verdicts.listed
        if listed.empty or self.is_region:
            return blocks
        for part, title in sheets(listed):
            inside = self.cells[self.cells["school_id"].isin(part["school_id"])]
            blocks.append(figures.shares(inside, self.year, self.threshold, title))
        return blocks

    def _overview(self) -> list[Block]:
        table = self.verdicts.table
        if self.is_region:
            blocks: list[Block] = []
            geometry = self.whole.geometry
            if geometry is not None:
                blocks.append(figures_map.municipality_map(table, geometry))
            return [*blocks, *self._municipalities(table)]
        if table.empty:
            return [figures.matrix(self.cells, self.year, self.threshold)]
        return [
            figures.matrix(
                self.cells[self.cells["school_id"].isin(part["school_id"])], self.year, self.threshold, title
            )
            for part, title in sheets(table)
        ]

    def _municipalities(self, table: pd.DataFrame) -> list[Block]:
        """Municipalities in portions that fit a printed page; the finding stands over the first."""
        names = table["municipality"].dropna().drop_duplicates().sort_values(key=text.alphabet)
        finding = figures_region.composition_finding(table, self.region.title)
        return [
            figures_region.composition(table[table["municipality"].isin(part)], continued or finding)
            for part, continued in portions(names, _MUNICIPALITIES)
        ]

    def _certainty(self) -> list[Block]:
        if self.is_trial:
            told = "Насколько список твёрд, считается только для списка по методике"
            return [html.lede(told), html.piece(self._settings().html())]
        chance = self.whole.identify(self.year).chance
        series = self.verdicts.decision.cube.series
        funnels = {item: found for item in series if (found := chance.funnel(item)) is not None}
        return [
            html.lede(*self._firmness()),
            html.piece(own.firmness(self.verdicts).html()),
            figures_funnel.funnel(self.cells, funnels, self.year, self.threshold),
            html.piece(self._settings().html()),
        ]

    def _firmness(self) -> tuple[str, str]:
        """How many verdicts are firm, and what chance alone would do to the list."""
        schools = self.verdicts.chance.schools
        counted = schools.groupby("listed")["firmness"].value_counts()
        listed = {name: int(counted.get((True, name), 0)) for name in labels.FIRMNESS}
        near = sum(int(counted.get((False, name), 0)) for name in ("grey", "against"))
        total = sum(listed.values())
        if not total:
            return "Список пуст, проверять его твёрдость не на чем", self._near(near)
        told = f"Твёрдо в списке — {text.part(listed['firm'], total)}"
        rest = [
            f"{labels.FIRMNESS[name].text} — {text.number(listed[name])}"
            for name in ("grey", "against")
            if listed[name]
        ]
        return told, " ".join(
            [f"{text.sentence('; '.join(rest))}." if rest else "", self._near(near)]
        ).strip()

    @staticmethod
    def _near(near: int) -> str:
        if not near:
            return ""
        verb = text.plural(near, "могла", "могли", "могли")
        return f"Ещё {text.counted(near, text.SCHOOLS)} вне списка {verb} бы в нём оказаться."

    def _terms(self) -> dict[str, str]:
        method = self.verdicts.method.identification
        terms = {
            "Не преодолели минимум": "получили «2» на ВПР либо меньше минимального балла на ОГЭ или ЕГЭ.",
            "Порог достигнут": f"таких не менее {self.threshold}{text.NBSP}% от участников. Сравниваются "
            "целые числа, без округления: при пороге 30 % доля 8 из 27 (29,6 %) его не достигает.",
            "ШНОР": f"порог достигнут за год не менее чем в {method.hits_in_one_year} процедурах "
            "или два года подряд в одной процедуре.",
        }
        terms |= {
            text.sentence(labels.STATUSES[name].text): f"{labels.STATUSES[name].hint}."
            for name in ("watch", "doubtful", "not_evaluable")
        }
        return terms | {
            "Доверительный интервал": "где с вероятностью 95 % лежала бы доля, если бы таких же детей было "
            "много. Чем меньше участников, тем он шире.",
            "Надёжность": "насколько точно измерена доля: по числу участников самой малой из работ, давших "
            "основание. Меньше 5 — очень низкая, меньше 10 — низкая, меньше 30 — средняя, иначе высокая.",
            "Твёрдо, на границе, вряд ли повторится": "был бы вердикт тем же, если бы те же работы писали "
            "другие дети: с вероятностью больше 80 %, от 20 до 80 % или меньше.",
            "Почему надёжность высокая, а вердикт не твёрд": "это разные вещи. Доля измерена точно, потому "
            "что детей много, но она стоит у самого порога: чуть другой год, и порог не достигнут.",
            "Скрыто": f"участников меньше {self.minimum} (или по показанному числу можно было бы узнать "
            "скрытое): числа не публикуются.",
        }
