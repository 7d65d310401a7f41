"""What a form holds before anybody fills it in: the schools of a municipality and what is asked of each.

In:   a region limited to a municipality, a form, a year.
Out:  `rows`, given cells by column; `parameters`, what an audit asks.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.data import blank_forms
from shnor_lib.data import series as series_ids
from shnor_lib.data.blank_forms import Form
from shnor_lib.methodology.conditions import Parameter
from shnor_lib.region import Region

Given = dict[str, str | int]
_ROADMAP_ROWS = 40


def rows(region: Region, form: Form, year: int, listed: bool) -> list[Given]:
    """Given cells of the form, a row each, in the order of the register.

    Args:
        region: limited to one municipality.
        form: the form.
        year: its year.
        listed: only schools of the list.
    """
    return _ROWS[form.id](region, _schools(region, year, listed), year)


def parameters(region: Region) -> tuple[Parameter, ...]:
    """Parameters of the audit: those of the method, else those of the form."""
    return region.method.deficits.parameters or tuple(
        Parameter(code=row["code"], factor=f"{row['factor_no']}. {row['factor']}", parameter=row["parameter"])
        for row in blank_forms.parameters()
    )


def _schools(region: Region, year: int, listed: bool) -> pd.DataFrame:
    """Open schools in scope, by name: school_id, name, municipality, level_max (missing: all levels)."""
    newest = region.table("schools").sort_values("year").drop_duplicates("school_id", keep="last")
    open_ones = newest["status"].ne("closed").fillna(value=True) & newest["in_scope"].fillna(value=True)
    chosen = newest[open_ones.to_numpy(dtype=bool)]
    if listed:
        chosen = chosen[chosen["school_id"].isin(region.identify(year).listed["school_id"])]
    return chosen.sort_values(["name", "school_id"])


def _given(school: Mapping[Any, Any]) -> Given:
    return {
        name: "" if pd.isna(school[name]) else str(school[name])
        for name in ("school_id", "name", "municipality")
    }


def _results(region: Region, schools: pd.DataFrame, year: int) -> list[Given]:
    """Every procedure of the method that is held this year and fits the level of the school."""
    calendar = region.ground.table("procedures")
    of_year = calendar[calendar["year"] == year]
    off = set(of_year.loc[of_year["held"] == "no", "series"])
    asked = [series_ids.parse(name) for name in region.method.identification.series if name not in off]
    return [
        {**_given(school), "year": year, "procedure": series.title, "series": series.id}
        for school in schools.to_dict("records")
        for series in asked
        if pd.isna(school["level_max"]) or series.stage <= int(school["level_max"])
    ]


def _diagnostic(region: Region, schools: pd.DataFrame, year: int) -> list[Given]:
    return [
        {
            **_given(school),
            "year": year,
            "section": row["section"],
            "indicator": row["indicator"],
            "heading": row["title"],
        }
        for school in schools.to_dict("records")
        for row in blank_forms.indicators()
    ]


def _passport(region: Region, schools: pd.DataFrame, year: int) -> list[Given]:
    return [{**_given(school), "year": year} for school in schools.to_dict("records")]


def _deficits(region: Region, schools: pd.DataFrame, year: int) -> list[Given]:
    return [
        {
            **_given(school),
            "factor": item.factor,
            "code": item.code,
            "parameter": item.parameter,
        }
        for school in schools.to_dict("records")
        for item in parameters(region)
    ]


def _roadmap(region: Region, schools: pd.DataFrame, year: int) -> list[Given]:
    place: Given = {"municipality": region.title, "municipality_id": region.scope.id if region.scope else ""}
    return [{**place, "item": number} for number in range(1, _ROADMAP_ROWS + 1)]


_ROWS: Mapping[str, Callable[[Region, pd.DataFrame, int], list[Given]]] = {
    "results": _results,
    "diagnostic": _diagnostic,
    "social_passport": _passport,
    "deficits": _deficits,
    "roadmap": _roadmap,
}
