"""Why a school has its status, in Russian: short reasons for a list, a full trace for one school.

In:   `analysis.identification.Decision`.
Out:  `reasons`, one short text list a school (no count of a handful of children, R25);
      `trace`, everything about one school for the analyst: cells, rules, thresholds, sources.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from shnor_lib import disclosure
from shnor_lib.analysis.cells import Flags
from shnor_lib.analysis.identification import Decision
from shnor_lib.data import series as series_ids
from shnor_lib.present import labels, text

SEPARATOR = ";"

_LIMB_B_SAME = "два года подряд в одной процедуре"
_LIMB_B_ANY = "порог достигнут в каждом из двух лет"
_BIASED = "R16: школа в списке с признаками необъективности результатов"

Counts = Callable[[int, int, int], str]


def reasons(decision: Decision, minimum: int, schools: Sequence[int] | None = None) -> list[str]:
    """Reasons of judged schools, joined by `;`, empty where there is nothing to say.

    Args:
        decision: verdicts of a year.
        minimum: participants below which counts are not printed (R25).
        schools: positions of the schools in the decision; all when None.
    """
    missing = _missing_data(decision)
    counts = _public(decision, minimum)
    uncertain = (decision.now.certain != decision.now.possible).any(axis=1)
    spoken = decision.now.certain.any(axis=1) | uncertain | decision.biased
    spoken |= decision.status == "not_evaluable"
    return [
        SEPARATOR.join([*(_of_school(decision, school, counts) if spoken[school] else ()), *missing[school]])
        for school in (range(len(decision.cube.schools)) if schools is None else schools)
    ]


def trace(decision: Decision, school_id: str) -> str:
    """Full decision trace of one school, many lines, with exact counts and sources: for the analyst only."""
    school = int(decision.cube.schools.get_indexer(pd.Index([school_id]))[0])
    row = decision.roster.judged.iloc[school]
    counts = _exact(decision)
    status = labels.of(labels.STATUSES, decision.status[school])
    heading = (
        f"{text.school_name(row['name'])} ({school_id}), {row['municipality'] or 'муниципалитет не указан'}"
    )
    lines = [heading, f"{decision.year} год: {status.text} — {status.hint}", ""]
    lines += [
        "Почему:",
        *(
            f"  {line}"
            for line in _of_school(decision, school, counts) or ["порог не достигнут ни в одной процедуре"]
        ),
    ]
    lines += [f"  {line}" for line in _missing_data(decision)[school]]
    lines += ["", f"Процедуры (порог {decision.policy.threshold_percent}{text.NBSP}%, R6):"]
    lines += [f"  {line}" for line in _series_lines(decision, school, counts)]
    return "\n".join(lines)


def _of_school(decision: Decision, school: int, counts: Counts) -> list[str]:
    return list(_told(decision, school, counts))


def _told(decision: Decision, school: int, counts: Counts) -> Iterator[str]:
    at = decision.cube.year(decision.year)
    hit = _flagged(decision.now.certain[school])
    cells = ", ".join(f"{_short(decision, s)} — {counts(at, school, s)}" for s in hit)
    status = decision.status[school]
    if decision.limb_a[school]:
        number = text.plural(len(hit), "процедуре", "процедурах", "процедурах")
        yield f"R10: порог достигнут за {decision.year} год в {len(hit)} {number}: {cells}"
    if decision.limb_b[school]:
        yield f"R11: {_limb_b(decision, school, counts)}"
    if len(hit) and not (decision.limb_a[school] or decision.limb_b[school]):
        yield f"R14: порог достигнут, но для списка этого недостаточно: {cells}"
    if status == "not_evaluable":
        yield _not_evaluable(decision, school)
    if decision.biased[school]:
        yield _BIASED
    pairs = _flagged(decision.limb_b_series[school] & ~decision.comparable)
    if len(pairs):
        names = ", ".join(_short(decision, s) for s in pairs)
        yield f"R13: процедуры двух лет несопоставимы: {names}"
    doubtful = _flagged(decision.now.certain[school] != decision.now.possible[school])
    if len(doubtful):
        ranges = ", ".join(f"{_short(decision, s)} — {counts(at, school, s)}" for s in doubtful)
        yield f"R8: требует проверки, известны только проценты: {ranges}"


def _limb_b(decision: Decision, school: int, counts: Counts) -> str:
    at = decision.cube.year(decision.year)
    told = []
    if decision.policy.limb_b == "same_series":
        for s in _flagged(decision.limb_b_series[school]):
            past = int(decision.previous[s])
            told.append(
                f"{_short(decision, s)} — {counts(past, school, s)} в {decision.cube.years[past]} году, "
                f"{counts(at, school, s)} в {decision.year} году"
            )
        return f"{_LIMB_B_SAME}: {', '.join(told)}"
    for s in _flagged(decision.before.certain[school]):
        past = int(decision.previous[s])
        told.append(f"{_short(decision, s)} — {counts(past, school, s)} в {decision.cube.years[past]} году")
    told += [
        f"{_short(decision, s)} — {counts(at, school, s)} в {decision.year} году"
        for s in _flagged(decision.now.certain[school])
    ]
    return f"{_LIMB_B_ANY}: {', '.join(told)}"


def _not_evaluable(decision: Decision, school: int) -> str:
    at = decision.cube.year(decision.year)
    took_part = decision.cube.participants[at, school] > 0
    if (took_part & ~decision.now.known[school]).any() and decision.policy.small_counts != "as_is":
        return f"R9: малочисленность: меньше {decision.policy.min_participants} участников"
    return f"R7: за {decision.year} год нет результатов, по которым можно судить"


def _missing_data(decision: Decision) -> list[tuple[str, ...]]:
    """«неполные данные: …» of every school; each combination of missing series is spelled once."""
    lacking = decision.expected & ~decision.now.known
    # A school with no results at all is «не оценивается»; a list of all series would say nothing more.
    lacking &= np.any(decision.now.known, axis=1, keepdims=True)
    combinations, which = np.unique(lacking, axis=0, return_inverse=True)
    spelled: list[tuple[str, ...]] = [
        (f"неполные данные: нет {', '.join(_short(decision, s) for s in _flagged(row))}",)
        if row.any()
        else ()
        for row in combinations
    ]
    return [spelled[index] for index in which.ravel()]


def _series_lines(decision: Decision, school: int, counts: Counts) -> Iterator[str]:
    for s in _flagged(decision.expected[school]):
        name = series_ids.parse(decision.cube.series[s]).title
        yield f"{name}:"
        at, past = decision.cube.year(decision.year), int(decision.previous[s])
        yield f"    {decision.year}: {_cell_line(decision, at, school, s, counts)}"
        if past < 0:
            yield "    предыдущий год: процедура не проводилась, второе условие не оценивается (R12)"
        else:
            note = "" if decision.comparable[s] else "; с отчётным годом несопоставим (R13)"
            yield f"    {decision.cube.years[past]}: {_cell_line(decision, past, school, s, counts)}{note}"


def _cell_line(decision: Decision, year: int, school: int, s: int, counts: Counts) -> str:
    if decision.cube.row[year, school, s] < 0:
        return "результатов нет"
    hits = decision.now if year == decision.cube.year(decision.year) else decision.before
    n, low = decision.cube.participants[year, school, s], decision.cube.low[year, school, s]
    if n == 0:
        verdict = "никто не участвовал, не оценивается (R7)"
    elif not hits.known[school, s]:
        verdict = "не оценивается (R9)" if low >= 0 else "число не преодолевших порог неизвестно"
    elif hits.certain[school, s]:
        verdict = "порог достигнут"
    else:
        verdict = "требует проверки (R8)" if hits.possible[school, s] else "порог не достигнут"
    source = decision.cube.results["source"].iloc[decision.cube.row[year, school, s]]
    return f"{counts(year, school, s)} — {verdict}{_origin(source)}"


def _origin(source: object) -> str:
    """« [файл, лист «…», строка 48, исправление 3]» from the source of a row, as far as it is known."""
    if text.is_missing(source):
        return ""
    file, sheet, row, corrected = [*(part.strip() for part in str(source).split("|")), "", "", ""][:4]
    known = [file, f"лист «{sheet}»" if sheet else "", f"строка {row}" if row else "", corrected]
    return f" [{', '.join(part for part in known if part)}]"


def _exact(decision: Decision) -> Counts:
    """Text of a cell by year position, school and series, whatever its size."""
    cube, threshold = decision.cube, decision.policy.threshold_percent

    def counts(year: int, school: int, s: int) -> str:
        cell = (year, school, s)
        return _range(int(cube.low[cell]), int(cube.high[cell]), int(cube.participants[cell]), threshold)

    return counts


def _public(decision: Decision, minimum: int) -> Counts:
    """The same with the counts hidden that may not be shown (R25)."""
    exact, cube = _exact(decision), decision.cube
    schools, series = len(cube.schools), len(cube.series)
    municipality, _ = pd.factorize(decision.roster.judged["municipality_id"], use_na_sentinel=False)
    groups = (municipality[:, None] * series + np.arange(series)[None, :]).ravel()
    hide = np.array(
        [
            disclosure.hidden(of_year.ravel(), groups, minimum).reshape(schools, series)
            for of_year in cube.participants
        ]
    )

    def counts(year: int, school: int, s: int) -> str:
        if not hide[year, school, s]:
            return exact(year, school, s)
        small = cube.participants[year, school, s] < minimum
        return f"менее {minimum} участников" if small else "число участников скрыто"

    return counts


@lru_cache(maxsize=1 << 16)
def _range(low: int, high: int, n: int, threshold: int) -> str:
    if low < 0:
        return f"неизвестно из {text.number(n)}"
    if low == high:
        return text.k_of_n(low, n, threshold)
    return f"от {text.number(low)} до {text.number(high)} из {text.number(n)}"


def _flagged(flags: Flags) -> list[int]:
    """Positions of the series that are flagged."""
    return [int(position) for position in np.flatnonzero(flags)]


def _short(decision: Decision, s: int) -> str:
    return series_ids.parse(decision.cube.series[s]).short
