"""R20, R21 and similar schools as a person would work them out on paper: one school after another, slowly."""

from fractions import Fraction
from math import log, sqrt

INDICATORS = {"low_income": -1, "single_parent": -1, "parents_higher_education": 1}


def newest(passports, school, year, oldest):
    """Year and cells of the newest passport that may be used; None where there is none."""
    years = [when for code, when in passports if code == school and when <= year]
    if not years or year - max(years) > oldest:
        return None
    cells = passports[school, max(years)]
    if len(cells) >= 3 and all(count == 0 for count, _ in cells.values() if count is not None):
        return None
    return cells


def share(cells, indicator):
    count, base = (cells or {}).get(indicator, (None, None))
    if count is None or not base or count > base:
        return None
    return Fraction(count, base)


def position(values, value, scaling):
    """Place of a share among the shares of all schools: 0 the smallest, 100 the largest."""
    if scaling == "minmax":
        return 100 * (value - min(values)) / (max(values) - min(values))
    smaller = sum(other < value for other in values)
    equal = sum(other == value for other in values)
    return 100 * (smaller + Fraction(equal - 1, 2)) / (len(values) - 1)


def indices(passports, schools, year, scaling, weights, needed, oldest):
    """Exact index of the schools that have one."""
    used = {school: newest(passports, school, year, oldest) for school in schools}
    found = {}
    for school in schools:
        own = {name: share(used[school], name) for name in INDICATORS}
        present = [name for name, value in own.items() if value is not None]
        if not present or Fraction(len(present), len(INDICATORS)) < needed:
            continue
        total, weight = Fraction(0), Fraction(0)
        for name in present:
            values = [value for other in schools if (value := share(used[other], name)) is not None]
            if min(values) == max(values):
                continue
            place = position(values, own[name], scaling)
            total += weights[name] * (place if INDICATORS[name] > 0 else 100 - place)
            weight += weights[name]
        if weight:
            found[school] = total / weight
    return found


def quartile(values):
    """The smallest value such that at least a quarter of the schools are at or below it."""
    for value in sorted(set(values)):
        if 4 * sum(other <= value for other in values) >= len(values):
            return value
    return None


def both(first, second):
    """And, where something may be unknown."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def zone(parts):
    """R20: True if one holds, None if none does and one is unknown."""
    if any(part is True for part in parts):
        return True
    return None if any(part is None for part in parts) else False


def nearest(schools, school, number):
    """Codes of the nearest schools; `schools`: code → (index, pupils, urban, level step), None if missing."""
    rows = {
        code: (index, None if not pupils else log(pupils), urban, level)
        for code, (index, pupils, urban, level) in schools.items()
    }
    own = rows[school]
    asked = [at for at in range(4) if own[at] is not None]
    if not asked:
        return []
    distances = []
    for code, other in rows.items():
        if code == school or any(other[at] is None for at in asked):
            continue
        squares = 0.0
        for at in asked:
            values = [row[at] for row in rows.values() if row[at] is not None]
            mean = sum(values) / len(values)
            deviation = sqrt(sum((value - mean) ** 2 for value in values) / len(values)) or 1.0
            squares += ((own[at] - other[at]) / deviation) ** 2
        distances.append((round(sqrt(squares / len(asked)), 6), code))
    return [code for _, code in sorted(distances)[:number]]
