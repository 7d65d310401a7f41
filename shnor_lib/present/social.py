"""The social index and what follows from it in Russian sentences (R20–R22).

In:   `analysis.social_index.Index`, correlation, standings.
Out:  sentences of the page, of the card and of the command line; no counts of a handful of people (R25).
"""

from collections.abc import Sequence
from typing import Any

from shnor_lib.analysis.social_index import Index
from shnor_lib.present import labels, text

_SCALE_DIGITS = {"minmax": 1, "rank": 1, "zscore": 2}
_COMPARED = {
    "higher": "выше, чем у сходных школ",
    "same": "такая же, как у сходных школ",
    "lower": "ниже, чем у сходных школ",
}
_WEAK = 0.1  # a correlation nearer to 0 says nothing of direction [A]


def digits(index: Index) -> int:
    """Decimals of the index as it is printed."""
    return _SCALE_DIGITS[index.policy.scaling]


def quartile(index: Index) -> str:
    """«Нижний квартиль: индекс не больше 65,2, в нём 152 из 605 школ», and those who are in by a tie."""
    found = index.quartile
    if found.bound is None:
        return "Нижнего квартиля нет: индекс не рассчитан ни для одной школы."
    places = digits(index)
    total = f"{text.number(found.inside)} из {text.counted(found.schools, ('школы', 'школ', 'школ'))}"
    told = f"Нижний квартиль: индекс не больше {text.number(float(found.bound), places)}, в нём {total}"
    if found.tied:
        verb = text.plural(found.tied, "попала", "попали", "попали")
        told += f"; из них {text.number(found.tied)} {verb} сверх четверти: индекс в точности равен границе"
    return f"{told}."


def calculated(index: Index) -> str:
    """For how many schools the index was calculated, and why not for the others; empty where for all."""
    counts = index.counts
    told = []
    if counts["incomplete"]:
        told.append(f"неполный индекс у {text.counted(counts['incomplete'], ('школы', 'школ', 'школ'))}")
    reasons = index.table["reason"].value_counts()
    told += [
        f"не рассчитан ({labels.of(labels.INDEX_REASONS, name).text}): {text.number(int(reasons[name]))}"
        for name in labels.INDEX_REASONS
        if name in reasons
    ]
    earlier = int(index.table.loc[index.table["index"].notna(), "earlier"].sum())
    if earlier:
        told.append(f"по паспорту прошлых лет: {text.number(earlier)}")
    return f"{text.sentence('; '.join(told))}." if told else ""


def sanity(schools: int, correlation: float | None) -> str:
    """Whether the index goes with the results as a sound one does."""
    if correlation is None:
        return "Связь индекса с результатами не проверена: данных мало."
    value = text.number(round(correlation, 2), 2).replace("-", "−")
    told = f"Связь рангов индекса и доли не преодолевших минимум: {value} (школ: {text.number(schools)})"
    if correlation <= -_WEAK:
        return f"{told}. Так и должно быть: где условия труднее, там и результаты ниже."
    return f"{told}. {relation(correlation)}: проверьте показатели паспортов и их знаки."


def relation(correlation: float | None) -> str:
    """The same as a title: what conditions have to do with results."""
    if correlation is None:
        return "Условия школ и результаты"
    if correlation <= -_WEAK:
        return "Где условия труднее, там чаще не преодолевают минимум"
    if correlation < _WEAK:
        return "Связи условий с результатами не видно"
    return "Связь индекса с результатами обратна ожидаемой"


def weights(index: Index) -> str:
    """Indicators with their weights, or why the weights were refused."""
    titles = {entry.indicator: entry.title or entry.indicator for entry in index.policy.indicators}
    found = index.weights
    told = []
    if found.refusal:
        told.append(f"Веса не приняты: {labels.WEIGHT_REFUSALS[found.refusal].text}")
        if found.against:
            told[-1] += f" ({'; '.join(titles[name] for name in found.against)})"
    elif index.policy.weights == "equal":
        told.append("Показатели с равными весами: " + "; ".join(titles[name] for name in found.by_indicator))
    else:
        named = (
            f"{titles[name]} — {text.number(float(weight), 2)}" for name, weight in found.by_indicator.items()
        )
        told.append("Веса показателей: " + "; ".join(named))
    if found.component is not None:
        told.append(
            f"Первая компонента объясняет {text.percent(found.component.explained, digits=0)} различий, "
            f"мера КМО {text.number(round(found.component.kmo, 2), 2)}"
        )
    for names, words in ((index.silent, "Одинаковы у всех школ"), (index.absent, "Ни у одной школы нет")):
        if names:
            told.append(f"{words}: {'; '.join(titles[name] for name in names)}")
    return " ".join(f"{line}." for line in told)


def parts(value: Any, group: dict[str, labels.Label]) -> str:
    """Machine names joined by `;` in words; empty where there is none."""
    if text.is_missing(value):
        return ""
    return "; ".join(labels.of(group, name).text for name in str(value).split(";") if name)


def characteristics(by: Sequence[str]) -> str:
    """«социальный индекс, число обучающихся и уровень»."""
    return text.join([labels.CHARACTERISTICS[name].text for name in by])


def compared(row: Any, by: Sequence[str]) -> str:
    """Where a school stands among similar ones, numbers only where they may be shown.

    Args:
        row: a row of `Social.public`.
        by: characteristics in which they are alike.
    """
    if text.is_missing(row.standing):
        return ""
    schools = text.counted(int(row.neighbours), ("сходной школы", "сходных школ", "сходных школ"))
    told = f"Доля не преодолевших минимум {_COMPARED[row.standing]}"
    if not text.is_missing(row.share):
        low, high = (round(100 * float(value)) for value in (row.low, row.high))
        told += (
            f": {text.percent(row.share, digits=0)} (интервал {low}–{high}{text.NBSP}%), "
            f"у сходных — {text.percent(row.others, digits=0)}"
        )
    return f"{told}. Сравнение с результатами {schools}; учтены: {characteristics(by)}."
