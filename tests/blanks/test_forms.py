"""Forms go out with the schools of a municipality and come back without loss."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

import shnor_lib as shnor
from shnor_lib import blanks
from shnor_lib.blanks.style import HEADER_ROW
from shnor_lib.data import blank_forms
from shnor_lib.data.blank_forms import CHOICES, FORMS
from shnor_lib.data.intake import IngestResult, ingest
from shnor_lib.errors import SelectionError
from shnor_lib.region import Region
from shnor_lib.settings import Project, Settings

YEAR = 2027  # no file of the demo region speaks of it


@pytest.fixture(scope="module")
def place(demo_project: Path) -> Region:
    region = shnor.open(demo_project)
    return region.municipality(region.municipalities["municipality_id"].iloc[0])


@pytest.fixture(scope="module")
def sent(place: Region, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("forms")
    written = blanks.write(place, folder, YEAR)
    return dict(zip(FORMS, written, strict=True))


def filled(path: Path, target: Path, fill: Callable[[dict[str, object]], dict[str, object]]) -> pd.DataFrame:
    """Fill a form in and save it; given and filled cells of every row that got something."""
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Форма"]
    form = next(f for f in FORMS.values() if sheet["A1"].value == blank_forms.form_mark(f.id))
    rows = []
    for number in range(HEADER_ROW + 2, sheet.max_row + 1):
        given = {f.column: sheet.cell(number, at).value for at, f in enumerate(form.fields, 1) if f.given}
        values = fill(given)
        for at, field in enumerate(form.fields, 1):
            if field.column in values:
                sheet.cell(number, at).value = values[field.column]
        if values:
            rows.append({**given, **values})
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return pd.DataFrame(rows)


def received(root: Path, demo: Path, path: Path) -> IngestResult:
    """The filled form beside the register of the demo region."""
    raw = root / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    shutil.copy(demo / "data" / "raw" / "schools.csv", raw)
    if path.parent != raw:
        shutil.copy(path, raw / "присланное.xlsx")
    return ingest(Project(root, Settings()))


def quiet(result: IngestResult) -> None:
    serious = result.findings[result.findings["severity"] != "info"]
    assert serious[["check", "message"]].to_numpy().tolist() == []


def test_every_form_has_the_open_schools_of_the_municipality(sent: dict[str, Path], place: Region) -> None:
    newest = place.table("schools").sort_values("year").drop_duplicates("school_id", keep="last")
    open_ones = set(newest.loc[newest["in_scope"] & newest["status"].ne("closed"), "school_id"])
    for name in ("results", "diagnostic", "social_passport", "deficits"):
        sheet: Any = openpyxl.load_workbook(sent[name])["Форма"]
        codes = {str(row[0]) for row in sheet.iter_rows(min_row=HEADER_ROW + 2, values_only=True)}
        primary = set(newest.loc[newest["level_max"].eq(4), "school_id"]) if name == "results" else set()
        assert codes == open_ones - primary, name


def test_results_come_back(sent: dict[str, Path], tmp_path: Path, demo_project: Path) -> None:
    rng = np.random.default_rng(847)

    def fill(given: dict[str, object]) -> dict[str, object]:
        if rng.random() < 0.3:
            return {}
        marks = [int(rng.integers(0, 31)) for _ in range(4)]
        values: dict[str, object] = {"participants": sum(marks)}
        if str(given["series"]) in ("ege-ru", "ege-ma-profile"):
            return {**values, "failed": marks[0], "mean_score": 56.5}
        return {**values, **dict(zip(("n2", "n3", "n4", "n5"), marks, strict=True))}

    expected = filled(sent["results"], tmp_path / "r.xlsx", fill)
    result = received(tmp_path / "p", demo_project, tmp_path / "r.xlsx")
    quiet(result)
    key = ["school_id", "series"]
    taken = result.snapshot.table("results").sort_values(key, ignore_index=True)
    expected = expected.sort_values(key, ignore_index=True)
    assert taken[key].to_numpy().tolist() == expected[key].to_numpy().tolist()
    assert set(taken["year"]) == {YEAR}
    for name in ("participants", "n2", "n3", "n4", "n5", "mean_score"):
        pd.testing.assert_series_equal(
            taken[name].astype("Float64"), expected[name].astype("Float64"), check_names=False
        )
    failed = expected["failed"].astype("Float64").fillna(expected["n2"].astype("Float64"))
    assert taken["failed"].astype("Float64").equals(failed.rename("failed"))


def test_diagnostic_card_comes_back_as_two_tables(
    sent: dict[str, Path], tmp_path: Path, demo_project: Path
) -> None:
    rng = np.random.default_rng(7)

    def fill(given: dict[str, object]) -> dict[str, object]:
        base = int(rng.integers(20, 91))
        return {"count": int(rng.integers(0, 21)), "base": base} if rng.random() < 0.6 else {}

    expected = filled(sent["diagnostic"], tmp_path / "d.xlsx", fill)
    result = received(tmp_path / "p", demo_project, tmp_path / "d.xlsx")
    quiet(result)
    both = pd.concat([result.snapshot.table(name) for name in ("prevention", "outcomes")])
    columns = ["school_id", "indicator", "count", "base"]
    assert sorted(both[columns].to_numpy().tolist()) == sorted(expected[columns].to_numpy().tolist())
    assert set(result.snapshot.table("outcomes")["indicator"]) <= {
        row["indicator"] for row in blank_forms.indicators() if row["table"] == "outcomes"
    }


def test_social_passport_comes_back(sent: dict[str, Path], tmp_path: Path, demo_project: Path) -> None:
    rng = np.random.default_rng(3)
    names = [field.column for field in FORMS["social_passport"].asked][1:]

    def fill(given: dict[str, object]) -> dict[str, object]:
        return {
            "pupils_total": 600,
            **{name: int(rng.integers(1, 91)) for name in names if rng.random() < 0.8},
        }

    expected = filled(sent["social_passport"], tmp_path / "s.xlsx", fill)
    result = received(tmp_path / "p", demo_project, tmp_path / "s.xlsx")
    quiet(result)
    taken = result.snapshot.table("social_passport")
    long = expected.melt(["school_id"], [name for name in names if name in expected], "indicator").dropna()
    got = {
        (row.school_id, row.indicator): row.count
        for row in taken[["school_id", "indicator", "count"]].itertuples()
    }
    assert got == {(row.school_id, row.indicator): row.value for row in long.itertuples()}
    assert set(taken["base"]) == {600}


def test_audit_comes_back_and_a_school_without_deficits_is_known(
    sent: dict[str, Path], tmp_path: Path, demo_project: Path
) -> None:
    rng = np.random.default_rng(5)
    chosen: dict[str, str] = {}

    def fill(given: dict[str, object]) -> dict[str, object]:
        school = str(given["school_id"])
        kind = chosen.setdefault(school, str(rng.choice(["some", "none", "not audited"])))
        if kind == "not audited":
            return {}
        words = CHOICES["significance"].words
        return {
            "significance": words[-1] if kind == "none" else str(rng.choice(words)),
            "wave": dt.date(2026, 9, 15),
        }

    expected = filled(sent["deficits"], tmp_path / "a.xlsx", fill)
    result = received(tmp_path / "p", demo_project, tmp_path / "a.xlsx")
    quiet(result)
    taken = result.snapshot.table("deficits")
    machine = {"высокая": "high", "средняя": "medium", "низкая": "low"}
    found = expected[expected["significance"].ne(blank_forms.NOT_FOUND)]
    wanted = {
        (row["school_id"], row["code"]): machine[row["significance"]] for row in found.to_dict("records")
    }
    given = taken[taken["code"].ne("")]
    got = {(row["school_id"], row["code"]): row["significance"] for row in given.to_dict("records")}
    assert got == wanted
    assert set(chosen.values()) == {"some", "none", "not audited"}
    clean = set(expected["school_id"]) - set(found["school_id"])
    assert set(taken.loc[taken["code"].eq(""), "school_id"]) == clean
    assert set(taken["wave"]) == {"2026-09"}


def test_roadmap_comes_back(sent: dict[str, Path], tmp_path: Path, demo_project: Path, place: Region) -> None:
    def fill(given: dict[str, object]) -> dict[str, object]:
        number = int(str(given["item"]))
        if number > 12:
            return {}
        return {
            "activity": f"Семинар {number}",
            "form": "семинар",
            "codes": "4.1; 5.2",
            "date_from": dt.date(2026, 10, number),
            "date_to": dt.date(2026, 11, number),
            "responsible": "методист муниципальной службы",
            "target": 10 + number / 2,
        }

    expected = filled(sent["roadmap"], tmp_path / "m.xlsx", fill)
    result = received(tmp_path / "p", demo_project, tmp_path / "m.xlsx")
    quiet(result)
    taken = result.snapshot.table("roadmap").sort_values("target", ignore_index=True)
    assert taken["activity"].tolist() == expected["activity"].tolist()
    assert taken["date_to"].tolist() == [f"2026-11-{number:02d}" for number in range(1, 13)]
    assert taken["target"].tolist() == expected["target"].tolist()
    assert place.scope is not None
    assert set(taken["municipality_id"]) == {place.scope.id}
    assert set(taken["codes"]) == {"4.1;5.2"}


def test_an_empty_form_is_said_to_be_empty(sent: dict[str, Path], tmp_path: Path, demo_project: Path) -> None:
    result = received(tmp_path, demo_project, sent["results"])
    found = result.findings[result.findings["check"] == "blank_not_filled"]
    assert found["severity"].tolist() == ["warning"]
    assert result.snapshot.table("results").empty


def test_a_form_without_a_column_names_it(sent: dict[str, Path], tmp_path: Path, demo_project: Path) -> None:
    book = openpyxl.load_workbook(sent["deficits"])
    sheet: Any = book["Форма"]
    sheet.delete_cols(7)
    book.save(tmp_path / "x.xlsx")
    found = received(tmp_path / "p", demo_project, tmp_path / "x.xlsx").findings
    fault = found[found["check"] == "missing_columns"].iloc[0]
    assert "«Значимость»" in fault["message"]


def test_numbers_that_cannot_be_true_are_found_in_a_form(
    sent: dict[str, Path], tmp_path: Path, demo_project: Path
) -> None:
    def fill(given: dict[str, object]) -> dict[str, object]:
        return (
            {"participants": 10, "n2": 11, "n3": 0, "n4": 0, "n5": 0} if given["series"] == "oge-ma" else {}
        )

    filled(sent["results"], tmp_path / "x.xlsx", fill)
    found = received(tmp_path / "p", demo_project, tmp_path / "x.xlsx").findings
    assert "failed_over_participants" in set(found["check"])


def test_the_calculation_compares_whole_numbers(sent: dict[str, Path]) -> None:
    sheet: Any = openpyxl.load_workbook(sent["results"])["Расчёт"]
    row = HEADER_ROW + 2
    assert f"100*E{row}>=30*D{row}" in sheet.cell(row, 7).value


def test_cells_to_fill_are_open_and_the_rest_is_locked(sent: dict[str, Path]) -> None:
    for name, path in sent.items():
        sheet: Any = openpyxl.load_workbook(path)["Форма"]
        assert sheet.protection.sheet, name
        for at, field in enumerate(FORMS[name].fields, 1):
            assert sheet.cell(HEADER_ROW + 2, at).protection.locked is field.given, (name, field.column)


def test_an_unknown_form_is_refused(place: Region, tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="Расчётная карта"):
        blanks.write(place, tmp_path, YEAR, ["карта"])


def test_the_roadmap_form_shows_what_the_method_proposes(demo_project: Path, tmp_path: Path) -> None:
    region = shnor.open(demo_project, methodology="krasnodar-2023")
    place = region.municipality(region.municipalities["municipality_id"].iloc[0])
    (path,) = blanks.write(place, tmp_path, YEAR, ["roadmap"])
    sheet: Any = openpyxl.load_workbook(path)["Списки"]
    heads = [cell.value for cell in sheet[HEADER_ROW + 1]]
    assert heads[3:] == ["Меры на уровне муниципалитета", "Меры на уровне школы"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=HEADER_ROW + 2, values_only=True)}
    assert "Формирование кадрового резерва" in rows["11.2"][3]
    assert all(row[3] or row[4] for row in rows.values())


def test_a_code_typed_into_the_roadmap_stays_text(sent: dict[str, Path]) -> None:
    sheet: Any = openpyxl.load_workbook(sent["roadmap"])["Форма"]
    at = [field.column for field in FORMS["roadmap"].fields].index("codes") + 1
    assert sheet.cell(HEADER_ROW + 2, at).number_format == "@"


def test_what_is_written_beside_a_form_is_told(
    sent: dict[str, Path], tmp_path: Path, demo_project: Path
) -> None:
    book = openpyxl.load_workbook(sent["results"])
    sheet: Any = book["Форма"]
    sheet.cell(HEADER_ROW + 2, len(FORMS["results"].fields) + 2).value = "школа на ремонте"
    book.save(tmp_path / "x.xlsx")
    found = received(tmp_path / "p", demo_project, tmp_path / "x.xlsx").findings
    told = found[found["check"] == "no_heading"]
    assert told[["severity", "row", "column", "value"]].to_numpy().tolist() == [
        ["warning", HEADER_ROW + 2, "O", ""]
    ]
