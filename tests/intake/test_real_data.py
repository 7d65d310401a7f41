"""Real files, where they lie beside the checkout."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data.identity import matching
from shnor_lib.data.intake import IngestResult
from shnor_lib.data.series import make_id
from tests.intake.conftest import Box
from tests.intake.reports import share, titles


@pytest.fixture(scope="module")
def altai(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> IngestResult:
    box = Box(tmp_path_factory.mktemp("altai"))
    shutil.copytree(shared_data / "altai" / "fis_oko", box.raw / "fis_oko")
    shutil.copy(shared_data / "altai" / "context_2021.csv", box.raw)
    return box.ingest()


def test_altai_counts_rebuilt_from_per_cents_are_the_true_ones(
    altai: IngestResult, shared_data: Path
) -> None:
    true = pd.read_csv(shared_data / "altai" / "vpr_school_grade_subject.csv")
    true = true[true["grade"].isin([5, 6]) & true["subject"].isin(["Математика", "Русский язык"])]
    names = {(s, g): make_id("ВПР", s, g) for s in ("Математика", "Русский язык") for g in (5, 6)}
    true["series"] = [names[pair] for pair in zip(true["subject"], true["grade"], strict=True)]
    true["school_id"] = true["login"].str[3:]
    key = ["school_id", "year", "series"]
    columns = ["participants", "n2", "n3", "n4", "n5"]
    expected = true.rename(columns={"n_tested": "participants"}).set_index(key)[columns].sort_index()
    found = altai.snapshot.table("results").set_index(key)[columns].sort_index()
    assert found.index.tolist() == expected.index.tolist()
    assert len(found) == 4750
    assert int((found.to_numpy(dtype="int64") != expected.to_numpy(dtype="int64")).sum()) == 0


def test_altai_schools_and_municipalities(altai: IngestResult) -> None:
    schools = altai.snapshot.table("schools")
    assert schools["municipality_id"].nunique() == 70
    now = schools[schools["year"] == 2021]
    assert len(now) == 733
    lost = now[now["municipality_id"].isna()]
    reported = altai.findings[altai.findings["check"] == "no_municipality"]
    assert set(reported["school_id"]) == set(lost["school_id"])
    assert (~now["in_scope"]).sum() >= 30
    assert not (altai.findings["severity"] == "error").any()
    context = altai.snapshot.table("context")
    assert context[context["indicator"] == "teachers_total"]["school_id"].nunique() == 724


def test_long_form_of_the_same_region_gives_the_same_counts(
    altai: IngestResult, shared_data: Path, make_box: Callable[[], Box]
) -> None:
    box = make_box()
    true = pd.read_csv(shared_data / "altai" / "vpr_school_grade_subject.csv", dtype=str)
    true = true[(true["year"] == "2021") & true["grade"].isin(["5", "6"])]
    true[true["subject"].isin(["Математика", "Русский язык"])].to_csv(box.raw / "x.csv", index=False)
    key = ["school_id", "year", "series"]
    again = box.ingest().snapshot.table("results").set_index(key)["failed"].sort_index()
    first = altai.snapshot.table("results").query("year == 2021").set_index(key)["failed"].sort_index()
    assert again.equals(first)


def test_dagestan_list_has_451_rows_and_one_note_about_doubles(
    shared_data: Path, make_box: Callable[[], Box]
) -> None:
    box = make_box()
    shutil.copy(shared_data / "dagestan_vpr_bias" / "bias.xlsx", box.raw)
    result = box.ingest()
    table = result.snapshot.table("objectivity")
    assert table.groupby("year").size().to_dict() == {2023: 159, 2024: 148, 2025: 144}
    doubled = result.findings[result.findings["check"] == "doubled_rows"]
    assert doubled["value"].tolist() == ["148"]


def test_krasnodar_tables_without_codes_are_refused_with_what_they_lack(
    shared_data: Path, make_box: Callable[[], Box]
) -> None:
    box = make_box()
    shutil.copy(shared_data / "dagestan_vpr_bias" / "bias.xlsx", box.raw)
    for name in ("roadmap.csv", "audit_long.csv"):
        shutil.copy(shared_data / "krasnodar" / name, box.raw)
    found = box.ingest().findings
    said = found[found["severity"] == "error"].set_index("file")["message"]
    assert said.loc[["roadmap.csv"]].str.contains("муниципалитет").all()
    assert "audit_long.csv" in said.index


def test_altai_tasks_rebuilt_from_a_report_are_the_true_points(
    shared_data: Path, make_box: Callable[[], Box]
) -> None:
    """Points by task of a real region, printed as «Выполнение заданий» and read back."""
    box = make_box()
    true = pd.read_csv(shared_data / "altai" / "task_results_2021_grades5_6.csv")
    for (grade, subject), part in true.groupby(["grade", "subject"]):
        tasks = part.drop_duplicates("task").set_index("task_kim")["max"].to_dict()
        rows = [
            *titles("Выполнение заданий", 2021, int(str(grade)), str(subject)),
            [
                "Группы участников",
                "Кол-во ОО",
                "Кол-во участников",
                *(f"{t} ({m}б)" for t, m in tasks.items()),
            ],
        ]
        for login, school in part.groupby("login"):
            people, points = (
                int(school["n_tested"].iloc[0]),
                school.set_index("task_kim")["points"].astype(int),
            )
            shares = [share(points[task], people * most) for task, most in tasks.items()]
            rows.append([f"{login} | Школа", 1, people, *shares])
        box.xlsx(f"{grade}_{subject}.xlsx", rows)
    result = box.ingest()
    found = result.snapshot.table("task_results")
    names = {(s, g): make_id("ВПР", s, g) for s in ("Математика", "Русский язык") for g in (5, 6)}
    true["series"] = [names[pair] for pair in zip(true["subject"], true["grade"], strict=True)]
    true["school_id"] = true["login"].str[3:]
    true = true.drop(columns="task").rename(columns={"task_kim": "task", "points": "true"})
    both = true.merge(found, on=["school_id", "series", "task"], how="left")
    # Two rows of the region have more points than the task can give: they are named and not taken.
    impossible = both["true"] > both["n_tested"] * both["max"]
    outside = result.findings[result.findings["check"] == "percent_outside"]
    assert sorted(outside["school_id"]) == sorted(both.loc[impossible, "school_id"])
    assert both.loc[impossible, "percent"].isna().all()
    taken = both[~impossible]
    assert len(taken) == 44784
    assert taken["points_low"].le(taken["true"]).all()
    assert taken["points_high"].ge(taken["true"]).all()
    exact = taken["points"].notna()
    assert exact.all()
    assert (taken.loc[exact, "points"] == taken.loc[exact, "true"]).all()


def test_names_of_other_years_of_the_dagestan_list_are_proposed_rightly(shared_data: Path) -> None:
    """Each year's names are looked for among those of the other years; the login tells the truth."""
    every = pd.read_csv(shared_data / "dagestan_vpr_bias" / "bias.csv", dtype="str")
    every = every.rename(columns={"ОО": "name", "Муниципалитет": "municipality"})
    every["school_id"] = every["Логин"].str[-6:]
    every = every.drop_duplicates(["Год", "school_id"])
    told = {"right": 0, "wrong": 0, "asked": 0}
    for year, asked in every.groupby("Год"):
        known = every[every["Год"] != year].drop_duplicates("school_id", keep="last").assign(year=2025)
        asked = asked.drop_duplicates(["name", "municipality"]).assign(sheets=1)
        found = matching.propose(asked, known).merge(asked, on=["name", "municipality"])
        found = found[found["school_id"].isin(known["school_id"])]
        clear = found["clarity"] == matching.CLEAR
        right = found["candidate_id"] == found["school_id"]
        told["asked"] += len(found)
        told["right"] += int((clear & right).sum())
        told["wrong"] += int((clear & ~right).sum())
    assert told == {"asked": 203, "right": 173, "wrong": 0}
