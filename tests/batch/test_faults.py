"""What may befall a batch from outside: full disks, clocks, names, notebooks that misbehave, signals.

After each: the tree is whole, its manifest is true, the next run completes it, and its pages are those of an
undisturbed run byte for byte.
"""

import html
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from shnor_lib.batch import Request, keys, parcel, prepare, resume, run_batch
from shnor_lib.errors import RunError
from shnor_lib.settings import Project
from tests.batch import conftest
from tests.batch.disks import fill, grow, read_only, small_disk
from tests.batch.tree import changed, pages, processes, true

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, /proc, mounts")
BEFORE = Request(["01"], parameters={"name": "прежний"})
ALL = Request(["01"])
BATCH = (sys.executable, "-u", "-m", "shnor_lib.cli", "batch", "--notebook", "01", "--jobs", "1")


@pytest.fixture(scope="module")
def undisturbed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Pages of a run that nothing disturbed."""
    root = tmp_path_factory.mktemp("undisturbed") / "project"
    shutil.copytree(built, root)
    run_batch(Project(root), ALL)
    return pages(Project(root))


@pytest.fixture(scope="module")
def ran(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of an earlier run, with another parameter."""
    root = tmp_path_factory.mktemp("ran") / "project"
    shutil.copytree(built, root)
    run_batch(Project(root), BEFORE)
    return Project(root).reports


@pytest.fixture
def published(fresh: Project, ran: Path) -> Project:
    """A project with the reports of an earlier run."""
    shutil.copytree(ran, fresh.reports)
    return fresh


@contextmanager
def reports_on_a_disk(project: Project, ran: Path, size: str) -> Iterator[tuple[Path, Mapping[str, bytes]]]:
    """The reports of an earlier run on a small disk, and their pages."""
    with small_disk(project.reports, size) as disk:
        shutil.copytree(ran, disk, dirs_exist_ok=True)
        yield disk, pages(project)


@contextmanager
def heeded(number: int) -> Iterator[None]:
    """What is started within heeds a signal, also where a shell that runs us in the background ignores it."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


def completed(project: Project, wanted: Mapping[str, bytes]) -> None:
    """The batch goes on to its end, and nothing tells it from one that was not disturbed."""
    assert run_batch(project, ALL).exit_code == 0
    assert set(true(project).values()) == {"done"}
    assert len(true(project)) == 5
    assert pages(project) == wanted


def test_a_disk_that_fills_up_while_reports_are_made(
    fresh: Project, ran: Path, undisturbed: Mapping[str, bytes]
) -> None:
    with reports_on_a_disk(fresh, ran, "16m") as (disk, before):
        big = Request(["01"], formats=["ipynb", "html", "single"])  # 5 MB a page
        with pytest.raises(RunError, match=r"на диске нет места\. Прежние страницы целы.*--resume"):
            run_batch(fresh, big, jobs=1)
        assert pages(fresh) == before
        assert set(true(fresh).values()) == {"done"}
        kept = len(list((fresh.reports / ".batch-2025" / "done").iterdir()))
        assert kept >= 1
        grow(disk, "80m")
        console = Console(file=StringIO(), width=200)
        assert run_batch(fresh, resume(fresh.reports, None), jobs=1, console=console).exit_code == 0
        plain = {name: page for name, page in pages(fresh).items() if ".single." not in name}
        assert plain == undisturbed
        assert set(true(fresh).values()) == {"done"}


def test_a_disk_that_is_full_when_the_tree_is_to_be_put_in_place(
    fresh: Project, undisturbed: Mapping[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(fresh.reports, "4m") as disk:  # pages of five places fit, the shared script does not
        with pytest.raises(RunError, match=r"на диске нет места.*--resume"):
            run_batch(fresh, ALL, jobs=1)
        assert not (fresh.reports / "2025").exists()
        assert list(fresh.reports.glob(".new-*")) == []
        grow(disk, "40m")
        with monkeypatch.context() as patch:
            patch.setattr("shnor_lib.batch.workers.run", lambda *_: pytest.fail("all was done already"))
            result = run_batch(fresh, resume(fresh.reports, 2025), jobs=1)
        assert len(result.units) == 5
        completed(fresh, undisturbed)


def test_a_disk_that_is_full_from_the_start_is_no_run_to_be_continued(
    fresh: Project, undisturbed: Mapping[str, bytes]
) -> None:
    with small_disk(fresh.reports, "40m") as disk:
        hog = fill(disk)
        with pytest.raises(RunError, match=r"на диске нет места\..*Освободите место и повторите запуск"):
            run_batch(fresh, ALL, jobs=1)
        with pytest.raises(RunError, match="Прерванного запуска нет"):
            resume(fresh.reports, None)
        hog.unlink()
        completed(fresh, undisturbed)


def test_a_disk_that_may_not_be_written_to(
    fresh: Project, ran: Path, undisturbed: Mapping[str, bytes]
) -> None:
    with reports_on_a_disk(fresh, ran, "20m") as (disk, before):
        read_only(disk, True)
        with pytest.raises(RunError, match=r"только для чтения\..*Разрешите запись на диск и повторите"):
            run_batch(fresh, ALL)
        assert pages(fresh) == before
        assert set(true(fresh).values()) == {"done"}
        read_only(disk, False)
        completed(fresh, undisturbed)


def test_a_full_folder_for_temporary_files_is_named(
    fresh: Project, undisturbed: Mapping[str, bytes], tmp_path: Path
) -> None:
    with small_disk(tmp_path / "small", "64k") as small:
        os.truncate(fill(small), 4096)  # a name fits, no more files do
        for number in range(1000):
            try:
                (small / f"{number}").mkdir()
            except OSError:
                break
        fill(small)
        done = subprocess.run(
            [*BATCH, "--project", str(fresh.root)],
            env={**os.environ, "TMPDIR": str(small)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert "Traceback" not in done.stderr
    if done.returncode:  # else the system has another folder, which Python takes by itself
        assert "TMPDIR" in done.stderr or "нет места" in done.stderr
    completed(fresh, undisturbed)


MISCHIEF = {
    "reg22_m001": "while True: pass",
    "reg22_m002": "hog = []\nwhile True: hog.append(bytearray(1 << 24))",
    "reg22_m003": "import os; os._exit(0)",
    "reg22_m004": "import os; assert not os.path.exists('/proc/' + open('demon').read())\n"
    "for _ in range(1000): print('x' * 1_000_000)",
    "": "import os, time\nif os.fork() == 0:\n  os.setsid()\n  if os.fork() == 0:\n"
    "    open('demon', 'w').write(str(os.getpid())); time.sleep(600)\n  os._exit(0)\n"
    "os.wait()\nwhile not os.path.exists('demon') or not open('demon').read(): time.sleep(0.01)",
}


def test_notebooks_that_loop_allocate_die_talk_and_leave_demons_cost_only_their_own_pages(
    published: Project, undisturbed: Mapping[str, bytes]
) -> None:
    before = pages(published)
    source = (published.notebooks / "01_good.ipynb").read_text(encoding="utf-8")
    changed(published, f"exec({MISCHIEF!r}[municipality])")
    result = run_batch(published, ALL, jobs=1, timeout=8, memory=300)
    codes = {entry.municipality_id: entry.error_code for entry in result.units}
    assert codes == {
        "region": "",
        "reg22_m001": "timeout",
        "reg22_m002": "memory",
        "reg22_m003": "dead",
        "reg22_m004": "",  # the demon of the first notebook had ended before the last one began
    }
    assert set(true(published)) == {("01_good", place) for place in codes}
    for place in ("reg22_m001", "reg22_m002", "reg22_m003"):
        assert pages(published)[f"{place}/01_good.html"] == before[f"{place}/01_good.html"]
    assert (published.reports / "2025" / "reg22_m004" / "01_good.html").stat().st_size < 25_000_000
    assert all("Отчёт не построен: " in entry.message for entry in result.failed)
    assert processes(published) == []
    (published.notebooks / "01_good.ipynb").write_text(source, encoding="utf-8")
    keys._content.cache_clear()  # a command reads a notebook once
    assert len(run_batch(published, Request(["01"], only_failed=True)).units) == 3
    completed(published, undisturbed)


def test_a_page_that_somebody_changed_is_made_again(published: Project) -> None:
    before = pages(published)
    page = published.reports / "2025" / "reg22_m002" / "01_good.html"
    page.write_text("правка", encoding="utf-8")
    assert [unit.folder for unit in prepare(published, BEFORE)[1].run] == ["reg22_m002"]
    assert run_batch(published, BEFORE).exit_code == 0
    assert set(true(published).values()) == {"done"}
    assert pages(published) == before


NAMES = (
    "Район «А/Б\\В» \"в кавычках\" 'и в других'",
    "Школьный 🏫 <script>alert(1)</script> & Ко",
    "Оченьдлинный" * 25,
    "[/red] {task.nothing} %s $HOME ../../etc ; rm -rf",
)


def test_names_of_any_kind_harm_neither_files_nor_pages_nor_the_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = dict(zip(conftest.PLACES, NAMES, strict=True))
    monkeypatch.setattr(conftest, "PLACES", places)
    project = conftest.build_project(tmp_path)
    console = Console(file=StringIO(), width=100, force_terminal=True)
    asked = Request(["01"], formats=["ipynb", "html", "single"], zips=True)
    result = run_batch(project, asked, console=console)
    assert result.exit_code == 0
    assert set(true(project).values()) == {"done"}
    root = project.reports / "2025"
    assert sorted(path.name for path in (root / "zip").iterdir()) == [f"{place}.zip" for place in places]
    index = result.index.read_text(encoding="utf-8")
    for place, name in places.items():
        page = (root / place / "01_good.html").read_text(encoding="utf-8")
        with zipfile.ZipFile(root / "zip" / f"{place}.zip") as archive:
            assert set(archive.namelist()) == {"index.html", f"{place}/01_good.html", "assets/plotly.min.js"}
            inside = archive.read("index.html").decode()
        for text in (page, index, inside):
            assert name in html.unescape(text)
            assert "<script>alert" not in text
        assert [unit.folder for unit in prepare(project, Request(["01"], [name], anew=True))[1].run] == [
            place
        ]


def test_two_years_at_once_are_no_trouble(fresh: Project, undisturbed: Mapping[str, bytes]) -> None:
    command = [*BATCH, "--project", str(fresh.root), "--year"]
    both = [
        subprocess.Popen([*command, year], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for year in ("2024", "2025")
    ]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    for year, other in ((2024, 2025), (2025, 2024)):
        assert len(true(fresh, year)) == 5
        index = (fresh.reports / str(year) / "index.html").read_text(encoding="utf-8")
        assert f'href="../{other}/index.html"' in index
    assert pages(fresh) == undisturbed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_who_is_told_to_stop_twice_stops_and_loses_nothing(
    published: Project, undisturbed: Mapping[str, bytes], number: int
) -> None:
    changed(published, "import time; time.sleep(1)")  # a busy machine tells of a report late
    with (
        heeded(number),
        subprocess.Popen(
            [*BATCH, "--project", str(published.root)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stderr is not None
        assert any(line.startswith("[2/5]") for line in process.stderr)
        process.send_signal(number)
        time.sleep(0.02)
        process.send_signal(number)
        rest = process.communicate(timeout=30)[1]
    assert process.returncode in (1, -number)
    assert "Traceback" not in rest
    assert len(true(published)) == 5
    deadline = time.monotonic() + 10
    while processes(published) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes(published) == []
    completed(published, undisturbed)


def test_stock_workers_end_with_a_killed_batch(fresh: Project, undisturbed: Mapping[str, bytes]) -> None:
    source = (fresh.notebooks / "01_good.ipynb").read_text(encoding="utf-8")
    changed(fresh, "import time; time.sleep(60)")
    with subprocess.Popen(
        [*BATCH, "--project", str(fresh.root), "--engine", "reference"], stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + 60
        while len(processes(fresh)) < 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert processes(fresh), "a kernel is at work"
        process.kill()
    deadline = time.monotonic() + 15
    while processes(fresh) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert processes(fresh) == []
    (fresh.notebooks / "01_good.ipynb").write_text(source, encoding="utf-8")
    completed(fresh, undisturbed)


JUMPING = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>
static long jump(void) {
    struct timespec up;
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    real(CLOCK_MONOTONIC, &up);
    return up.tv_sec % 2 ? 31536000L : -1577880000L;
}
int clock_gettime(clockid_t which, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(which, now);
    if (which == CLOCK_REALTIME) now->tv_sec += jump();
    return done;
}
time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}
"""


def test_a_clock_that_jumps_by_years_every_second_changes_nothing(
    fresh: Project, undisturbed: Mapping[str, bytes], tmp_path: Path
) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no compiler for a clock that jumps")
    (tmp_path / "clock.c").write_text(JUMPING, encoding="ascii")
    shim = tmp_path / "clock.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", shim, tmp_path / "clock.c", "-ldl"], check=True)
    environment = {**os.environ, "LD_PRELOAD": str(shim)}
    look = (
        "import time; print(len({time.gmtime(time.time()).tm_year for _ in range(5) if not time.sleep(0.4)}))"
    )
    years = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, check=True)
    assert int(years.stdout) == 2, "the clock jumps"
    command = [*BATCH, "--project", str(fresh.root), "--timeout", "60"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(true(fresh).values()) == {"done"}
    assert pages(fresh) == undisturbed


def test_a_file_from_before_1980_is_sent_along(fresh: Project) -> None:
    path = fresh.notebooks / "01_good.ipynb"
    os.utime(path, (1, 1))
    facts, _ = prepare(fresh, ALL)
    assert parcel.pack(fresh, facts.snapshot, [path])
