"""Real batches on a small project: one for most assertions, short ones for failures and interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from shnor_lib.batch import BatchResult, Request, logs, run_batch, workers
from shnor_lib.errors import InputError, ParameterError, RunError, SelectionError
from shnor_lib.settings import Project


@dataclass(frozen=True)
class Ran:
    project: Project
    result: BatchResult
    said: str

    @property
    def root(self) -> Path:
        return self.project.reports / "2025"

    def statuses(self) -> dict[tuple[str, str], str]:
        return {(entry.notebook, entry.municipality_id): entry.error_code for entry in self.result.units}


@pytest.fixture(scope="module")
def ran(project: Project) -> Ran:
    console = Console(file=StringIO(), width=200)
    result = run_batch(project, jobs=2, console=console)
    return Ran(project, result, console.file.getvalue())  # type: ignore[attr-defined]


def test_one_failure_does_not_stop_the_others(ran: Ran) -> None:
    failed = {key: code for key, code in ran.statuses().items() if code}
    assert len(ran.result.units) == 10
    assert failed == {
        ("02_picky", "reg22_m002"): "selection",
        ("02_picky", "reg22_m003"): "notebook",
        ("02_picky", "reg22_m004"): "dead",
    }
    assert ran.result.exit_code == 1


def test_messages_are_safe_to_show_and_tracebacks_are_kept_for_the_operator(ran: Ran) -> None:
    messages = {entry.municipality_id: entry.message for entry in ran.result.failed}
    assert messages["reg22_m002"] == "Школ с результатами в муниципалитете нет. Загрузите результаты."
    assert "в блокноте произошла ошибка" in messages["reg22_m003"]
    assert "завершился аварийно" in messages["reg22_m004"]
    published = [path for path in ran.root.rglob("*") if path.suffix in (".html", ".json", ".ipynb")]
    for path in published:
        text = path.read_text(encoding="utf-8")
        assert "Traceback" not in text, path
        assert "/secret/path" not in text or path.suffix == ".ipynb", path
    assert list(ran.root.rglob("*.txt")) == []
    log = (logs.folder(ran.root) / "reg22_m003" / "02_picky.txt").read_text(encoding="utf-8")
    assert "ValueError: /secret/path is broken" in log


def test_pages_know_their_municipality_and_the_display_mode(ran: Ran) -> None:
    page = (ran.root / "reg22_m001" / "01_good.html").read_text(encoding="utf-8")
    assert "Школа № 0 reg22_m001 2025 мир" in page
    assert "<pre>batch</pre>" in page
    assert "Алейский район, 2025 год" in page
    assert "тайное предупреждение" not in page
    assert "secret_of_the_code" not in page
    assert "Школа № 0  2025 мир" in (ran.root / "region" / "01_good.html").read_text(encoding="utf-8")


def test_published_notebooks_name_no_folder_of_this_machine(ran: Ran) -> None:
    path = ran.root / "reg22_m001" / "01_good.ipynb"
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert str(ran.project.root) not in path.read_text(encoding="utf-8")
    assert notebook.metadata.papermill.output_path == "01_good.ipynb"
    assert notebook.metadata.papermill.parameters == {"municipality": "reg22_m001", "year": 2025}


def test_the_manifest_says_from_what_and_the_index_lists_all(ran: Ran) -> None:
    manifest = json.loads(ran.result.manifest.read_text(encoding="utf-8"))
    snapshot = next(ran.project.processed.glob("*/snapshot.json")).parent.name
    assert manifest["snapshot"] == snapshot
    assert {unit["snapshot"] for unit in manifest["units"]} == {snapshot}
    assert {unit["methodology"] for unit in manifest["units"]} == {"rosobrnadzor-847"}
    assert manifest["municipalities"]["reg22_m001"] == {
        "municipality": "Алейский район",
        "schools": 2,
        "listed": 1,
    }
    page = ran.result.index.read_text(encoding="utf-8")
    for name in ("Алейский район", "Ёлкинский округ", "город Яровое", "Бийский район", "Пробный край"):
        assert name in page


def test_without_a_terminal_progress_is_plain_lines(ran: Ran) -> None:
    lines = ran.said.splitlines()
    assert lines[0] == "Отчёты за 2025 год: 10, процессов: 2"
    assert len(lines) == 11
    assert any("Алейский район · 01_good: готово" in line for line in lines)
    assert "\x1b" not in ran.said


def test_nothing_half_written_is_left(ran: Ran) -> None:
    assert [path.name for path in ran.project.reports.glob(".new-*")] == []
    assert list(ran.root.rglob(".*.json-*")) == []


def test_a_second_run_of_one_unit_keeps_the_rest_and_times_out_safely(ran: Ran) -> None:
    before = (ran.root / "reg22_m001" / "02_picky.html").read_text(encoding="utf-8")
    started = time.monotonic()
    asked = Request(["02"], ["алейский  РАЙОН"], parameters={"name": "спать"}, formats=["html"])
    result = run_batch(ran.project, asked, timeout=5)
    assert time.monotonic() - started < 60, "a unit that took too long is tried once more"
    (entry,) = result.units
    assert (entry.status, entry.error_code) == ("failed", "timeout")
    assert "не уложился" in entry.message
    assert entry.published is not None
    assert (ran.root / "reg22_m001" / "02_picky.html").read_text(encoding="utf-8") == before
    units = json.loads(result.manifest.read_text(encoding="utf-8"))["units"]
    assert len(units) == 10
    page = result.index.read_text(encoding="utf-8")
    assert "Показана страница прошлого запуска." in page


@pytest.mark.parametrize(
    ("request_", "error", "text"),
    [
        ({"municipalities": ["Алейский раен"]}, SelectionError, "Алейский район"),
        ({"municipalities": ["нет", "reg22_m001", "ещё нет"]}, SelectionError, "ещё нет"),
        ({"year": 2019}, SelectionError, "2024, 2025"),
        ({"notebooks": ["07"]}, SelectionError, "01_good"),
        ({"parameters": {"nonsense": "1"}}, ParameterError, "nonsense"),
        ({"formats": ["pdf"]}, RunError, "ipynb, html"),
        ({"formats": []}, RunError, "не названы"),
    ],
)
def test_bad_requests_are_refused_before_anything_runs(
    ran: Ran, monkeypatch: pytest.MonkeyPatch, request_: dict[str, object], error: type[Exception], text: str
) -> None:
    monkeypatch.setattr(workers, "run", lambda *_: pytest.fail("something ran"))
    with pytest.raises(error, match=text):
        run_batch(ran.project, Request(**request_))  # type: ignore[arg-type]


def test_a_project_without_data_is_refused(tmp_path: Path, project: Project) -> None:
    (tmp_path / "notebooks").symlink_to(project.notebooks)
    with pytest.raises(InputError, match="shnor ingest"):
        run_batch(Project(tmp_path))


INTERRUPTED = """
import signal
import sys
from pathlib import Path
from rich.console import Console
from shnor_lib.batch import Request, run_batch
from shnor_lib.errors import RunError
from shnor_lib.settings import Project
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell hands down an ignored one
try:
    run_batch(Project(Path(sys.argv[1])), Request(["1"], parameters={"name": "снова"}), 1, Console())
except RunError as error:
    print("RunError", error)
"""


def _kernels_of(marker: str) -> list[str]:
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environ.read_bytes() and int(environ.parent.name) != os.getpid():
                found.append(environ.parent.name)
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_ctrl_c_publishes_what_is_done_and_leaves_no_process(ran: Ran) -> None:
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", INTERRUPTED, str(ran.project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("[1/5]"):
            break
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the whole group
    rest, _ = process.communicate(timeout=30)
    assert "RunError Запуск прерван. Готово отчётов: 1 из 5" in rest.replace("\n", " ")
    assert "Traceback" not in rest
    manifest = json.loads((ran.root / "manifest.json").read_text(encoding="utf-8"))
    again = [unit for unit in manifest["units"] if unit["parameters"].get("name") == "снова"]
    assert [unit["status"] for unit in again] == ["done"]
    assert [path.name for path in ran.project.reports.glob(".new-*")] == []
    deadline = time.monotonic() + 10
    marker = f"SHNOR_PROJECT={ran.project.root}"
    while _kernels_of(marker) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _kernels_of(marker) == []
