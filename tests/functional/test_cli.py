"""The command line as its user meets it: a subprocess, its output, its exit code."""

import io
import json
import subprocess
import sys
import tempfile

import pandas as pd
import pytest

import shnor_lib
from shnor_lib import cli
from shnor_lib.cli import intake as intake_commands
from shnor_lib.data.blank_forms import FORMS
from shnor_lib.social import CONTRACT as SOCIAL
from shnor_lib.verdicts import CONTRACT

CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"


def shnor(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "shnor_lib.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=180,
    )


def refused(result, code, *words):
    """A clear Russian message on stderr, the exit code, and no traceback."""
    said = result.stderr
    assert result.returncode == code, said
    assert "Traceback" not in said + result.stdout
    assert any(letter in said for letter in CYRILLIC), said
    for word in words:
        assert word in said, said


def project(tmp_path, **files):
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    for name, content in files.items():
        path = raw / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


class TestSocial:
    def test_index_has_the_contract_columns_in_order(self, demo_project, tmp_path):
        out = tmp_path / "index.csv"
        result = shnor("social-index", "--year", 2026, "--out", out, "--project", demo_project)
        assert result.returncode == 0, result.stderr
        table = pd.read_csv(out, dtype={"school_id": "str"})
        assert tuple(table.columns) == SOCIAL
        for words in ("Нижний квартиль", "Показатели с равными весами", "Связь рангов", "ШНСУ:"):
            assert words in result.stdout

    def test_spreadsheet_is_for_people(self, demo_project, tmp_path):
        out = tmp_path / "index.xlsx"
        setting = 'risk.parts=["deficits", "low_index"]'
        result = shnor("social-index", "--out", out, "--set", setting, "--project", demo_project)
        assert result.returncode == 0, result.stderr
        assert "зона риска:" in result.stdout
        said = " ".join(
            map(
                str,
                pd.read_excel(out, sheet_name="Все школы", engine="calamine", header=None).to_numpy().ravel(),
            )
        )
        assert "ресурсные дефициты" in said
        assert "not_calculated" not in said

    def test_neighbours(self, demo_project):
        code = pd.read_csv(io.StringIO(codes(demo_project)), dtype="str")["school_id"].iloc[0]
        result = shnor("neighbours", code, "--project", demo_project)
        assert result.returncode == 0, result.stderr
        assert "Сходные школы, 2026 год; учтены: " in result.stdout
        assert "  1. " in result.stdout
        refused(shnor("neighbours", "999999", "--project", demo_project), 2, "999999")


def codes(demo_project):
    """Judged schools of the synthetic municipality as CSV."""
    return shnor_lib.open(demo_project).identify().contract.to_csv(index=False)


class TestIdentify:
    def test_csv_has_the_contract_columns_in_order(self, demo_project, tmp_path):
        out = tmp_path / "list.csv"
        result = shnor("identify", "--year", 2026, "--out", out, "--project", demo_project)
        assert result.returncode == 0, result.stderr
        table = pd.read_csv(out, dtype={"school_id": "str"})
        assert tuple(table.columns) == CONTRACT
        assert table["school_id"].str.fullmatch(r"\d{6}").all()
        assert "ШНОР:" in result.stdout

    @pytest.mark.parametrize("ending", ["xlsx", "json", "parquet"])
    def test_other_formats_hold_the_same_schools(self, demo_project, tmp_path, ending):
        out = tmp_path / f"list.{ending}"
        assert shnor("identify", "--out", out, "--project", demo_project).returncode == 0
        if ending == "xlsx":
            sheet = pd.read_excel(out, "Все школы", engine="calamine", header=None, dtype="str")
            codes = set(sheet[2].dropna()[sheet[2].dropna().str.fullmatch(r"\d{6}")])
        elif ending == "json":
            codes = {row["school_id"] for row in json.loads(out.read_text(encoding="utf-8"))}
        else:
            codes = set(pd.read_parquet(out)["school_id"])
        assert len(codes) > 5

    def test_a_lower_threshold_lists_no_fewer(self, demo_project, tmp_path):
        lists = []
        for threshold in (30, 20):
            out = tmp_path / f"{threshold}.csv"
            shnor("identify", "--out", out, "--set", f"threshold={threshold}", "--project", demo_project)
            table = pd.read_csv(out, dtype={"school_id": "str"})
            lists.append(set(table.loc[table["status"] == "shnor", "school_id"]))
        assert lists[0] < lists[1]

    def test_an_interrupted_write_leaves_no_part_of_a_file(self, demo_project, tmp_path):
        result = shnor("identify", "--out", tmp_path / "no" / "such.doc", "--project", demo_project)
        refused(result, 2, ".doc", ".xlsx")
        assert not list(tmp_path.rglob("*"))


def test_explain_names_rules_and_sources(demo_project, tmp_path):
    out = tmp_path / "list.csv"
    shnor("identify", "--out", out, "--project", demo_project)
    table = pd.read_csv(out, dtype={"school_id": "str"})
    listed = table.loc[table["status"] == "shnor", "school_id"].iloc[0]
    said = shnor("explain", listed, "--project", demo_project).stdout
    assert "R10" in said or "R11" in said
    assert "строка" in said
    assert "№ 847" in said


@pytest.mark.parametrize("command", ["dynamics", "deficits", "indicators", "credibility"])
def test_other_tables(demo_project, tmp_path, command):
    out = tmp_path / "out.csv"
    result = shnor(command, "--out", out, "--project", demo_project)
    assert result.returncode == 0, result.stderr
    assert len(pd.read_csv(out)) > 0


class TestBadInput:
    def test_empty_raw_folder(self, tmp_path):
        refused(shnor("ingest", "--project", project(tmp_path)), 1, "data/raw", "shnor ingest")

    def test_nothing_ingested(self, tmp_path):
        result = shnor("identify", "--out", "x.csv", "--project", project(tmp_path))
        refused(result, 1, "shnor ingest")

    def test_only_a_truncated_workbook(self, tmp_path, demo_project):
        whole = next((demo_project / "data" / "raw").rglob("*.xlsx")).read_bytes()
        folder = project(tmp_path, cut__xlsx=whole[: len(whole) // 2])
        refused(shnor("ingest", "--project", folder), 1)
        report = (folder / "reports" / "screening" / "screening_report.html").read_text(encoding="utf-8")
        assert "cut.xlsx" in report

    def test_an_unknown_layout_does_not_stop_the_others(self, tmp_path):
        folder = project(
            tmp_path,
            strange__csv="a,b\n1,2\n",
            results__csv="school_id,year,series,participants,failed\n990001,2025,oge-ma,10,3\n",
            schools__csv="school_id,year,name,municipality\n990001,2025,Школа,Район\n",
        )
        result = shnor("ingest", "--project", folder)
        assert result.returncode == 0, result.stderr
        report = (folder / "reports" / "screening" / "screening_report.html").read_text(encoding="utf-8")
        assert "strange.csv" in report
        assert shnor("identify", "--out", tmp_path / "x.csv", "--project", folder).returncode == 0

    def test_a_missing_column_is_named(self, tmp_path):
        folder = project(tmp_path, results__csv="school_id,year,series,failed\n990001,2025,oge-ma,3\n")
        refused(shnor("ingest", "--project", folder), 1)
        report = (folder / "reports" / "screening" / "screening_report.html").read_text(encoding="utf-8")
        assert "participants" in report

    def test_unknown_municipality_suggests_similar_ones(self, demo_project):
        name = pd.read_parquet(next((demo_project / "data" / "processed").rglob("schools.parquet")))[
            "municipality"
        ].iloc[0]
        result = shnor("identify", "--out", "x.csv", "--municipality", f"{name}й", "--project", demo_project)
        refused(result, 2, "Муниципалитета", str(name))

    def test_year_without_data_lists_the_years(self, demo_project):
        result = shnor("identify", "--year", 1999, "--out", "x.csv", "--project", demo_project)
        refused(result, 2, "1999", "2026")

    def test_three_mistakes_of_a_methodology_are_reported_at_once(self, demo_project, tmp_path):
        profile = tmp_path / "own.yml"
        profile.write_text(
            "inherits: rosobrnadzor-847\n"
            "identification: {threshold_percent: 130, limb_b: same}\n"
            "cluster: {scheme: hits}\n",
            encoding="utf-8",
        )
        result = shnor("identify", "--methodology", profile, "--out", "x.csv", "--project", demo_project)
        refused(result, 2, "identification.threshold_percent", "identification.limb_b", "cluster")

    def test_codes_without_a_school_stop_the_run_until_acknowledged(self, tmp_path):
        folder = project(
            tmp_path,
            results__csv="school_id,year,series,participants,failed\n"
            "990001,2025,oge-ma,10,3\n990002,2025,oge-ma,10,3\n",
            schools__csv="school_id,year,name,municipality\n990001,2025,Школа,Район\n",
        )
        assert shnor("ingest", "--project", folder).returncode == 0
        refused(shnor("identify", "--out", "x.csv", "--project", folder), 1, "990002", "acknowledged_codes")
        (folder / "shnor.yml").write_text("acknowledged_codes: ['990002']\n", encoding="utf-8")
        assert shnor("identify", "--out", tmp_path / "x.csv", "--project", folder).returncode == 0

    @pytest.mark.parametrize(
        "arguments",
        [["identify"], ["identifi"], ["identify", "--yaer", "1"], ["explain", "1", "--year", "x"]],
    )
    def test_wrong_calls(self, arguments):
        refused(shnor(*arguments), 2, "Неверный вызов", "--help")


def test_init_makes_a_project_that_other_commands_find(tmp_path):
    made = shnor("init", tmp_path / "new", "--region", "Край")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "new" / "notebooks" / "01_identification.ipynb").exists()
    refused(shnor("init", tmp_path / "new"), 1, "не пуста")
    refused(shnor("identify", "--out", "x.csv", cwd=tmp_path / "new" / "data"), 1, "shnor ingest")


class TestDocuments:
    @pytest.mark.parametrize("ending", ["docx", "pdf", "html"])
    def test_the_list_for_an_order(self, demo_project, tmp_path, ending):
        out = tmp_path / f"список.{ending}"
        result = shnor("identify", "--out", out, "--project", demo_project)
        assert result.returncode == 0, result.stderr
        assert out.stat().st_size > 5000

    def test_one_card_and_all_cards_of_the_list(self, demo_project, tmp_path):
        result = shnor("card", "--out", tmp_path / "все", "--format", "html", "--project", demo_project)
        assert result.returncode == 0, result.stderr
        made = sorted((tmp_path / "все").iterdir())
        assert f"карточек {len(made)}" in result.stdout
        one = shnor("card", made[0].stem, "--out", tmp_path / "к.html", "--project", demo_project)
        assert one.returncode == 0, one.stderr
        assert (tmp_path / "к.html").read_bytes() == made[0].read_bytes()

    def test_misuse_is_said_in_russian(self, demo_project, tmp_path):
        refused(shnor("card", "000001", "--project", demo_project), 2, "000001")
        refused(shnor("card", "--format", "odt", "--project", demo_project), 2, "odt")
        archive = tmp_path / "карточки.zip"
        refused(shnor("card", "--out", archive, "--project", demo_project), 2, "карточки.zip", "папку")
        assert not archive.exists()

    def test_forms_are_named_in_russian_beside_their_ids(self):
        said = " ".join(shnor("templates", "--help").stdout.replace("│", " ").split()).casefold()
        for form in FORMS.values():
            assert f"{form.id} — {form.title.casefold()}" in said

    def test_templates_are_laid_out_once(self, tmp_path):
        home = project(tmp_path)
        assert "order.docx" in shnor("letterhead", "--project", home).stdout
        assert "не тронут" in shnor("letterhead", "--project", home).stdout


def test_the_log_of_an_unexpected_failure_repeats_no_words_of_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def fail(cell):
        try:
            int(cell)
        except ValueError as error:
            raise RuntimeError(f"не разобрать: {cell}") from error

    name = "".join(("Секре", "тов"))
    monkeypatch.setattr(intake_commands, "find_project", lambda _: fail(name))
    assert cli.run(["ingest"]) == 1
    logged = (tmp_path / "shnor-error.log").read_text(encoding="utf-8")
    assert all(word in logged for word in ("RuntimeError", "ValueError", "in fail"))
    assert name not in logged + capsys.readouterr().err
