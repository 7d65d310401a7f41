"""Forms that a region sends out to be filled in: what they ask, as reviewed data.

In:   the CSV files beside this module: `forms`, `fields`, `choices`, `indicators`, `parameters`.
Out:  `FORMS` by id, `CHOICES`, `indicators`, `parameters`, and the marks by which a filled form is known.
Not:  writing the workbooks (see `shnor_lib.blanks`) or reading them back (see `data.intake.forms.blank`).

A form is known by the mark in its first cell, never by its file name. The parameters of the audit are those
of the audit of the Краснодарский край (METHODOLOGY §4.2).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

VERSION = 1
FORM_MARK = "Форма ШНОР: {form}, версия {version}"
ASIDE_MARK = "К форме ШНОР: {form}"  # instructions, lists, calculations: nothing to be read
NOT_FOUND = "не выявлен"  # word of the audit: looked for and not there
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Field:
    """One column of a form.

    Attributes:
        column: machine name.
        title: heading.
        kind: `text`, `code` (text that looks like a number), `count`, `number`, `date`, `year`, or
            `choice:<list>`.
        width: of the column, in letters.
        given: filled by the workbench and locked.
        hint: Russian: what to write.
    """

    column: str
    title: str
    kind: str
    width: int
    given: bool
    hint: str

    @property
    def choice(self) -> str:
        """Name of its list of words, empty where it has none."""
        return self.kind.partition(":")[2]


@dataclass(frozen=True)
class Form:
    """One form.

    Attributes:
        id: machine name.
        title: Russian name.
        file: name of the workbook without its ending.
        purpose: Russian: what it is for.
        whom: Russian: who fills it in.
        fields: columns in order.
    """

    id: str
    title: str
    file: str
    purpose: str
    whom: str
    fields: tuple[Field, ...]

    @property
    def asked(self) -> tuple[Field, ...]:
        """Columns that a person fills in."""
        return tuple(field for field in self.fields if not field.given)


@dataclass(frozen=True)
class Choice:
    """A list of words; only a strict one refuses others."""

    words: tuple[str, ...]
    strict: bool


def form_mark(form: str) -> str:
    """First cell of the sheet that is filled in."""
    return FORM_MARK.format(form=form, version=VERSION)


def aside_mark(form: str) -> str:
    """First cell of a sheet that belongs to a form and holds nothing to be read."""
    return ASIDE_MARK.format(form=form)


def parameters() -> tuple[Mapping[str, str], ...]:
    """Parameters of the audit: factor_no, factor, code, parameter (all str)."""
    return _rows("parameters")


def indicators() -> tuple[Mapping[str, str], ...]:
    """Indicators of the diagnostic card: section, table, indicator, title (all str)."""
    return _rows("indicators")


@lru_cache(maxsize=8)
def _rows(name: str) -> tuple[Mapping[str, str], ...]:
    with (_HERE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def _forms() -> dict[str, Form]:
    fields: dict[str, list[Field]] = {}
    for row in _rows("fields"):
        one = Field(
            row["column"], row["title"], row["kind"], int(row["width"]), row["given"] == "yes", row["hint"]
        )
        fields.setdefault(row["form"], []).append(one)
    return {
        row["form"]: Form(
            row["form"], row["title"], row["file"], row["purpose"], row["whom"], tuple(fields[row["form"]])
        )
        for row in _rows("forms")
    }


def _choices() -> dict[str, Choice]:
    words: dict[str, list[str]] = {}
    for row in _rows("choices"):
        words.setdefault(row["choice"], []).append(row["word"])
    strict = {row["choice"] for row in _rows("choices") if row["strict"] == "yes"}
    return {name: Choice(tuple(items), name in strict) for name, items in words.items()}


FORMS: Mapping[str, Form] = _forms()
CHOICES: Mapping[str, Choice] = _choices()
