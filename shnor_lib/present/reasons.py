"""Why a school has its status, in Russian: short reasons for a list, a full trace for one school.

In:   `analysis.identification.Decision`.
Out:  `Reasons`, one short text list a school: no count of a handful of children (R25), nor which of the
      groups whose counts are hidden reached the threshold, for with its cluster that tells the count;
      `trace`, everything about one school for the analyst: cells, rules, thresholds, sources.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from shnor_lib.analysis import limbs
from shnor_lib.analysis.cells import Flags
from shnor_lib.analysis.identification import Decision
from shnor_lib.data import provenance
from shnor_lib.data import series as series_ids
from shnor_lib.present import counts as counts_of
from shnor_lib.present import labels, text
from shnor_lib.present.counts import SIDES, Counts, Side, named

SEPARATOR = ";"

_LIMB_B_SAME = "два года подряд в одной процедуре"
_LIMB_B_ANY = "порог достигнут в каждом из двух лет"
_BIASED = "R16: школа в списке с признаками необъективности результатов"
_BIASED_MORE = {
    "annotate": "",
    "exclude_from_positive": ": улучшение и выход из списка не подтверждаются",
    "separate": " и показана отдельно от списка ШНОР",
}


class Reasons:
    """Reasons of judged schools of a decision; what is hidden is settled once, over the whole region.

    Args:
        decision: verdicts of a year.
        minimum: participants below which counts are not printed (R25).
    """

    def __init__(self, decision: Decision, minimum: int) -> None:
        self._decision = decision
        self._missing = _missing_data(decision)
        self._counts = counts_of.public(decision, minimum)
        uncertain = (decision.now.certain != decision.now.possible).any(axis=1)
        uncertain |= (decision.before.certain != decision.before.possible).any(axis=1)
        spoken = decision.now.certain.any(axis=1) | uncertain | decision.biased
        spoken |= np.isin(decision.status.astype(str), ["not_evaluable", "risk"]) | decision.received
        self._spoken = spoken

    def of(self, schools: Sequence[int]) -> list[str]:
        """Reasons by position in the decision, joined by `;`, empty where there is nothing to say."""
        decision, counts = self._decision, self._counts
        return [
            SEPARATOR.join(
                [
                    *(_of_school(decision, school, counts) if self._spoken[school] else ()),
                    *self._missing[school],
                ]
            )
            for school in schools
        ]


def reasons(decision: Decision, minimum: int) -> list[str]:
    """Reasons of every judged school (see `Reasons`)."""
    return Reasons(decision, minimum).of(range(len(decision.cube.schools)))


def trace(decision: Decision, school_id: str) -> str:
    """Full decision trace of one school, many lines, with exact counts and sources: for the analyst only."""
    school = int(decision.cube.schools.get_indexer(pd.Index([school_id]))[0])
    row = decision.roster.judged.iloc[school]
    counts = counts_of.exact(decision)
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
    hit = _flagged(decision.now.certain[school])
    cells = named(_now(decision, school, s, counts) for s in hit)
    status = decision.status[school]
    if decision.limb_a[school]:
        number = text.plural(len(hit), "процедуре", "процедурах", "процедурах")
        yield f"R10: порог достигнут за {decision.year} год в {len(hit)} {number}: {cells}"
    if decision.limb_b[school]:
        yield f"R11: {_limb_b(decision, school, counts)}"
    yield from _by_listing(decision, school)
    if len(hit) and not (decision.limb_a[school] or decision.limb_b[school]):
        enough = "" if status == "shnor" else ", но для списка этого недостаточно"
        yield f"R14: порог достигнут{enough}: {cells}"
    if status == "risk":
        parts = decision.risk[str(decision.cube.schools[school])]
        yield f"R20: {', '.join(labels.RISK_PARTS[part].text for part in parts)}"
    if status == "not_evaluable":
        yield _not_evaluable(decision, school)
    if decision.biased[school]:
        yield _BIASED + _BIASED_MORE[decision.policy.biased_list]
    if decision.incomparable[school]:
        pairs = _resting_on(decision, school, decision.limb_b_series[school]) & ~decision.comparable
        names = (_short(decision, s) if _is_shown(school, s, counts) else None for s in _flagged(pairs))
        yield f"R13: процедуры двух лет несопоставимы: {named(names)}"
    ranges = _doubtful(decision, school, counts)
    if ranges:
        yield f"R8: требует проверки, известны только проценты: {named(ranges)}"


def _by_listing(decision: Decision, school: int) -> Iterator[str]:
    """Why the school is or is not on a list that is not made by the rule alone."""
    by_rule = decision.limb_a[school] or decision.limb_b[school]
    listing = decision.policy.listing
    if listing == "imported" and decision.received[school]:
        yield "R14: школа включена в полученный перечень"
    elif listing == "imported" and by_rule:
        yield "R14: в полученном перечне школы нет"
    elif listing == "rule_and_low_index" and by_rule:
        if decision.low_index[school]:
            yield "R14: и социальный индекс школы в нижнем квартиле"
        else:
            yield "R14: социальный индекс школы не в нижнем квартиле или неизвестен, поэтому в списке её нет"


def _resting_on(decision: Decision, school: int, through: Flags) -> Flags:
    """Series whose previous year limb B rests on in some series of t."""
    counted: Flags = decision.counted_before[school]
    if decision.policy.limb_b == "any_series":
        return counted
    if decision.policy.ege_maths == "separate":
        return counted & through
    of = limbs.procedures(decision.policy)
    resting: Flags = counted & np.isin(of, of[through])
    return resting


def _doubtful(decision: Decision, school: int, counts: Counts) -> list[str | None]:
    """Cells on both sides of the bound: of the year, and of the year before where limb B may rest on them."""
    now, before = decision.now, decision.before
    unsure_now = now.certain[school] != now.possible[school]
    unsure_before = (before.certain[school] != before.possible[school]) & now.possible[school].any()
    if decision.policy.comparability == "strict":
        unsure_before &= decision.comparable
    return [
        *(_now(decision, school, s, counts) for s in _flagged(unsure_now)),
        *(_before(decision, school, s, counts) for s in _flagged(unsure_before)),
    ]


def _limb_b(decision: Decision, school: int, counts: Counts) -> str:
    if decision.policy.limb_b == "same_series":
        rested = (_twice(decision, school, s, counts) for s in _flagged(decision.limb_b_series[school]))
        return f"{_LIMB_B_SAME}: {named(rested)}"
    past = [_before(decision, school, s, counts) for s in _flagged(decision.counted_before[school])]
    hits = [_now(decision, school, s, counts) for s in _flagged(decision.now.certain[school])]
    told = [*past, *(f"{hit} в {decision.year} году" if hit else None for hit in hits)]
    return f"{_LIMB_B_ANY}: {named(told)}"


def _twice(decision: Decision, school: int, s: int, counts: Counts) -> str | None:
    """«МА 5 — 5 из 10 (50,0 %) в 2024 году, 6 из 10 (60,0 %) в 2025 году»; None where hidden."""
    only = np.arange(len(decision.cube.series)) == s
    told = []
    for p in _flagged(_resting_on(decision, school, only)):
        if (count := counts("before", school, p)) is None:
            return None
        # Its name where it is another series of the same procedure.
        name = "" if p == s else f"{_short(decision, p)} "
        told.append(f"{name}{count} в {decision.cube.years[int(decision.previous[p])]} году")
    now = counts("now", school, s)
    return now and f"{_short(decision, s)} — {', '.join([*told, f'{now} в {decision.year} году'])}"


def _now(decision: Decision, school: int, s: int, counts: Counts) -> str | None:
    """«МА 5 — 5 из 10 (50,0 %)», None where it is hidden."""
    told = counts("now", school, s)
    return told and f"{_short(decision, s)} — {told}"


def _before(decision: Decision, school: int, s: int, counts: Counts) -> str | None:
    """«МА 5 — 5 из 10 (50,0 %) в 2024 году», None where it is hidden."""
    told = counts("before", school, s)
    return told and f"{_short(decision, s)} — {told} в {decision.cube.years[int(decision.previous[s])]} году"


def _is_shown(school: int, s: int, counts: Counts) -> bool:
    """Whether neither year of a series is hidden."""
    return all(counts(side, school, s) is not None for side in SIDES)


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
        yield f"{series_ids.parse(decision.cube.series[s]).title}:"
        at, past = decision.cube.year(decision.year), int(decision.previous[s])
        yield f"    {decision.year}: {_cell_line(decision, 'now', at, school, s, counts)}"
        if past < 0:
            yield "    предыдущий год: процедура не проводилась, второе условие не оценивается (R12)"
            continue
        note = "" if decision.comparable[s] else "; с отчётным годом несопоставим (R13)"
        if not decision.limb_b_known[school, s]:
            note += "; второе условие не оценивается (R12)"
        line = _cell_line(decision, "before", past, school, s, counts)
        yield f"    {decision.cube.years[past]}: {line}{note}"


def _cell_line(decision: Decision, side: Side, year: int, school: int, s: int, counts: Counts) -> str:
    if decision.cube.row[year, school, s] < 0:
        return "результатов нет"
    hits = decision.now if side == "now" else decision.before
    cell = (year, school, s)
    if decision.cube.participants[cell] == 0:
        verdict = "никто не участвовал, не оценивается (R7)"
    elif not hits.known[school, s]:
        known = decision.cube.low[cell] >= 0
        verdict = "не оценивается (R9, R12)" if known else "число не преодолевших порог неизвестно"
    elif hits.certain[school, s]:
        verdict = "порог достигнут"
    else:
        verdict = "требует проверки (R8)" if hits.possible[school, s] else "порог не достигнут"
    row = decision.cube.results[["source", "attempt"]].iloc[decision.cube.row[cell]]
    attempt = "first" if text.is_missing(row["attempt"]) else str(row["attempt"])
    # A cell of another attempt than the method's is used only where there is no better one (R3).
    other = "" if attempt in ("first", decision.policy.attempt) else f" ({labels.ATTEMPTS[attempt].text}, R3)"
    return f"{counts(side, school, s)}{other} — {verdict}{_origin(row['source'])}"


def _origin(source: object) -> str:
    """« [файл, лист «…», строка 48, исправление 3]» from the source of a row, as far as it is known."""
    if text.is_missing(source):
        return ""
    file, sheet, row, corrected = provenance.place(str(source))
    known = [file, f"лист «{sheet}»" if sheet else "", f"строка {row}" if row else "", corrected]
    return f" [{', '.join(part for part in known if part)}]"


def _flagged(flags: Flags) -> list[int]:
    """Positions of the series that are flagged."""
    return [int(position) for position in np.flatnonzero(flags)]


def _short(decision: Decision, s: int) -> str:
    return series_ids.parse(decision.cube.series[s]).short
