"""Differences of two snapshots: frames, words, workbook, command line."""

from io import BytesIO

import pandas as pd
import pytest

from shnor_lib import cli
from shnor_lib.analysis import changes
from shnor_lib.comparison import compare
from shnor_lib.data import findings, store
from shnor_lib.data.schemas import TABLES
from shnor_lib.errors import SelectionError
from shnor_lib.present import changes as words
from shnor_lib.present import labels
from shnor_lib.present.workbook import workbook
from shnor_lib.settings import Project
from tests.region_builder import calendar, register, results

IDS = ["000001", "000002", "000003"]
YEARS = [2024, 2025]
BEFORE = {
    "000001": {"oge-ma": {2025: (2, 20)}, "oge-ru": {2025: (8, 20), 2024: (2, 20)}},
    "000002": {"oge-ma": {2025: (10, 20)}, "oge-ru": {2025: (10, 20)}},
    "000003": {"oge-ma": {2025: (1, 4)}, "oge-ru": {2025: (0, 9)}},
}


def sourced(table, files):
    """Results with the files they come from: `files` maps a school to a file."""
    return table.assign(
        source=[f"{files[school]} | Лист1 | {at}" for at, school in enumerate(table["school_id"], 2)]
    )


def write(root, schools, table, hashes, library="1", **others):
    inputs = [store.InputFile(file, digest * 64, 1, (), rows=3) for file, digest in hashes.items()]
    years = sorted(table["year"].unique())
    tables = {
        "schools": schools,
        "results": table,
        "procedures": calendar(["oge-ma", "oge-ru"], years),
        **others,
    }
    nothing = findings.to_frame([])
    return store.write(Project(root).processed, tables, nothing, inputs, library).id


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Two snapshots: one cell repaired in a changed file, one file removed, one added."""
    root = tmp_path_factory.mktemp("changes")
    files = {"000001": "a.csv", "000002": "b.csv", "000003": "c.csv"}
    first = write(
        root,
        register(IDS, YEARS),
        sourced(results(BEFORE), files),
        {"a.csv": "1", "b.csv": "2", "c.csv": "3", "old.csv": "9"},
    )
    after = {
        "000001": {"oge-ma": {2025: (9, 20)}, "oge-ru": {2025: (8, 20), 2024: (2, 20)}},
        "000003": {"oge-ma": {2025: (2, 4)}, "oge-ru": {2025: (0, 9)}},
        "000004": {"oge-ma": {2025: (3, 30)}},
    }
    schools = register(["000001", "000003", "000004"], YEARS)
    schools["name"] = schools["name"].replace("Школа 000001", "=Школа № 1")
    moved = schools["school_id"].eq("000003")
    schools = schools.assign(
        municipality_id=schools["municipality_id"].mask(moved, "m2"),
        municipality=schools["municipality"].mask(moved, "Второй район"),
    )
    deficits = TABLES["deficits"].conform(
        pd.DataFrame({"school_id": ["000001"], "wave": ["2025-09"], "code": ["1.1"]})
    )
    second = write(
        root,
        schools,
        sourced(results(after), {**files, "000004": "d.csv"}),
        {"a.csv": "4", "c.csv": "5", "d.csv": "6", "new.csv": "9"},
        deficits=deficits,
    )
    return Project(root), first, second


@pytest.fixture(scope="module")
def found(project):
    return compare(*project)


def of(frame, **values):
    """The only row with these values."""
    rows = frame[pd.concat([frame[name].eq(value) for name, value in values.items()], axis=1).all(axis=1)]
    (row,) = rows.to_dict("records")
    return row


def test_files_are_told_apart_by_their_bytes(found):
    told = dict(zip(found.inputs["file"], found.inputs["change"], strict=True))
    assert told == {
        "d.csv": "added",
        "b.csv": "removed",
        "a.csv": "changed",
        "c.csv": "changed",
        "new.csv": "renamed",
    }
    assert of(found.inputs, file="new.csv")["old_name"] == "old.csv"


def test_of_two_copies_each_is_taken_once():
    before = pd.DataFrame({"file": ["x", "y"], "sha256": ["1", "1"], "rows": [1, 1]})
    after = pd.DataFrame({"file": ["z"], "sha256": ["1"], "rows": [1]})
    told = changes.inputs(before, after)
    assert sorted(told["change"]) == ["removed", "renamed"]
    assert len(changes.inputs(before.iloc[:0], after)) == 1


def test_schools_that_came_went_were_renamed_or_moved(found):
    told = found.schools[["school_id", "change", "old", "new"]].fillna("").to_numpy().tolist()
    assert told == [
        ["000004", "added", "", ""],
        ["000002", "removed", "", ""],
        ["000001", "renamed", "Школа 000001", "=Школа № 1"],
        ["000003", "moved", "Первый район", "Второй район"],
    ]


def test_a_code_with_a_successor_is_no_loss():
    moves = pd.DataFrame({"old_id": ["000001"], "new_id": ["000002"]})
    told = changes.schools(register(["000001"], [2024]), register(["000002"], [2025]), moves)
    assert told[["school_id", "change", "new"]].fillna("").to_numpy().tolist() == [
        ["000002", "added", ""],
        ["000001", "recoded", "000002"],
    ]


def test_a_changed_cell_names_its_file(found):
    cell = of(found.cells, school_id="000001", series="oge-ma")
    assert (cell["change"], cell["columns"], cell["cause"], cell["file"]) == (
        "changed",
        "failed",
        "file_changed",
        "a.csv",
    )
    assert (cell["failed_before"], cell["failed_after"], cell["participants_after"]) == (2, 9, 20)
    gone = found.cells[found.cells["school_id"] == "000002"]
    assert set(gone["change"]) == {"removed"}
    assert set(gone["cause"]) == {"file_removed"}
    assert of(found.cells, school_id="000004")["cause"] == "file_added"
    assert len(found.cells) == 5, "an equal cell is no change"


@pytest.mark.parametrize(
    ("old", "new", "states", "cause"),
    [
        ("a | s | 1", "a | s | 1", {"a": "same"}, ("elsewhere", "a")),
        ("a | s | 1", "b | s | 1", {"a": "removed", "b": "same"}, ("file_removed", "a")),
        ("a | s | 1", "a | s | 1 | исправление 3", {"a": "same"}, ("correction", "a")),
        ("РЦОИ", "РЦОИ", {"a": "changed"}, ("unknown", None)),
        ("", "a | s | 1", {"a": "renamed"}, ("elsewhere", "a")),
    ],
)
def test_causes(old, new, states, cause):
    one, two = (
        results({"000001": {"oge-ma": {2025: (k, 20)}}}).assign(source=source or None)
        for k, source in ((1, old), (2, new))
    )
    files = pd.DataFrame({"file": list(states), "change": list(states.values())})
    told = changes.cells(one, two, files)
    assert (told["cause"][0], told["file"].astype(object).where(told["file"].notna(), None)[0]) == cause


def test_bounds_and_marks_are_values_too():
    one = results({"000001": {"vpr-ma-5": {2025: (None, 20)}}}).assign(failed_low=1, failed_high=3)
    files = pd.DataFrame({"file": [], "change": []})
    assert changes.cells(one, one, files).empty
    two = one.assign(failed_high=4, n3=5)
    assert changes.cells(one, two.astype(one.dtypes), files)["columns"].tolist() == ["failed_high;n3"]


def test_who_entered_and_left_the_list(found):
    assert found.year == 2025
    entered, left = of(found.statuses, movement="entered"), of(found.statuses, movement="left")
    assert (entered["school_id"], entered["status_before"], entered["cells"]) == ("000001", "watch", 1)
    assert (left["school_id"], left["status_before"]) == ("000002", "shnor")
    assert pd.isna(left["status_after"])


def test_other_tables_are_counted(found):
    assert of(found.tables, table="deficits")["added"] == 1


def test_words_of_the_console(found):
    said = "\n".join(words.lines(found))
    for phrase in (
        "переименован: new.csv (был «old.csv»)",
        "2 из\u00a020 (10,0\u00a0%) → 9 из\u00a020 (45,0\u00a0%); файл изменён: a.csv, лист «Лист1»",
        "сменила муниципалитет: «Первый район» → «Второй район»",
        "вошла в список, внимание → ШНОР; изменено ячеек: 1",
        "Ресурсные дефициты, строк: появилось 1.",
        "1 из\u00a04 (25,0\u00a0%) → 2 из\u00a04 (50,0\u00a0%)",  # the console is the analyst's own
    ):
        assert phrase in said, said


def test_known_schools_in_the_register_of_another_year_are_told(tmp_path):
    table = results({"000001": {"oge-ma": {2025: (1, 9)}}})
    before, after = register(IDS, [2025]), register(IDS, [2025, 2026])
    after = after[(after["school_id"] != "000003") | (after["year"] != 2025)]
    ids = [write(tmp_path, side, table, {"a": digest}) for side, digest in ((before, "1"), (after, "2"))]
    found = compare(Project(tmp_path), *ids)
    assert found.schools.empty, "the schools themselves are known"
    assert found.registers.to_numpy().tolist() == [[2025, 0, 1], [2026, 3, 0]]
    said = words.lines(found)
    assert "Школы: те же, изменился реестр по годам." in said
    assert "Реестр 2025 года, школ: убыло 1." in said
    assert "Реестр 2026 года, школ: добавилось 3." in said
    content = workbook(words.tables(found), words.about(found))
    sheet = pd.read_excel(BytesIO(content), sheet_name="Реестр по годам", dtype="str", engine="calamine")
    assert sheet.to_numpy().tolist() == [["2025", "0", "1"], ["2026", "3", "0"]]


def test_long_lists_are_cut_and_say_so(found):
    many = pd.concat([found.schools] * 20, ignore_index=True)
    said = words.lines(changes.Changes(**{**vars(found), "schools": many}))
    assert any("и ещё 60" in line for line in said)


def test_small_groups_are_hidden_in_the_workbook_and_what_would_reveal_them(found):
    content = workbook(words.tables(found), words.about(found))
    cells = pd.read_excel(BytesIO(content), sheet_name="Ячейки", dtype="str", engine="calamine")
    small = cells[cells["Код"] == "000003"]
    assert small[["Было", "Стало"]].to_numpy().tolist() == [[labels.SUPPRESSED, labels.SUPPRESSED]]
    # 000001 is the next smallest cell of the same municipality, series and year: 20 of before, 20 of after.
    assert of(cells, Код="000001")["Было"] == labels.SUPPRESSED
    assert "(R25)" in words.about(found)["Скрытые числа"]
    everything = pd.read_excel(BytesIO(content), sheet_name=None, dtype="str", engine="calamine")
    assert list(everything) == [
        "Файлы",
        "Школы",
        "Реестр по годам",
        "Ячейки",
        "Другие таблицы",
        "Статусы 2025",
        "О расчёте",
    ]


def test_years_of_only_one_side_are_said_and_no_common_year_stops_nothing(tmp_path):
    ids = [
        write(
            tmp_path,
            register(IDS[:1], [y]),
            results({"000001": {"oge-ma": {y: (1, 9)}}}),
            {"a": str(y % 10)},
            lib,
        )
        for y, lib in ((2024, "1"), (2025, "2"))
    ]
    found = compare(Project(tmp_path), *ids)
    assert found.year is None
    assert found.statuses.empty
    said = "\n".join(words.lines(found))
    assert "2024, 2025" in said
    assert "разные версии" in said
    with pytest.raises(SelectionError, match="2024"):
        compare(Project(tmp_path), *ids, year=2024)


def test_codes_without_a_school_leave_the_lists_out(tmp_path):
    table = results({"000001": {"oge-ma": {2025: (1, 9)}}, "000009": {"oge-ma": {2025: (1, 9)}}})
    ids = [write(tmp_path, register(IDS[:1], [2025]), table, {"a": digest}) for digest in "12"]
    found = compare(Project(tmp_path), *ids)
    assert found.year is None
    assert "000009" in "\n".join(found.notes)


class TestCommandLine:
    def test_snapshots_are_listed_with_the_current_one_marked(self, project, capsys):
        home, first, second = project
        assert cli.run(["snapshots", "--project", str(home.root)]) == 0
        said = capsys.readouterr().out.splitlines()
        assert next(line for line in said if second in line).startswith("▸")
        assert not next(line for line in said if first in line).startswith("▸")
        table = said[:3]
        assert len({line.index("20") for line in table[1:]}) == 1, "aligned"

    def test_snapshots_without_a_current_one_are_listed_all_the_same(self, tmp_path, capsys):
        table = results({"000001": {"oge-ma": {2025: (1, 9)}}})
        first = write(tmp_path, register(IDS[:1], [2025]), table, {"a": "1"})
        (Project(tmp_path).processed / store.CURRENT).unlink()
        assert cli.run(["snapshots", "--project", str(tmp_path)]) == 0
        said = capsys.readouterr().out
        assert first in said
        assert "Текущего снимка нет" in said

    def test_damaged_snapshots_are_named_and_contents_are_compared_on_demand(self, tmp_path, capsys):
        table = results({"000001": {"oge-ma": {2025: (1, 9)}}})
        first = write(tmp_path, register(IDS[:1], [2025]), table, {"a": "1"})
        arguments = ["snapshots", "--project", str(tmp_path)]
        assert cli.run([*arguments, "--verify"]) == 0
        assert "повреждён" not in capsys.readouterr().out
        file = Project(tmp_path).processed / first / "schools.parquet"
        body = bytearray(file.read_bytes())
        body[len(body) // 2] ^= 0xFF
        file.write_bytes(bytes(body))
        assert cli.run(arguments) == 0
        assert "повреждён" not in capsys.readouterr().out
        assert cli.run([*arguments, "--verify"]) == 1
        assert f"Снимок {first} повреждён: файл «schools.parquet» изменён." in capsys.readouterr().out
        file.unlink()
        assert cli.run(arguments) == 0
        said = capsys.readouterr().out
        assert "(schools)" in said
        assert "shnor ingest" in said
        assert next(line for line in said.splitlines() if first in line).startswith("▸")

    def test_diff_by_the_beginnings_of_ids(self, project, capsys, tmp_path):
        home, first, second = project
        out = tmp_path / "d.xlsx"
        arguments = ["diff", first[:6], second[:6], "--project", str(home.root), "--year", "2025"]
        assert cli.run([*arguments, "--out", str(out)]) == 0
        assert "вошла в список — 1" in capsys.readouterr().out
        assert out.exists()
        assert cli.run([*arguments, "--out", str(tmp_path / "d.csv")]) == 2
        assert ".xlsx" in capsys.readouterr().err

    def test_unknown_snapshots_and_nothing_changed(self, project, capsys):
        home, first, _ = project
        assert cli.run(["diff", first, "zzz", "--project", str(home.root)]) == 2
        assert first in capsys.readouterr().err
        assert cli.run(["diff", first, first, "--project", str(home.root)]) == 0
        said = capsys.readouterr().out
        assert "один и тот же" in said
        assert "Школы: без изменений." in said
