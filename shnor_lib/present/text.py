"""Russian numbers, words and dates.

In:   integers, shares, dates, names.
Out:  text: decimal comma, thousands with a no-break space, plurals, «3 из 10 (30,0 %)».
Rule: a share never prints as 30,0 % when it is below 30 %: digits are added until it does not
      (R6: no rounding before a comparison, and none in print that would contradict it).
"""

import datetime as dt
import html
import re
import textwrap
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from shnor_lib.data.schools import alphabet as alphabet
from shnor_lib.present.labels import MISSING

RU = Locale.parse("ru")
NBSP = "\u00a0"
THRESHOLD = 30
_MOST_DIGITS = 6

Forms = tuple[str, str, str]
SCHOOLS: Forms = ("школа", "школы", "школ")
DEFICITS: Forms = ("дефицит", "дефицита", "дефицитов")
PARTICIPANTS: Forms = ("участник", "участника", "участников")


def is_missing(value: object) -> bool:
    """Whether a scalar is None, NaN, NA or NaT."""
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]


def number(value: Any, digits: int = 0) -> str:
    """«1 312», «0,5»; a dash where missing."""
    if is_missing(value):
        return MISSING
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(Decimal(str(value)), format=pattern, locale=RU))


def percent(value: Any, threshold: int = THRESHOLD, digits: int = 1) -> str:
    """A share 0–1 as «29,6 %»; digits are added where rounding would lift it to the threshold.

    Args:
        value: share 0–1: float, or Fraction where exactness matters.
        threshold: per cent that rounding must not reach from below.
        digits: decimals at least.
    """
    if is_missing(value):
        return MISSING
    share = value if isinstance(value, Fraction) else Fraction(str(float(value)))
    return f"{_rounded(100 * share, threshold, digits)}{NBSP}%"


def share(failed: Any, participants: Any, threshold: int = THRESHOLD) -> str:
    """«30,0 %» from counts, exactly; a dash where missing or nobody took part (R7)."""
    if is_missing(failed) or is_missing(participants) or participants == 0:
        return MISSING
    return percent(Fraction(int(failed), int(participants)), threshold)


def k_of_n(failed: Any, participants: Any, threshold: int = THRESHOLD) -> str:
    """«3 из 10 (30,0 %)»; a dash where missing."""
    if is_missing(failed) or is_missing(participants):
        return MISSING
    plain = f"{number(failed)} из{NBSP}{number(participants)}"
    return f"{plain} ({share(failed, participants, threshold)})" if participants else plain


def plural(count: int, one: str, few: str, many: str) -> str:
    """The form that agrees with a number: школа, школы, школ."""
    return {"one": one, "few": few}.get(RU.plural_form(abs(int(count))), many)


def counted(count: int, forms: Forms) -> str:
    """«5 школ»: number and agreeing noun, kept on one line."""
    return f"{number(count)}{NBSP}{plural(count, *forms)}"


def entered_and_left(entered: int, left: int) -> str:
    """«добавилась бы 1 школа, выпало бы 0 школ»: what another reading of the rules would do to the list."""
    add = plural(entered, "добавилась", "добавились", "добавилось")
    drop = plural(left, "выпала", "выпали", "выпало")
    return f"{add} бы {counted(entered, SCHOOLS)}, {drop} бы {counted(left, SCHOOLS)}"


def part(count: int, total: int, forms: Forms = SCHOOLS, genitive: bool = False) -> str:
    """A share in words where it is a simple one: «треть школ», else «5 из 17 школ».

    Words are used only when they are true to within half a percentage point.

    Args:
        count: how many.
        total: of how many.
        forms: the noun.
        genitive: the form after «у»: «у трети школ», «у всех 12 школ».
    """
    many, of_total = forms[2], _after_of(total, forms)
    if total == 0:
        return f"ни одной {_SINGULAR.get(forms[0], many)}" if genitive else f"нет {many}"
    if count == total:
        return _everything(total, forms, genitive)
    for fraction, word, word_genitive in _FRACTIONS:
        if abs(Fraction(count, total) - fraction) <= Fraction(1, 200) and total > fraction.denominator:
            return f"{word_genitive if genitive else word} {many}"
    return f"{number(count)} из{NBSP}{number(total)} {of_total}"


def join(items: Sequence[str]) -> str:
    """«а, б и в»."""
    return " и ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def date(value: dt.date) -> str:
    """«24 ноября 2026 г.»."""
    return str(format_date(value, "d MMMM y 'г.'", locale=RU))


def moment(value: dt.datetime) -> str:
    """«24 ноября 2026 г., 09:15»."""
    return str(format_datetime(value, "d MMMM y 'г.', HH:mm", locale=RU))


def wave(value: str | None) -> str:
    """A wave of an audit in words: «2025-09» → «сентябрь 2025 г.», «2021» → «контекстная анкета 2021 г.»."""
    if not value:
        return MISSING
    if re.fullmatch(r"\d{4}", value):
        return f"контекстная анкета {value}{NBSP}г."
    if re.fullmatch(r"\d{4}-\d{2}", value):
        return str(format_date(dt.date.fromisoformat(f"{value}-01"), "LLLL y 'г.'", locale=RU))
    try:
        return date(dt.date.fromisoformat(value))
    except ValueError:
        return value


def escape(value: object) -> str:
    """Text safe inside HTML, in attributes as well."""
    return html.escape(str(value))


def label(value: object) -> str:
    """Text safe inside a plotly label, where quotes stay as they are."""
    return html.escape(str(value), quote=False)


def stop(words: str) -> str:
    """With a full stop, but never two: «май 2021 г.»."""
    return words if words.endswith(".") else f"{words}."


def plain(markup: str) -> str:
    """Text of a label: without tags, entities as letters."""
    return html.unescape(re.sub(r"<[^>]+>", " ", markup))


def wrap(value: str, width: int, lines: int = 3) -> str:
    """Text broken with `<br>` for plotly, escaped, cut with an ellipsis after so many lines."""
    broken = textwrap.wrap(value, width, max_lines=lines, placeholder="…", break_on_hyphens=False)
    return "<br>".join(label(line) for line in broken)


def shorten(value: str, width: int) -> str:
    """Text cut with an ellipsis at a word where it is longer than `width`."""
    if len(value) <= width:
        return value
    head = value[: width - 1]
    cut = head.rsplit(" ", 1)[0] if " " in head[width // 2 :] else head
    return cut.rstrip(' ,.«"(') + "…"


def school_name(value: object) -> str:
    """A school's name without the words of its legal form: «МБОУ СОШ № 4».

    Official names run to 200 letters, most of them the same for every school. For labels only: names are
    never compared (R17).
    """
    if is_missing(value):
        return MISSING
    name = official_name(value)
    for pattern, short in _LEGAL_FORMS:
        name = pattern.sub(short, name)
    return name


def official_name(value: object) -> str:
    """A school's full name with Russian quotes and its number kept on one line, for documents."""
    name = re.sub(r'"([^"]*)"', r"«\1»", " ".join(str(value).split()))
    return re.sub(r"№\s*(?=\d)", f"№{NBSP}", name)


def _rounded(value: Fraction, threshold: int, digits: int) -> str:
    with localcontext() as context:
        context.prec = 40
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        for places in range(digits, _MOST_DIGITS + 1):
            shown = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
            if not value < threshold <= shown:
                return number(shown, places)
    return f"менее {number(threshold)}"


def _everything(total: int, forms: Forms, genitive: bool) -> str:
    """«все 12 школ», «обе школы», «единственная школа», or the genitive of these."""
    feminine = forms[0] == SCHOOLS[0]
    singular = _SINGULAR.get(forms[0], forms[1])
    if total == 1:
        if genitive:
            return f"{'единственной' if feminine else 'единственного'} {singular}"
        return f"{'единственная' if feminine else 'единственный'} {forms[0]}"
    if total == 2:
        if genitive:
            return f"{'обеих' if feminine else 'обоих'} {forms[2]}"
        return f"{'обе' if feminine else 'оба'} {forms[1]}"
    return f"всех {number(total)} {_after_of(total, forms)}" if genitive else f"все {counted(total, forms)}"


def _after_of(total: int, forms: Forms) -> str:
    """Noun after «из N»: «из 21 школы», «из 5 школ»."""
    return _SINGULAR.get(forms[0], forms[1]) if RU.plural_form(total) == "one" else forms[2]


_SINGULAR = {"школа": "школы", "муниципалитет": "муниципалитета"}
_FRACTIONS = (
    (Fraction(1, 2), "половина", "половины"),
    (Fraction(1, 3), "треть", "трети"),
    (Fraction(1, 4), "четверть", "четверти"),
    (Fraction(2, 3), "две трети", "двух третей"),
    (Fraction(3, 4), "три четверти", "трёх четвертей"),
)
_LEGAL_FORMS = tuple(
    (re.compile(pattern, re.IGNORECASE), short)
    for pattern, short in (
        (r"муниципальное\s+бюджетное\s+общеобразовательное\s+учреждение", "МБОУ"),
        (r"муниципальное\s+каз[её]нное\s+общеобразовательное\s+учреждение", "МКОУ"),
        (r"муниципальное\s+автономное\s+общеобразовательное\s+учреждение", "МАОУ"),
        (r"муниципальное\s+общеобразовательное\s+учреждение", "МОУ"),
        (r"средняя\s+общеобразовательная\s+школа", "СОШ"),
        (r"основная\s+общеобразовательная\s+школа", "ООШ"),
        (r"начальная\s+общеобразовательная\s+школа", "НОШ"),
    )
)
