"""The dynamics page: how the list changed in a year, and what chance alone would have done (R19)."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

import pandas as pd

from shnor_lib.pages.page import Page
from shnor_lib.pages.parts import procedures_of
from shnor_lib.present import figures_dynamics as figures
from shnor_lib.present import figures_years, html, labels, movement, tables, targets, text
from shnor_lib.present.display import Block
from shnor_lib.present.html import Card
from shnor_lib.present.tables import Table
from shnor_lib.views import DynamicsView


class DynamicsPage(Page):
    """Sections of the notebook 02."""

    kind: ClassVar[str] = "dynamics"
    title: ClassVar[str] = "Динамика школ с низкими образовательными результатами"

    @cached_property
    def dynamics(self) -> DynamicsView:
        """Movement from the year before, limited to the municipality."""
        return self.region.dynamics(self.year)

    @cached_property
    def targets(self) -> pd.DataFrame:
        """R24: what the programme planned, and what came of it."""
        return self.region.targets(self.year)

    def summary(self) -> None:
        """Headline numbers."""
        self._section(self._summary)

    def transitions(self) -> None:
        """Matrix and flows between clusters."""
        self._section(self._transitions)

    def chance(self) -> None:
        """What would have happened without any change."""
        self._section(self._chance)

    def trend(self) -> None:
        """The list and the shares over all years."""
        self._section(self._trend)

    def schools(self) -> None:
        """Schools that are or were on the list."""
        self._section(lambda: [html.piece(self._schools_table().html())])

    def guide(self) -> None:
        """How to read the page."""
        self._section(lambda: [html.guide(self._terms())])

    def tables(self) -> Sequence[Table]:
        """Movement of schools, transitions, the list by year."""
        planned = [self._targets_table()] if len(self.targets) else []
        return [self._schools_table(), self._transitions_table(), self._years_table(), *planned]

    @property
    def has_before(self) -> bool:
        """Whether there are results of the year before."""
        return self.year - 1 in self.whole.years

    def _summary(self) -> list[Block]:
        found = self.dynamics.summary
        positive, known = found["share_positive"]
        blocks: list[Block] = [html.lede(self._finding(), self._second_thought())]
        likely = self.dynamics.expected
        about = "" if likely is None else f"без перемен было бы около {_about(likely['positive'])}"
        blocks.append(
            html.cards(
                [
                    Card(
                        f"Были в списке {self.year - 1}",
                        text.number(found["base"]),
                        more=f"из них сравнимы {text.number(known)}",
                    ),
                    Card(
                        "Положительная",
                        text.number(positive),
                        f"из {text.number(known)}",
                        f"{text.share(positive, known)}; {about}" if about else text.share(positive, known),
                        "good",
                    ),
                    Card(
                        "Без изменений", text.number(found["neutral"]), more="кластер прежний", tone="quiet"
                    ),
                    Card(
                        "Отрицательная",
                        text.number(found["negative"]),
                        more="перешли в худший кластер",
                        tone="alarm" if found["negative"] else "quiet",
                    ),
                    Card(
                        "Вошли в список",
                        text.number(found["entry"]),
                        more="годом ранее их там не было",
                        tone="watch",
                    ),
                    Card(
                        "Не оцениваются",
                        text.number(found["not_evaluable"] + found["exit_unconfirmed"]),
                        more=f"в том числе выход не подтверждён: {text.number(found['exit_unconfirmed'])}",
                        tone="quiet",
                    ),
                ]
            )
        )
        if len(self.targets):
            blocks.append(html.piece(self._targets_table().html()))
        return [*blocks, *self._warnings()]

    def _targets_table(self) -> Table:
        return targets.table(self.targets, self.year, self.region.title)

    def _finding(self) -> str:
        found = self.dynamics.summary
        positive, known = found["share_positive"]
        if not self.has_before:
            return f"За {self.year - 1} год результатов нет: сравнивать не с чем"
        if found["base"] == 0:
            entry = int(found["entry"])
            came = f"; вошло в список — {text.counted(entry, text.SCHOOLS)}" if entry else ""
            return f"В {self.year - 1} году в списке не было ни одной школы{came}"
        if known == 0:
            return "Ни одну школу прошлогоднего списка в этом году оценить нельзя"
        return (
            f"Положительная динамика — у {text.number(positive)} из {text.number(known)} "
            f"{text.plural(known, 'школы', 'школ', 'школ')} прошлогоднего списка, которые можно сравнить "
            f"({text.share(positive, known)})"
        )

    def _second_thought(self) -> str:
        moved = self.dynamics
        return movement.beside_chance(moved.summary, moved.expected, moved.expected_sd, moved.comparable)

    def _warnings(self) -> list[Block]:
        if not self.has_before or self.dynamics.comparable:
            return []
        return [
            html.box(
                "Годы сравнимы не вполне",
                movement.unlike_years(self.year),
                "watch",
            )
        ]

    def _transitions(self) -> list[Block]:
        counts = self.dynamics.transitions
        table = self.dynamics.table
        unsure = table.loc[table["movement"].eq("exit_unconfirmed").fillna(value=False), "state_before"]
        unconfirmed = {str(state): int(n) for state, n in unsure.value_counts().items()}
        return [figures.transitions(counts, self.year, unconfirmed), figures.sankey(counts, self.year)]

    def _chance(self) -> list[Block]:
        return [figures.expected(self.dynamics.summary, self.dynamics.expected)]

    def _trend(self) -> list[Block]:
        return [
            figures_years.list_size(self._years),
            figures_years.trend(self._pooled, self.method_threshold),
        ]

    @cached_property
    def _years(self) -> pd.DataFrame:
        """year, listed, evaluable: the list of every year with results."""
        rows = []
        for year in self.whole.years:
            table = self.region.identify(year).statuses
            evaluable = int(table["status"].ne("not_evaluable").sum())
            listed = int(table["status"].eq("shnor").sum())
            rows.append({"year": year, "listed": listed, "evaluable": evaluable})
        return pd.DataFrame(rows, columns=["year", "listed", "evaluable"])

    @cached_property
    def _pooled(self) -> pd.DataFrame:
        """series, year, failed, participants, group: sums that may be shown (R25)."""
        sums = [self.region.identify(year).totals for year in self.whole.years]
        pooled = pd.concat(sums, ignore_index=True)
        named = pooled.merge(procedures_of(self.whole), on=["series", "year"], how="left")
        group = named["comparability_group"].fillna(named["year"].astype("str"))
        return named.assign(group=group)

    def _schools_table(self) -> Table:
        frame = self.dynamics.table
        involved = frame["status_before"].eq("shnor") | frame["status_after"].eq("shnor")
        frame = frame[involved.fillna(value=False)].sort_values(
            ["municipality", "name", "school_id"], key=text.alphabet
        )
        return Table(
            f"Движение школ, {self.year - 1}–{self.year}",
            [
                *tables.schools(frame),
                *tables.municipality(frame),
                tables.marked(f"{self.year - 1} год", frame["state_before"], labels.TRANSITIONS, "cluster"),
                tables.marked(f"{self.year} год", frame["state_after"], labels.TRANSITIONS, "cluster"),
                tables.marked("Динамика", frame["movement"], labels.MOVEMENTS, "movement"),
                tables.words(
                    "Пояснение",
                    [
                        text.sentence(labels.of(labels.MOVEMENT_REASONS, value).text)
                        for value in frame["reason"]
                    ],
                    wide=True,
                ),
            ],
            note="Школы, которые были в списке хотя бы в одном из двух лет, по алфавиту.",
            nothing="Ни в одном из двух лет в списке не было школ.",
        )

    def _transitions_table(self) -> Table:
        counts = self.dynamics.transitions
        columns = [
            tables.numbers(labels.of(labels.TRANSITIONS, name).text, counts[name]) for name in counts.columns
        ]
        names = [labels.of(labels.TRANSITIONS, name).text for name in counts.index]
        return Table("Переходы между кластерами", [tables.words(f"{self.year - 1} год", names), *columns])

    def _years_table(self) -> Table:
        frame = self._years
        shares = [text.share(k, n) for k, n in zip(frame["listed"], frame["evaluable"], strict=True)]
        return Table(
            "Список по годам",
            [
                tables.numbers("Год", frame["year"]),
                tables.numbers("В списке ШНОР", frame["listed"]),
                tables.numbers("Оценивались", frame["evaluable"]),
                tables.words("Доля", shares),
            ],
        )

    def _terms(self) -> dict[str, str]:
        scheme = labels.of(labels.SCHEMES, self.dynamics.scheme)
        return {
            "Кластеры": f"деление школ списка; схема «{scheme.text}»: {scheme.hint}. "
            "Федеральной формулы в открытых документах нет, схему выбирает регион.",
            "Положительная динамика": "переход «сильно → умеренно → базово неуспевающие» или выход "
            "из списка.",
            "Отрицательная динамика": "переход в обратную сторону.",
            "Вход в список": "годом ранее школы в списке не было; считается отдельно.",
            "Выход не подтверждён": "школы нет в списке, но процедур с результатами стало меньше "
            "или результаты под сомнением.",
            "Без перемен": "расчёт: уровень каждой школы прежний, участников столько же, меняется только "
            "случай. Школы, попавшие в список отчасти случайно, выходят из него и без улучшений.",
        }


def _about(value: float) -> str:
    return text.number(value, 0 if value >= 10 else 1)
