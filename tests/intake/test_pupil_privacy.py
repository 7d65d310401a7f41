"""After an ingest of pupils no byte of a name, document or code stands anywhere."""

import json
import logging
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.data.intake import FOLDER, registry
from shnor_lib.data.intake.files import CsvSheet
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.packed import unpack
from shnor_lib.data.intake.pupils import count, judge, source
from tests.intake import pupils
from tests.intake.conftest import Box


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Texts of all files, packed ones unpacked."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
            yield str(path), frame.to_csv() + " ".join(map(str, frame.columns))
        elif zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path}/{name}", archive.read(name).decode("utf-8", errors="replace")
        elif path.parent.name == FOLDER:
            values, frames = unpack(path.read_bytes())
            yield (
                str(path),
                " ".join([json.dumps(values, ensure_ascii=False), *(one.to_csv() for one in frames)]),
            )
        yield str(path), path.read_bytes().decode("utf-8", errors="replace")


def fill(box: Box) -> None:
    """Files of every layout, with every kind of fault in rows of planted persons."""
    bad = [(99, 5), ("4о", ""), (9, 7), ("", ""), ("ГВЭ", ""), (5, 5)]
    people = range(len(pupils.SURNAMES))
    f1 = [pupils.f1("edu220001", who, *pair) for who in people for pair in bad]
    box.xlsx("f1.xlsx", [*pupils.f1_titles(), *f1, pupils.f1("нет логина", 0, 9, 3)])
    raw = [pupils.vpr_2021("sch220001", who, total) for who in people for total in (5, 6, 99, "\u00a07")]
    box.csv("ВПР_2021_МА5.csv", [pupils.VPR_2021, *raw], "cp1251", ";")
    box.csv("raw.csv", [pupils.VPR_2020, *[pupils.vpr_2020("sch220001", who, 9) for who in people]])
    box.xlsx(
        "w.xlsx", [pupils.VPR_2022, *[pupils.vpr_2022("edu220007", who, 9) for who in people]], "Протокол"
    )
    protocol = [pupils.protocol("220001", who, *pair) for who in people for pair in bad]
    titles = [["01 - Русский язык 2026.06.09"], pupils.PROTOCOL]
    box.xlsx("p.xlsx", [*titles, *protocol, pupils.protocol("", 0, 9, 3)])
    csv = [pupils.rcoi("220001", who, *pair) for who in people for pair in bad]
    path = box.csv("02_2026.06.05.csv", [pupils.RCOI, *csv], "utf-8", ";")
    broken = ';"Секретов;Аполлинарий\n' + "Секретов;" * 30 + "\n"
    path.write_text(path.read_text(encoding="utf-8") + broken, encoding="utf-8")
    box.csv("unknown.csv", [["Кто", "Фамилия"], ["1", "Секретов"]])
    box.csv("files.csv", [["file", "year", "exam", "subject", "grade"], ["w.xlsx", 2022, "ВПР", "МА", 5]])


def test_nothing_planted_is_written_logged_or_left_behind(
    box: Box,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.chdir(scratch)
    caplog.set_level(logging.DEBUG)
    fill(box)
    ingested = box.ingest()
    assert {"220001", "220007"} <= set(ingested.snapshot.table("results")["school_id"])
    checks = set(ingested.findings["check"])
    assert {"score_over_max", "bad_score", "bad_mark", "mark_against_scale", "no_login"} <= checks
    texts = [*everything(box.project.processed), *everything(box.project.reports), *everything(scratch)]
    texts += [("console", capsys.readouterr().out), ("log", caplog.text), ("result", repr(ingested))]
    texts.append(("findings", ingested.findings.to_csv()))
    assert any("findings" in place for place, _ in texts)
    assert {".file", ".pupils"} <= {Path(place).suffix for place, _ in texts}
    leaks = [(word, place) for place, text in texts for word in pupils.PLANTED if word in text]
    assert leaks == []
    assert list(scratch.rglob("*")) == []


def test_what_is_held_while_reading_names_nobody(box: Box) -> None:
    path = box.csv("02_2026.06.05.csv", [pupils.RCOI, pupils.rcoi("220001", 0, 9, 3)], "utf-8", ";")
    sheet = CsvSheet("02_2026.06.05.csv", "", path=path)
    _, taken = registry.read_sheet(sheet, Log(sheet.file))
    (sitting,) = taken.sittings
    assert "Секретов" not in str(sitting.rows.to_pylist())
    assert "Секретов" not in repr(taken)


def test_digest_of_a_person_differs_between_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def digest() -> int:
        rows = source.from_columns([2], {"school": ["220001"], "surname": ["Секретов"], "mark": ["3"]})
        connection = judge.connect()
        judge.judge(connection, rows, judge.Work(None, None))
        person: int = count.judged_rows(connection)["person"][0].as_py()
        return person

    before = digest()
    assert digest() == before
    monkeypatch.setattr(judge, "_SALT", "another")
    assert digest() != before


def test_database_may_not_write_to_disk() -> None:
    with judge.connect() as connection:
        (folder,) = connection.execute("select current_setting('temp_directory')").fetchall()[0]
    assert folder == ""
