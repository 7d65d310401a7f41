"""Rows of the data in Russian words."""

import re

import pandas as pd
import pytest

from shnor_lib.data import provenance as sources
from shnor_lib.data.schemas import TABLES
from shnor_lib.present import columns, provenance


def test_every_column_of_the_contracts_of_a_school_has_a_name():
    of_schools = [table for table in TABLES.values() if "school_id" in table.columns]
    lacking = {
        column
        for table in of_schools
        for column in table.columns
        if column not in ("school_id", "source") and columns.name(column) == column
    }
    assert lacking == set()


@pytest.mark.parametrize(
    ("column", "shown", "expected"),
    [
        ("attempt", "best", "лучшая попытка"),
        ("level_max", "9", "основная"),
        ("in_scope", "True", "да"),
        ("mean_score", "3.5", "3,5"),
        ("code", "1.1", "1.1"),
        ("series", "oge-ma", "ОГЭ МА"),
        ("name", "МБОУ", "МБОУ"),
    ],
)
def test_values_in_words(column, shown, expected):
    assert columns.value(column, shown) == expected


def test_sources_of_a_school_hold_no_machine_names():
    row = {
        "table": "results",
        "what": "2025, oge-ma, first",
        "value": "participants=20; failed=8; note=а; б",
        "file": "a.xlsx",
        "sheet": "Лист1",
        "row": "8",
        "note": "",
        "sha256": "0" * 64,
    }
    passport = row | {"table": "social_passport", "what": "2025, low_income", "value": "count=5; base=90"}
    told = provenance.told(pd.DataFrame([row, passport], columns=list(sources.COLUMNS), dtype="str"))
    assert "2025, ОГЭ МА, первая попытка: участников — 20; не преодолели — 8; примечание — а; б" in told
    assert "2025, Малообеспеченные: количество — 5; из скольких — 90" in told
    assert not re.search(r"[a-z]+[_=]", told)
