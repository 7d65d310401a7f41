"""What-if on a page: settings that a reader may try in place of those of the method (METHODOLOGY §9.1, 5).

In:   a `Selection`, and the method; that of the project, where the method is itself tried in its place.
Out:  the settings that differ, in the names of the method and in words; what the bar of controls offers.
Not:  verdicts (see `Region.try_out`, which keeps counts hidden that may not be shown, R25).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from shnor_lib.data import series as series_ids
from shnor_lib.errors import ParameterError
from shnor_lib.methodology.model import Identification, Methodology
from shnor_lib.pages.controls import TEXTS, Selection
from shnor_lib.present import html, labels, text
from shnor_lib.present.display import Block

WRONG = "Параметры страницы заданы неверно."
MINIMA = (5, 10, 15, 20)
_POOLED = {"pool2": 2, "pool3": 3}


def overrides(selection: Selection, method: Identification) -> dict[str, object]:
    """Settings that the selection tries, by the names of `methodology`; empty where it follows the method."""
    tried: dict[str, object] = {}
    if selection.threshold not in (0, method.threshold_percent):
        tried["threshold"] = selection.threshold
    if selection.limb_b not in ("", method.limb_b):
        tried["limb_b"] = selection.limb_b
    years, usual_years = selection.years or _years(method), _years(method)
    minimum, usual = selection.min_participants or _minimum(method), _minimum(method)
    pooled = _POOLED.get(years)
    if pooled is None and years != method.previous_year:
        tried["previous_year"] = years
    if pooled is not None and (years, minimum) != (usual_years, usual):
        tried |= {"small_counts": "pool", "pool_years": pooled, "min_participants": minimum}
    elif pooled is None and (minimum != usual or usual_years in _POOLED):
        tried |= {"small_counts": "suppress", "min_participants": minimum}
    chosen = series(selection)
    if chosen and set(chosen) != set(method.series):
        gve = "separate" if any(item.startswith("gve-") for item in chosen) else "excluded"
        tried |= {"series": list(chosen)} | ({"gve": gve} if gve != method.gve else {})
    return tried


def words(selection: Selection, method: Methodology, usual: Methodology | None = None) -> list[str]:
    """What is tried, and what the method says of it, in Russian; one text a setting."""
    another = [f"методика {method.label} (методика проекта: {usual.label})"] if usual else []
    policy = method.identification
    return [*another, *_words(selection, policy, overrides(selection, policy))]


def series(selection: Selection) -> tuple[str, ...]:
    """Ids of the series chosen, in order, each once; empty for those of the method."""
    return tuple(dict.fromkeys(selection.series.replace(",", " ").replace(";", " ").split()))


def check_known(selection: Selection, known: Sequence[str]) -> None:
    """Whether there is what is tried; all faults at once.

    Args:
        selection: one that passed `check`.
        known: series that can be chosen.

    Raises:
        ParameterError: a value or a series that nobody knows.
    """
    found = []
    for name, allowed in (("limb_b", labels.LIMB_B), ("years", labels.YEARS)):
        value = getattr(selection, name)
        if value and value not in allowed:
            found.append(f"{name}={value!r}: допустимы {', '.join(allowed)} или пустая строка")
    strange = [item for item in series(selection) if item not in known]
    if strange:
        found.append(f"series: результатов по процедурам {', '.join(strange)} нет; есть: {', '.join(known)}")
    if found:
        raise ParameterError(WRONG, found)


def choices(method: Identification, known: Sequence[str]) -> dict[str, list[list[Any]]]:
    """What the bar offers: by control, pairs of value and label; the first one is that of the method."""
    smallest = "нет" if method.small_counts == "as_is" else str(method.min_participants)
    of_method = {"limb_b": method.limb_b, "years": _years(method)}
    offered: dict[str, list[list[Any]]] = {
        "min_participants": [[0, f"по методике: {smallest}"], *([value, str(value)] for value in MINIMA)]
    }
    for name, allowed in (("limb_b", labels.LIMB_B), ("years", labels.YEARS)):
        usual = of_method[name]
        rest = [[value, label.text] for value, label in allowed.items() if value != usual]
        offered[name] = [["", f"по методике: {allowed[usual].text}"], *rest]
    return offered | {"series": [[item, series_ids.parse(item).short] for item in known]}


def note(selection: Selection, method: Methodology, usual: Methodology | None = None) -> Block:
    """What is tried, and that what comes of it is no list, over the page."""
    policy = method.identification
    only_threshold = usual is None and set(overrides(selection, policy)) == {"threshold"}
    told = f"По методике порог — {policy.threshold_percent}{text.NBSP}%. " if only_threshold else ""
    return html.box(
        f"Пробный порог {selection.threshold}{text.NBSP}%"
        if only_threshold
        else f"Проба: {'; '.join(words(selection, method, usual))}",
        f"{told}Эти результаты показывают, что было бы при других правилах; списком ШНОР они не являются. "
        "Работы, числа которых скрыты, проба не меняет: иначе по ней можно было бы узнать скрытое."
        + (" Чтобы методика из файла стала методикой проекта, назовите её в shnor.yml." if usual else ""),
        "watch",
    )


def check(selection: Selection) -> None:
    """Types and ranges of what was asked for; all faults at once.

    Raises:
        ParameterError: something is of a wrong type or out of range.
    """
    faults = [
        f"{name}={value!r}: нужна строка{hint}"
        for name, hint in (("municipality", ", код или название"), *((name, "") for name in TEXTS[1:]))
        for value in [getattr(selection, name)]
        if not isinstance(value, str)
    ]
    for name, low, high, zero in (
        ("year", 2000, 2100, "последний"),
        ("threshold", 1, 100, "по методике"),
        ("min_participants", 1, 100, "по методике"),
    ):
        value = getattr(selection, name)
        if isinstance(value, bool) or not isinstance(value, int) or (value and not low <= value <= high):
            faults.append(f"{name}={value!r}: нужно целое число от {low} до {high}; 0 — {zero}")
    if faults:
        raise ParameterError(WRONG, faults)


def _years(method: Identification) -> str:
    """Years of the method, by the names of `labels.YEARS`."""
    return f"pool{method.pool_years}" if method.small_counts == "pool" else method.previous_year


def _minimum(method: Identification) -> int:
    """Participants from which on a result counts under the method."""
    return 1 if method.small_counts == "as_is" else method.min_participants


def _words(selection: Selection, method: Identification, tried: dict[str, object]) -> Iterator[str]:
    if "threshold" in tried:
        yield (
            f"порог {selection.threshold}{text.NBSP}% (по методике {method.threshold_percent}{text.NBSP}%)"
        )
    if selection.min_participants not in (0, _minimum(method)):
        few = selection.min_participants
        yield f"не считать работы, где участников меньше {few}" if few > 1 else "считать и самые малые работы"
    if "limb_b" in tried:
        yield f"два года подряд — {labels.LIMB_B[selection.limb_b].text}"
    if selection.years not in ("", _years(method)):
        yield f"годы: {labels.YEARS[selection.years].text}"
    if "series" in tried:
        yield f"процедуры: {', '.join(series_ids.parse(item).short for item in series(selection))}"
