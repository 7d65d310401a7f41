"""Tables of the credibility page, one function a table."""

import pandas as pd

from shnor_lib.credibility import Credibility
from shnor_lib.data.series import SUBJECTS, parse
from shnor_lib.present import credibility as words
from shnor_lib.present import html, labels, tables, text
from shnor_lib.present.frames import rows
from shnor_lib.present.tables import Cell, Table

_ALPHABETICAL = ["municipality", "name", "school_id"]


def every(found: Credibility) -> list[Table]:
    """All tables, in the order of the page."""
    made = (signals, bunching, pass_mark, one_point, journal, jumps, schools, objectivity)
    return [make(found) for make in made]


def signals(found: Credibility) -> Table:
    """How many schools of the region each signal says something of, and what chance alone would do."""
    frame = found.tests
    return Table(
        "Сигналы по региону",
        [
            tables.words("Сигнал", [text.sentence(labels.SIGNALS[name].text) for name in frame["signal"]]),
            tables.words("Что он значит", [labels.SIGNALS[name].hint for name in frame["signal"]], wide=True),
            tables.numbers("Можно судить о школах", frame["tested"]),
            tables.numbers("Сигнал есть", frame["found"]),
            tables.words("Сколько дала бы случайность", [words.false_alarms(row) for row in rows(frame)]),
        ],
        note=words.FALSE_ALARMS,
    )


def bunching(found: Credibility) -> Table:
    """Bunching at each boundary, the whole region."""
    frame = found.region
    smooth = found.smoothed.set_index("series")
    shares = [
        text.percent(smooth["smoothed"].get(row.series)) if row.mark == words.PASS_MARK else labels.MISSING
        for row in rows(frame)
    ]
    reported = [
        text.share(smooth["failed"].get(row.series), smooth["participants"].get(row.series))
        if row.mark == words.PASS_MARK
        else labels.MISSING
        for row in rows(frame)
    ]
    return Table(
        "Скученность у границ отметок",
        [
            tables.words("Работа", [parse(item).short for item in frame["series"]]),
            tables.words("Граница", [f"«{row.mark}» с {row.boundary}" for row in rows(frame)]),
            tables.numbers("На границе", frame["at"]),
            tables.numbers("На балл ниже", frame["before"]),
            tables.numbers("Отношение", frame["ratio"], 1),
            tables.words(
                "Школ без единого «на балл ниже»",
                [f"{row.empty_steps} из {row.steps}" for row in rows(frame)],
            ),
            tables.words("«2» по отчёту", reported),
            tables.words("«2» без скученности", shares),
        ],
        note="«Без скученности» — грубая оценка по региону: какой была бы доля «2», если бы столбики у "
        "границы лежали на гладкой кривой. Школы, где на границе не меньше трёх человек, а на балл ниже — "
        "никого, обычны: само по себе это ни о чём не говорит.",
        nothing="Распределений первичных баллов за этот год в данных нет.",
    )


def pass_mark(found: Credibility) -> Table:
    """What one point more would do, the whole region."""
    frame = found.pass_mark_region
    return Table(
        "Если бы минимум был на один балл выше",
        [
            tables.words("Работа", [parse(item).short for item in frame["series"]]),
            tables.words(
                "Не преодолели сейчас", [text.k_of_n(row.failed, row.participants) for row in rows(frame)]
            ),
            tables.words(
                "Не преодолели бы", [text.k_of_n(row.failed_higher, row.participants) for row in rows(frame)]
            ),
            tables.numbers("Порог достигнут, школ", frame["hits"]),
            tables.numbers("Был бы достигнут", frame["hits_higher"]),
        ],
        note="Считаются школы, распределение баллов которых совпадает с их отметками.",
        sheet="Минимум на балл выше",
        nothing="Посчитать нельзя: нет распределений баллов, которые совпадали бы с отметками.",
    )


def one_point(found: Credibility) -> Table:
    """Schools that would be listed with the pass mark one point higher, in the order of the alphabet."""
    frame = found.schools
    shown = frame[frame["one_point"].ne("")].sort_values(_ALPHABETICAL, key=text.alphabet)
    return Table(
        words.ONE_POINT,
        [
            *tables.schools(shown),
            *tables.municipality(shown),
            tables.made("Через какие работы", shown["one_point"], _sentence, wide=True),
        ],
        note="По алфавиту. Мера того, сколько в списке зависит от одного балла, а не упрёк школе. Числа "
        "малых групп скрыты.",
        nothing="Таких школ нет, или нет распределений баллов, по которым это видно.",
    )


def journal(found: Credibility) -> Table:
    """Marks against the journal, the whole region."""
    frame = found.journal_region
    columns = [
        tables.words(title, [text.k_of_n(getattr(row, name), row.participants) for row in rows(frame)])
        for title, name in (("Ниже журнальной", "lowered"), ("Совпала", "confirmed"), ("Выше", "raised"))
    ]
    return Table(
        "Отметки за работу и в журнале",
        [tables.words("Работа", [parse(item).short for item in frame["series"]]), *columns],
        note="Отметка за работу ниже журнальной — обычное дело с 5 класса: в журнале оценивается и "
        "прилежание.",
        nothing="Сравнений с журналом за этот год в данных нет.",
    )


def jumps(found: Credibility) -> Table:
    """Schools whose results changed far more than others'."""
    frame = found.jumps
    frame = frame[frame["direction"].isin(list(labels.JUMPS)).to_numpy(dtype=bool)]
    frame = frame.sort_values(_ALPHABETICAL, key=text.alphabet)
    return Table(
        "Резкие скачки",
        [
            *tables.schools(frame),
            *tables.municipality(frame),
            tables.words("Что сравнивается", [labels.JUMP_KINDS[kind].text for kind in frame["kind"]]),
            tables.words(
                "Работы",
                [
                    f"{parse(row.series_before).short} → {parse(row.series_after).short}"
                    for row in rows(frame)
                ],
            ),
            tables.words("Скачок", [labels.JUMPS[way].marked for way in frame["direction"]]),
            tables.words("Насколько", [words.jump_value(row) for row in rows(frame)]),
        ],
        note="K — средний процент выполнения прежде, делённый на нынешний. Скачком считается K дальше трёх "
        "межквартильных размахов от квартилей региона.",
        nothing="Таких школ нет, или сравнивать не с чем.",
    )


def objectivity(found: Credibility) -> Table:
    """The published algorithm, an indicator of its own."""
    of = found.objectivity
    flagged = of.signs.groupby("sign")["flagged"].agg(["sum", "size"]) if len(of.signs) else pd.DataFrame()
    return Table(
        "Показатель объективности по опубликованной методике ФИОКО",
        [
            tables.words("Признак", [sign(name) for name in of.evaluated], wide=True),
            tables.numbers("Школ с признаком", [int(flagged["sum"][name]) for name in of.evaluated]),
            tables.numbers("Из скольких", [int(flagged["size"][name]) for name in of.evaluated]),
        ],
        note="Показатель считается точно так, как опубликован, и к сигналам выше не относится. С "
        "официальными списками школ он на настоящих данных почти не совпадает.",
        nothing="Ни один из 14 признаков по этим данным посчитать нельзя.",
        sheet="Показатель объективности ФИОКО",
    )


def sign(name: str) -> str:
    """A sign of the published algorithm in words."""
    kind, _, what = name.partition(":")
    if kind == "high":
        return f"Завышенный средний балл, {parse(what).short}"
    if kind == "mismatch":
        return f"Отметки в журнале и баллы расходятся, {parse(what).short}"
    way = "Резкое возрастание" if kind == "rise" else "Резкое падение"
    return f"{way} результатов от 4 к 5 классу, {SUBJECTS[what][0]}"


def schools(found: Credibility) -> Table:
    """Schools with any signal, in the order of the alphabet."""
    frame = found.schools
    shown = frame[frame["reasons"].ne("")].sort_values(_ALPHABETICAL, key=text.alphabet)
    return Table(
        "Школы с сигналами",
        [
            *tables.schools(shown),
            *tables.municipality(shown),
            tables.made("Что замечено", shown["reasons"], _reasons, wide=True),
        ],
        note=f"По алфавиту. Числа малых групп скрыты. {words.NOT_HERE} {words.FALSE_ALARMS}",
        nothing=f"Сигналов нет ни у одной школы. {words.NOT_HERE}",
    )


def _sentence(value: object) -> Cell:
    return Cell(text.sentence(str(value)))


def _reasons(value: object) -> Cell:
    plain = str(value).replace(f"{words.SECTION}: ", "")
    return Cell(plain.replace(";", "; "), None, html.reasons(plain))
