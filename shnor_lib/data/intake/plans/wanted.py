"""What a target demands, out of the words people use: «в 1,3 раза», «÷ 1,3», «до 2 %», «не менее 1».

In:   words of a value, and words that tell the direction («снижение доли …»).
Out:  `read`, a `Wanted`; `base`, what a target is compared with: «2019 — 20 чел. из 140, 14,3 %».
Not:  whether a target was reached (see analysis).
"""

import re
from dataclasses import dataclass

from shnor_lib.data.intake import cells

_DOWN = re.compile(r"\b(?:сниж|снизи|уменьш|сокра|не более|не выше)", re.IGNORECASE)
_UP = re.compile(r"\b(?:увелич|повыш|рост|прирост|не менее|не ниже)", re.IGNORECASE)
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_TIMES = re.compile(rf"\bв\s*{_NUMBER}\s*раз", re.IGNORECASE)
_SIGN = re.compile(rf"^\s*([÷:/×xх*])\s*{_NUMBER}", re.IGNORECASE)
_BOUND = re.compile(
    rf"(не\s+менее|не\s+ниже|не\s+более|не\s+выше|≥|>=|≤|<=|\bдо)\s*(?:чем\s*)?(?:на\s*)?{_NUMBER}\s*(%|процент)?",
    re.IGNORECASE,
)
_CHANGE = re.compile(rf"^\s*(?:на\s*|[+−–-]\s*){_NUMBER}", re.IGNORECASE)
_PLAIN = re.compile(rf"^\s*{_NUMBER}\s*(%|процент\w*|шт\.?|ед\.?|чел\.?|ОО|раза?)?\.?\s*$", re.IGNORECASE)
_BASE_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_BASE_COUNT = re.compile(r"(\d+)\s*(?:чел\w*\.?|обучающ\w+|школ\w*)?\s*из\s*(\d+)", re.IGNORECASE)
_BASE_VALUE = re.compile(r"(\d+(?:[.,]\d+)?)\s*%")
UNREADABLE, AMBIGUOUS, UNDIRECTED = "target_unreadable", "target_ambiguous", "target_without_direction"


@dataclass(frozen=True)
class Wanted:
    """A demand.

    Attributes:
        goal: one of `schemas.GOALS`; None with a fault.
        value: bound or factor.
        unit: «%», «раза» or None.
        fault: `UNREADABLE`, `AMBIGUOUS`, `UNDIRECTED` or empty.
        plain: a mere number: nothing says that it is a lower bound.
    """

    goal: str | None
    value: float | None
    unit: str | None = None
    fault: str = ""
    plain: bool = False


@dataclass(frozen=True)
class Base:
    """What a relative target is compared with; None where not written."""

    year: int | None = None
    value: float | None = None
    count: int | None = None
    of: int | None = None

    @property
    def agrees(self) -> bool:
        """Whether the printed per cent is that of the counts, to half of its last digit."""
        if self.value is None or self.count is None or not self.of:
            return True
        digits = len(f"{self.value:.4f}".rstrip("0").partition(".")[2])
        # value is within half a unit of its last digit of 100 · count / of
        off = abs(self.value * self.of - 100 * self.count)
        return bool(off * 2 * 10**digits <= self.of * (1 + 1e-9))


def read(words: str, meaning: str = "") -> Wanted:
    """The demand of a cell.

    Args:
        words: the value as written.
        meaning: words around it: title of the indicator, direction, kind of goal.
    """
    both = f"{words} {meaning}"
    down, up = bool(_DOWN.search(both)), bool(_UP.search(both))
    sign = _SIGN.match(words)
    if sign:
        return Wanted("times_less" if sign[1] in "÷:/" else "times_more", _value(sign[2]), "раза")
    times = _TIMES.search(words)
    by_meaning = re.search(r"\bв\s+раз\w*|^раз", meaning, re.IGNORECASE) and _PLAIN.match(words)
    if times or by_meaning:
        number = _value(times[1] if times else _plain_number(words))
        # «снижение … не менее чем в 1,3 раза»: the verb tells the direction, not the bound
        down = bool(re.search(r"\b(?:сниж|снизи|уменьш|сокра)", both, re.IGNORECASE))
        up = bool(re.search(r"\b(?:увелич|повыш|рост|прирост)", both, re.IGNORECASE))
        if down == up:
            return Wanted(None, number, "раза", UNDIRECTED)
        return Wanted("times_less" if down else "times_more", number, "раза")
    bound = _BOUND.search(words)
    if bound:
        word = re.sub(r"\s+", " ", bound[1].casefold())
        unit = "%" if bound[3] else None
        if word == "до":
            if down == up:
                return Wanted(None, _value(bound[2]), unit, UNDIRECTED)
            return Wanted("at_most" if down else "at_least", _value(bound[2]), unit)
        return Wanted(
            "at_least" if word in ("не менее", "не ниже", "≥", ">=") else "at_most", _value(bound[2]), unit
        )
    if _CHANGE.match(words):
        return Wanted(None, None, None, AMBIGUOUS)
    plain = _PLAIN.match(words)
    if plain is None:
        return Wanted(None, None, None, UNREADABLE)
    unit = "%" if plain[2] and plain[2].casefold().startswith(("%", "процент")) else None
    goal = "at_most" if down and not up else "at_least"
    return Wanted(goal, _value(plain[1]), unit, plain=down == up)


def base(words: str) -> Base:
    """What the words say of the base: year, per cent, counts."""
    year, counted = _BASE_YEAR.search(words), _BASE_COUNT.search(words)
    share = _BASE_VALUE.search(words)
    value = _value(share[1]) if share else None
    if value is None and counted is None:
        alone = _PLAIN.match(words)
        value = _value(alone[1]) if alone and not year else None
    return Base(
        int(year[1]) if year else None,
        value,
        int(counted[1]) if counted else None,
        int(counted[2]) if counted else None,
    )


def _plain_number(words: str) -> str:
    match = _PLAIN.match(words)
    return match[1] if match else ""


def _value(number: str) -> float | None:
    return cells.number(number).value
