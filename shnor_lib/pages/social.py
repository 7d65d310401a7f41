"""Social conditions on the page of deficits: the index, ШНСУ, schools beside similar ones (R20–R22)."""

import pandas as pd

from shnor_lib.pages.parts import sheets
from shnor_lib.present import figures_social as figures
from shnor_lib.present import html, labels, tables, text
from shnor_lib.present import social as told
from shnor_lib.present.display import Block
from shnor_lib.present.html import Card
from shnor_lib.present.tables import Table
from shnor_lib.social import Social

_ALPHABETICAL = ["municipality", "name", "school_id"]


def blocks(social: Social, is_region: bool) -> list[Block]:
    """The section: finding, headline numbers, figures, the table; a note where there is no index."""
    if not social.method.social_index.indicators:
        return [html.box("Социального индекса в методике нет", "Показатели индекса методика не называет.")]
    if not social.has_index:
        why = told.calculated(social.found.index) or told.weights(social.found.index)
        return [html.box("Социальный индекс не рассчитан", why, "watch")]
    schools = social.public
    made: list[Block] = [
        html.lede(_finding(social, schools), _second_thought(social)),
        html.cards(_cards(social, schools)),
    ]
    return [*made, *drawn(social, is_region), html.piece(table(social).html())]


def drawn(social: Social, is_region: bool) -> list[Block]:
    """Figures: conditions and results of a region, schools of a municipality beside similar ones."""
    schools = social.public
    if not is_region:
        return [figures.standing(part, title) for part, title in sheets(schools)]
    if not social.has_index:
        return []
    index = social.found.index
    bound = float(index.quartile.bound or 0)
    return [figures.conditions(schools, bound, told.relation(social.found.sanity[1]), told.digits(index))]


def table(social: Social) -> Table:
    """Every school: index, quartile, ШНСУ, zones, standing."""
    frame = social.public.sort_values(_ALPHABETICAL, key=text.alphabet)
    columns = [
        *tables.schools(frame),
        *tables.municipality(frame),
        tables.numbers("Социальный индекс", frame["index"], told.digits(social.found.index)),
        tables.words("Расчёт", [_state(row) for _, row in frame.iterrows()]),
        tables.words("Нижний квартиль", [_yes(value) for value in frame["low_quartile"]]),
        tables.words("ШНСУ", [_yes(value) for value in frame["shnsu"]]),
    ]
    if social.method.risk.parts:
        columns.append(
            tables.words(
                "Зона риска", [told.parts(v, labels.RISK_PARTS) or "нет" for v in frame["risk_parts"]]
            )
        )
    columns += [
        tables.words("Внимание", [told.parts(value, labels.WATCH_PARTS) for value in frame["watch_parts"]]),
        tables.words(
            "Рядом со сходными", [labels.of(labels.STANDINGS, value).marked for value in frame["standing"]]
        ),
        tables.words("Кандидат в резильентные", [_yes(value) for value in frame["resilient"]]),
    ]
    return Table(
        f"Социальные условия школ, {social.year} год",
        columns,
        note="Прочерк — сведений нет: судить нельзя. Школы стоят по алфавиту: это не рейтинг. "
        + text.escape(told.weights(social.found.index)),
        nothing="Школ нет.",
    )


def terms(social: Social) -> dict[str, str]:
    """How to read the section."""
    policy = social.method.social_index
    if not policy.indicators:
        return {}
    return {
        text.sentence(
            policy.title
        ): "показатели социального паспорта на общей шкале; больше — благополучнее. "
        "Недостающие показатели ничем не заменяются.",
        "ШНСУ": "школа в неблагоприятных социальных условиях: есть ресурсные дефициты, и индекс в нижнем "
        "квартиле школ региона.",
        "Сходные школы": f"до {social.method.neighbours.number} школ региона, ближайших по сумме признаков: "
        f"{', '.join(labels.CHARACTERISTICS[name].text for name in social.method.neighbours.by)}.",
        "Кандидат в резильентные": "индекс в нижнем квартиле, а порог не достигнут ни в одной процедуре и "
        "общая доля не преодолевших не больше, чем у средней школы региона, "
        f"{text.counted(social.method.resilient.years, ('год', 'года', 'лет'))} подряд.",
    }


def _finding(social: Social, schools: pd.DataFrame) -> str:
    number = int(schools["shnsu"].sum())
    if not number:
        return "Школ в неблагоприятных социальных условиях (ШНСУ) не найдено"
    return f"В неблагоприятных социальных условиях (ШНСУ) — {text.part(number, len(schools))}"


def _second_thought(social: Social) -> str:
    index = social.found.index
    return " ".join(
        filter(None, [told.quartile(index), told.calculated(index), told.sanity(*social.found.sanity)])
    )


def _cards(social: Social, schools: pd.DataFrame) -> list[Card]:
    total = text.number(len(schools))
    counted = [
        ("ШНСУ", "shnsu", "дефициты ресурсов и низкий индекс", "watch"),
        ("В нижнем квартиле", "low_quartile", "социального индекса региона", "quiet"),
        ("Кандидаты в резильентные", "resilient", "трудные условия, хорошие результаты", "good"),
    ]
    cards = [
        Card(title, text.number(int(schools[name].sum())), f"из {total}", more, tone)
        for title, name, more, tone in counted
    ]
    if social.method.risk.parts:
        cards.insert(1, Card("Зона риска", text.number(int(schools["risk"].sum())), f"из {total}", "школ"))
    unknown = int(schools["shnsu"].isna().sum())
    if unknown:
        cards.append(
            Card("ШНСУ не оценить", text.number(unknown), more="нет аудита или индекса", tone="quiet")
        )
    return cards


def _state(row: pd.Series) -> str:
    if row["index_state"] == "not_calculated":
        return text.sentence(labels.of(labels.INDEX_REASONS, row["index_reason"]).text)
    state = labels.of(labels.INDEX_STATES, row["index_state"]).text
    return f"{state}, паспорт {row['passport_year']} года" if row["earlier"] else state


def _yes(value: object) -> str:
    return labels.MISSING if text.is_missing(value) else "да" if value else "нет"
