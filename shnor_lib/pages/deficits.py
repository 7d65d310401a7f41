"""The deficits page: which resources are missing, what was eliminated, what is new (R23)."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

import pandas as pd

from shnor_lib.pages import social
from shnor_lib.pages.page import Page
from shnor_lib.pages.parts import SHEET_ROWS, portions, sheets
from shnor_lib.present import figures_deficits as figures
from shnor_lib.present import html, labels, tables, text
from shnor_lib.present.display import Block
from shnor_lib.present.html import Card
from shnor_lib.present.tables import Table
from shnor_lib.social import Social
from shnor_lib.views import DeficitsView


class DeficitsPage(Page):
    """Sections of the notebook 03."""

    kind: ClassVar[str] = "deficits"
    title: ClassVar[str] = "Ресурсные дефициты школ"

    @cached_property
    def deficits(self) -> DeficitsView:
        """Deficits of the last two audits, limited to the municipality."""
        return self.region.deficits(self.year)

    @cached_property
    def conditions(self) -> Social:
        """Social index and what follows from it, limited to the municipality."""
        return self.region.social(self.year)

    @cached_property
    def here(self) -> pd.DataFrame:
        """One row a school, in the order of the alphabet."""
        return self.deficits.table.sort_values(["municipality", "name", "school_id"], key=text.alphabet)

    def summary(self) -> None:
        """Headline numbers."""
        self._section(self._summary)

    def codes(self) -> None:
        """Deficits by kind."""
        self._section(self._codes)

    def schools_map(self) -> None:
        """School × deficit."""
        self._section(self._map)

    def eliminated(self) -> None:
        """What became of the deficits of each school."""
        self._section(self._eliminated)

    def social(self) -> None:
        """Social conditions, and schools beside similar ones."""
        self._section(lambda: social.blocks(self.conditions, self.is_region))

    def guide(self) -> None:
        """How to read the page."""
        self._section(lambda: [html.guide(self._terms())])

    def tables(self) -> Sequence[Table]:
        """Deficits by school, by kind, one by one; social conditions."""
        conditions = [social.table(self.conditions)] if self.conditions.has_index else []
        proposed = self._measures_table()
        measures = [proposed] if proposed is not None else []
        return [self._schools_table(), self._codes_table(), *measures, self._items_table(), *conditions]

    @cached_property
    def waves(self) -> tuple[str, str | None]:
        """First and second audit; the second None where no school of the page has had it yet.

        That other municipalities were audited again says nothing of this one: unknown is not zero.
        """
        first, second = self.deficits.waves
        return first, second if self.here["second"].notna().any() else None

    @property
    def second(self) -> bool:
        """Whether there was a second audit."""
        return self.waves[1] is not None

    def _summary(self) -> list[Block]:
        found, items = self.deficits.summary, self.deficits.items
        blocks: list[Block] = [html.lede(self._finding(), self._second_thought())]
        listed = self.here[self.here["status"].eq("shnor")]
        listed_with = int(listed["has_now"].sum())
        cards = [
            Card(
                "Школы с дефицитами",
                text.number(found["with_deficits"]),
                f"из {text.number(found['audited'])}",
                "обследованных школ, по последнему обследованию",
                "alarm" if found["with_deficits"] else "good",
            ),
            Card(
                "С дефицитами в списке ШНОР",
                text.number(listed_with),
                f"из {text.number(len(listed))}",
                "школ списка",
                "watch",
            ),
        ]
        if self.second:
            base = found["audited_twice_with_deficits"]
            cards += [
                Card(
                    "Устранено всё",
                    text.number(found["all_eliminated"]),
                    f"из {text.number(base)}",
                    "школ с дефицитами, проверенных вновь",
                    "good",
                ),
                Card(
                    "Устранено хоть что-то",
                    text.number(found["any_eliminated"]),
                    f"из {text.number(base)}",
                    "школ с дефицитами, проверенных вновь",
                    "good",
                ),
                Card(
                    "Новые дефициты",
                    text.number(int(items["state"].eq("new").sum())),
                    more="найдены только при втором аудите",
                    tone="watch",
                ),
            ]
        else:
            cards.append(Card("Всего дефицитов", text.number(len(items)), more="по всем школам вместе"))
        without = found["schools"] - found["audited"]
        cards.append(
            Card("Не обследованы", text.number(without), more="сведений о ресурсах нет", tone="quiet")
        )
        blocks.append(html.cards(cards))
        return blocks

    def _finding(self) -> str:
        found = self.deficits.summary
        if found["audited"] == 0:
            return "Ни одна школа не обследована: сведений о ресурсах нет"
        if found["with_deficits"] == 0:
            return (
                f"Ресурсных дефицитов не найдено: обследовано {text.counted(found['audited'], text.SCHOOLS)}"
            )
        who = text.part(found["with_deficits"], found["audited"], genitive=True)
        return f"Ресурсные дефициты есть у {who}"

    def _second_thought(self) -> str:
        first, second = self.waves
        if second is None:
            return text.stop(
                f"Второго обследования нет, об устранении судить рано. Данные за {text.wave(first)}"
            )
        found = self.deficits.summary
        base = found["audited_twice_with_deficits"]
        return (
            f"Полностью устранили дефициты {text.number(found['all_eliminated'])} из {text.number(base)} "
            "школ, где они были найдены при первом обследовании и проверены при втором: "
            + text.stop(f"{text.wave(first)} и {text.wave(second)}")
        )

    def _codes(self) -> list[Block]:
        return [
            figures.by_code(self.deficits.by_code, self.waves),
            html.piece(self._codes_table().html()),
            *self._proposed(),
        ]

    def _proposed(self) -> list[Block]:
        table = self._measures_table()
        return [html.piece(table.html())] if table is not None else []

    def _map(self) -> list[Block]:
        items = self.deficits.items
        if self.is_region:
            names = self.here["municipality"].dropna().drop_duplicates().sort_values(key=text.alphabet)
            return [
                figures.municipalities(items, self.here[self.here["municipality"].isin(part)], title)
                for part, title in portions(names, SHEET_ROWS)
            ]
        touched = self.here[self.here["school_id"].isin(items["school_id"])]
        if touched.empty:
            return [figures.matrix(items, touched)]
        return [figures.matrix(items, part, title) for part, title in sheets(touched)]

    def _eliminated(self) -> list[Block]:
        blocks: list[Block] = []
        if not self.is_region:
            touched = self.here[(self.here["baseline"].fillna(0) + self.here["second"].fillna(0)) > 0]
            blocks += [figures.by_school(part, title) for part, title in sheets(touched)]
        return [*blocks, html.piece(self._schools_table().html())]

    def _schools_table(self) -> Table:
        frame = self.here[self.here["audited"].fillna(value=False)]
        columns = [
            *tables.schools(frame),
            *tables.municipality(frame),
            tables.marked("Статус", frame["status"], labels.STATUSES, "status"),
            tables.numbers("Первый аудит" if self.second else "Дефицитов", frame["baseline"]),
        ]
        if self.second:
            columns += [
                tables.numbers("Второй аудит", frame["second"]),
                tables.numbers("Устранено", frame["eliminated"]),
                tables.numbers("Сохраняется", frame["persistent"]),
                tables.numbers("Новые", frame["new"]),
            ]
        return Table(
            "Дефициты по школам",
            columns,
            note="Прочерк — второго аудита школы нет: об устранении судить нельзя." if self.second else "",
            nothing="Обследованных школ нет.",
        )

    def _codes_table(self) -> Table:
        frame = self.deficits.by_code
        columns = [
            tables.words("Код", frame["code"]),
            tables.words("Дефицит", frame["parameter"], wide=True),
            tables.words("Фактор", frame["factor"]),
            tables.numbers("Школ, первый аудит" if self.second else "Школ", frame["schools_first"]),
        ]
        if self.second:
            columns += [
                tables.numbers("Школ, второй аудит", frame["schools_second"]),
                tables.numbers("Устранён", frame["eliminated"]),
                tables.numbers("Сохраняется", frame["persistent"]),
                tables.numbers("Новый", frame["new"]),
            ]
        return Table("Дефициты по видам", columns, nothing="Дефицитов не найдено.")

    def _measures_table(self) -> Table | None:
        """What the method proposes against the deficits that were found; None where it proposes nothing."""
        method = self.region.method.deficits
        found = self.deficits.by_code
        named = zip(found["code"], found["parameter"].fillna(""), strict=True)
        proposed = [method.against(code, parameter) for code, parameter in named]
        if not any(town or school for town, school in proposed):
            return None
        return Table(
            "Что предлагает методика",
            [
                tables.words("Код", found["code"]),
                tables.words("Дефицит", found["parameter"]),
                tables.words("Меры муниципалитета", ["; ".join(town) for town, _ in proposed], wide=True),
                tables.words("Меры школы", ["; ".join(school) for _, school in proposed], wide=True),
            ],
            note=text.stop(f"Источник: {self.region.method.source}"),
        )

    def _items_table(self) -> Table:
        frame = self.deficits.items.sort_values(
            ["municipality", "name", "school_id", "code"], key=text.alphabet
        )
        return Table(
            "Дефициты по одному",
            [
                *tables.schools(frame),
                *tables.municipality(frame),
                tables.words("Код дефицита", frame["code"]),
                tables.words("Дефицит", frame["parameter"], wide=True),
                tables.marked("Состояние", frame["state"], labels.DEFICIT_STATES, "state"),
                tables.words(
                    "Значимость",
                    [labels.of(labels.SIGNIFICANCE, value).text for value in frame["significance"]],
                ),
            ],
            nothing="Дефицитов не найдено.",
        )

    def _terms(self) -> dict[str, str]:
        terms = {
            "Дефицит": "ресурс, которого школе не хватает: кадры, оснащение, условия. Источник — аудит или "
            "контекстная анкета школы.",
        }
        terms |= {text.sentence(label.text): f"{label.hint}." for label in labels.DEFICIT_STATES.values()}
        terms |= social.terms(self.conditions)
        return terms | {
            "Устранено всё / хоть что-то": "два понимания слова «устранены»: все дефициты первого аудита "
            "или хотя бы один. Показаны оба.",
        }
