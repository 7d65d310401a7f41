"""The batch on the forking engine: its processes may be killed, its pages are those of the stock engine."""

import os
import re
import signal
import sys
import threading
import time
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from shnor_lib.batch import Request, run_batch
from shnor_lib.engine import safe
from shnor_lib.errors import RunError
from shnor_lib.pages import rehearsal
from shnor_lib.pages.kinds import KINDS
from shnor_lib.settings import Project, shipped_notebooks
from tests.batch.conftest import build_project
from tests.processes import children

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks")
FOUR = Request(["01"], ["reg22_m001", "reg22_m002", "reg22_m003", "reg22_m004"])


def kill_once(depth: int, dead: list[int]) -> None:
    """Kill a process as soon as a notebook runs: 1 the warm parent, 2 a worker, 3 the notebook."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        lines = [[pid] for pid in children(os.getpid())]
        for _ in range(2):
            lines = [[*line, pid] for line in lines for pid in children(line[-1])]
        if lines:
            os.kill(lines[0][depth - 1], signal.SIGKILL)
            dead.append(lines[0][depth - 1])
            return
        time.sleep(0.005)


@pytest.mark.parametrize("depth", [1, 2, 3], ids=["warm parent", "worker", "notebook"])
def test_a_killed_process_costs_no_report(depth: int, fresh: Project) -> None:
    dead: list[int] = []
    killer = threading.Thread(target=kill_once, args=(depth, dead))
    killer.start()
    result = run_batch(fresh, FOUR, jobs=1)
    killer.join()
    assert dead
    assert [entry.status for entry in result.units] == ["done"] * 4
    assert len(list((fresh.reports / "2025").rglob("01_good.html"))) == 4


def test_pages_are_those_of_papermills_own_engine_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    said = StringIO()
    for reason in (None, "он работает только в Linux"):
        monkeypatch.setattr(safe, "obstacle", lambda reason=reason: reason)
        project = build_project(tmp_path_factory.mktemp("engine"))
        result = run_batch(project, FOUR, jobs=2, console=Console(file=said, width=200))
        assert result.exit_code == 0
        root = project.reports / "2025"
        pages.append({path.relative_to(root): path.read_bytes() for path in root.glob("*/*.html")})
        assert (result.memory > 0) == (reason is None), "peak memory is known of forks"
    assert len(pages[0]) == 4
    assert pages[0] == pages[1]
    notices = [line for line in said.getvalue().splitlines() if "движок" in line]
    words = "он работает только в Linux. Отчёты строит обычный движок papermill, медленнее."
    assert notices == [f"Быстрый движок не применён: {words}"]


def test_a_report_that_takes_too_much_memory_fails_alone(fresh: Project) -> None:
    source = (fresh.notebooks / "01_good.ipynb").read_text(encoding="utf-8")
    hog = "hog = bytearray(1 << 29) if municipality == 'reg22_m002' else 0\\n"
    spoilt = source.replace("secret_of_the_code = 42\\n", hog)
    assert spoilt != source
    (fresh.notebooks / "01_good.ipynb").write_text(spoilt, encoding="utf-8")
    result = run_batch(fresh, Request(["01"], ["reg22_m001", "reg22_m002"]), jobs=1, memory=256)
    (failed,) = result.failed
    assert (failed.municipality_id, failed.error_code) == ("reg22_m002", "memory")
    assert failed.message == "Отчёт не построен: расчёту не хватило отведённой памяти."


def test_an_unknown_engine_is_refused(fresh: Project) -> None:
    with pytest.raises(RunError, match=r"«быстрый» не известен\. Есть: shnor, reference"):
        run_batch(fresh, FOUR, engine="быстрый")


def test_the_rehearsal_knows_every_section_of_the_notebooks() -> None:
    assert tuple(rehearsal.SECTIONS) == KINDS
    texts = [path.read_text(encoding="utf-8") for path in shipped_notebooks().rglob("*.ipynb")]
    for kind, sections in rehearsal.SECTIONS.items():
        (own,) = (text for text in texts if f'page(\\"{kind}\\"' in text or f'    \\"{kind}\\"' in text)
        assert re.findall(r"page\.([a-z_]+)\(\)", own) == list(sections)


def test_what_was_rehearsed_is_taken_over_only_for_the_same_data(demo_project: Path, tmp_path: Path) -> None:
    from shnor_lib import ground
    from shnor_lib.region import open_region

    try:
        rehearsal.rehearse(str(demo_project), open_region(demo_project).latest_year, ["deficits"], {})
        rehearsed = open_region(demo_project).ground
        assert rehearsed is open_region(demo_project).ground
        assert any(key[0] == "decision" for key in rehearsed._kept)
        other = build_project(tmp_path)
        assert open_region(other.root).ground is not rehearsed
    finally:
        ground._shared.clear()
