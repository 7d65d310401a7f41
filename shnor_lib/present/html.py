"""Blocks of a page as HTML: heading, headline numbers, notes, glossary.

In:   texts and numbers already in words.
Out:  `display.Html`.
Not:  tables (see `tables`) and figures.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shnor_lib.present import labels, text, theme
from shnor_lib.present.display import Html


@dataclass(frozen=True)
class Card:
    """A headline number.

    Attributes:
        name: what is counted.
        value: the number, as text.
        of: a small addition to the number: «из 17».
        more: a line of explanation.
        tone: `alarm`, `watch`, `good`, `quiet` or empty.
    """

    name: str
    value: str
    of: str = ""
    more: str = ""
    tone: str = ""


# Facts that tell one page from another; the rest is for the one who checks it.
SHORT = ("Территория", "Год", "Снимок данных", "Порог", "Проба, не по методике")
_CHOOSE = "Выберите муниципалитет и год вверху страницы или вернитесь на начальную страницу."
_LONG_FACT = 160  # letters


def piece(markup: str) -> Html:
    """Ready HTML as a block."""
    return Html(markup)


def head(place: str, when: str) -> Html:
    """Name of the place and the year, over the page."""
    return Html(
        f'<div class="shnor-head"><div class="shnor-place">{text.escape(place)}</div>'
        f'<div class="shnor-when">{text.escape(when)}</div></div>'
    )


def lede(finding: str, more: str = "") -> Html:
    """The finding of the page in one sentence, and a second thought."""
    small = f"<small>{text.escape(more)}</small>" if more else ""
    return Html(f'<div class="shnor-page shnor-lede">{text.escape(finding)}{small}</div>')


def cards(items: Sequence[Card]) -> Html:
    """Headline numbers in a row."""
    return Html(f'<div class="shnor-page shnor-cards">{"".join(_card(item) for item in items)}</div>')


def strip(counts: Mapping[str, int]) -> Html:
    """Schools by status as one bar with its key; empty statuses are left out."""
    shown = {name: counts.get(name, 0) for name in labels.STATUSES if counts.get(name, 0)}
    if not shown:
        return Html("")
    bars = "".join(
        f'<span style="flex:{count} 1 0;background:{theme.STATUS_COLOURS[name]}"></span>'
        for name, count in shown.items()
    )
    key = "".join(
        f'<span title="{text.escape(labels.STATUSES[name].hint)}">'
        f'<i style="background:{theme.STATUS_COLOURS[name]}"></i>'
        f"{text.escape(labels.STATUSES[name].marked)} <b>{text.number(count)}</b></span>"
        for name, count in shown.items()
    )
    total = sum(shown.values())
    described = ", ".join(f"{labels.STATUSES[name].text}: {count}" for name, count in shown.items())
    return Html(
        f'<div class="shnor-page"><div class="shnor-strip" role="img" aria-label="'
        f'{text.escape(f"Всего школ {total}; {described}")}">{bars}</div>'
        f'<div class="shnor-key">{key}</div></div>'
    )


def box(title: str, body: str, tone: str = "") -> Html:
    """A note in a frame: `tone` is `watch`, `error` or empty."""
    classes = " ".join(["shnor-page", "shnor-box", *([f"shnor-is-{tone}"] if tone else [])])
    return Html(f'<div class="{classes}"><b>{text.escape(title)}</b>{text.escape(body)}</div>')


def error(message: str) -> Html:
    """A calm message in place of a section that cannot be shown."""
    return box("Показать не получилось", message, "error")


def instead(message: str, with_controls: bool = False) -> Html:
    """The message in place of a whole page: headings of its sections are hidden while it stands.

    Args:
        message: what is wrong.
        with_controls: the bar of controls stands above and can mend it: that is said too.
    """
    told = f"{message}\n{_CHOOSE}" if with_controls else message
    return Html(f'<div class="shnor-alone">{error(told).markup}</div>')


def guide(terms: Mapping[str, str]) -> Html:
    """How to read the page: terms and what they mean."""
    body = "".join(
        f"<dt>{text.escape(term)}</dt><dd>{text.escape(what)}</dd>" for term, what in terms.items()
    )
    return Html(f'<div class="shnor-page shnor-guide"><dl>{body}</dl></div>')


def closing(facts: Mapping[str, str]) -> Html:
    """What the page was computed from: `SHORT` in a line, the rest unfolds, and is printed in any case."""
    short, rest = (
        " · ".join(
            f"{text.escape(name)}: {_fact(value)}"
            for name, value in facts.items()
            if (name in SHORT) is first
        )
        for first in (True, False)
    )
    more = f"<details><summary>Подробнее</summary><p>{rest}</p></details>" if rest else ""
    return Html(f'<div class="shnor-page shnor-closing"><p>{short}</p>{more}</div>')


def reasons(value: object) -> str:
    """Reasons joined by `;` as a list, the rule ids small at the end of each."""
    if text.is_missing(value) or not str(value):
        return labels.MISSING
    return f'<ul class="shnor-reasons">{"".join(_reason(item) for item in str(value).split(";"))}</ul>'


def _reason(value: str) -> str:
    rule, found, words = value.strip().partition(": ")
    if not found or not (rule[:1] == "R" and rule[1:].isdigit()):
        return f"<li>{_told(value.strip())}</li>"
    return f'<li>{_told(words)}<span class="shnor-rule">{rule}</span></li>'


def _told(words: str) -> str:
    """A reason with a capital letter; a procedure and a year are not torn between lines."""
    return re.sub(_KEPT, text.NBSP, text.escape(text.sentence(words)))


_KEPT = r"(?<=ВПР|ОГЭ|ЕГЭ) | (?=\d{1,2}\b(?![ \u00a0]из)|база|профиль|году\b|из\b|—)"


def _fact(value: str) -> str:
    """A fact stands out, a list of settings does not."""
    return text.escape(value) if len(value) > _LONG_FACT else f"<b>{text.escape(value)}</b>"


def _card(item: Card) -> str:
    tone = f" shnor-is-{item.tone}" if item.tone else ""
    of = f" <small>{text.escape(item.of)}</small>" if item.of else ""
    more = f'<div class="shnor-more">{text.escape(item.more)}</div>' if item.more else ""
    return (
        f'<div class="shnor-card{tone}"><div class="shnor-name">{text.escape(item.name)}</div>'
        f'<div class="shnor-value">{text.escape(item.value)}{of}</div>{more}</div>'
    )
