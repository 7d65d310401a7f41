"""A second batch: what is unchanged is skipped, what was cut short is continued, two at once are refused."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from shnor_lib.batch import BatchResult, Request, keys, manifest, prepare, resume, run_batch, workers
from shnor_lib.batch.job import Outcome
from shnor_lib.batch.work import Work
from shnor_lib.errors import RunError
from shnor_lib.settings import Project
from tests.batch.conftest import build_project

ONE = Request(["01"], ["reg22_m001", "reg22_m002"])


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, BatchResult]:
    project = build_project(tmp_path_factory.mktemp("again"))
    return project, run_batch(project, ONE, jobs=2)


def pages(project: Project) -> dict[str, bytes]:
    root = project.reports / "2025"
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.html"))}


def true(project: Project) -> dict[tuple[str, str], str]:
    """Status by unit of a tree whose manifest is true of it; fails where it is not."""
    root = project.reports / "2025"
    found = manifest.read(root)
    assert manifest.load(root) is not None
    assert len(found) == len(manifest.load(root)["units"]), "a page named by the manifest is not there"
    for page in (entry.published for entry in found.values() if entry.published):
        for name, digest in zip(page.files, page.sha256, strict=True):
            assert hashlib.sha256((root / name).read_bytes()).hexdigest() == digest, name
    assert (root / "index.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    return {key: entry.status for key, entry in found.items()}


def test_what_is_unchanged_is_not_run_and_says_so(
    once: tuple[Project, BatchResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = once
    monkeypatch.setattr(workers, "run", lambda *_: pytest.fail("something ran"))
    console = Console(file=StringIO(), width=200)
    before = pages(project)
    result = run_batch(project, ONE, console=console)
    assert (len(result.units), result.unchanged, result.exit_code) == (0, 2, 0)
    assert "не изменились: 2" in console.file.getvalue()  # type: ignore[attr-defined]
    assert pages(project) == before


@pytest.mark.parametrize(
    "change",
    [
        Request(["01"], ONE.municipalities, parameters={"name": "мир и труд"}),
        Request(["01"], ONE.municipalities, formats=["html"]),
        Request(["01"], ONE.municipalities, anew=True),
        Request(["01", "02"], ["reg22_m001"]),
    ],
)
def test_another_parameter_format_or_notebook_has_to_run(
    once: tuple[Project, BatchResult], change: Request
) -> None:
    assert prepare(once[0], ONE)[1].run == {}
    assert prepare(once[0], change)[1].run


def test_another_notebook_method_or_library_gives_another_key(
    once: tuple[Project, BatchResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, _ = once
    (project.root / "shnor.yml").write_text("methodology: own.yml\n", encoding="utf-8")
    own = "inherits: rosobrnadzor-847\nid: rosobrnadzor-847\nidentification: {threshold_percent: 25}\n"
    (project.root / "own.yml").write_text(own, encoding="utf-8")
    assert len(prepare(Project(project.root), ONE)[1].run) == 2
    for name in ("shnor.yml", "own.yml"):
        (project.root / name).unlink()
    monkeypatch.setattr(keys, "library", lambda: "another")
    assert len(prepare(project, ONE)[1].run) == 2


OWN = "inherits: rosobrnadzor-847\nid: {}\nidentification: {{threshold_percent: {}}}\n"


def asked(name: str) -> Request:
    return replace(ONE, notebooks=["03"], parameters={"methodology": name})


@pytest.fixture
def with_method(fresh: Project) -> Project:
    """A project with a notebook that takes a method."""
    good = json.loads((fresh.notebooks / "01_good.ipynb").read_text(encoding="utf-8"))
    (cell,) = (cell for cell in good["cells"] if "parameters" in cell["metadata"].get("tags", []))
    cell["source"] = [*"".join(cell["source"]).splitlines(keepends=True), '\nmethodology: str = ""\n']
    (fresh.notebooks / "03_method.ipynb").write_text(json.dumps(good), encoding="utf-8")
    return fresh


def test_a_method_by_parameter_is_named_where_a_method_of_the_project_is(with_method: Project) -> None:
    project = with_method
    (project.root / "own.yml").write_text(OWN.format("own", 45), encoding="utf-8")
    facts, _ = prepare(project, asked("own.yml"))
    assert (facts.methodology, facts.methodology_label) == ("own", "own, версия 1")
    assert facts.trial_of == "rosobrnadzor-847, версия 1"
    assert sum(count.listed for count in facts.counts.values()) == 0, "the index counts by the method shown"
    assert prepare(project, asked("krasnodar-2023"))[0].trial_of == ""
    (project.root / "shnor.yml").write_text("methodology: own.yml\n", encoding="utf-8")
    of_project, _ = prepare(Project(project.root), asked(""))
    assert (of_project.methodology_label, of_project.trial_of) == ("own, версия 1", "")


def test_a_file_that_changes_under_its_name_gives_other_pages_and_marks_the_old_ones(
    with_method: Project,
) -> None:
    project, said = with_method, StringIO()
    console = Console(file=said, width=500)
    for name in ("shnor.yml", "own.yml"):
        (project.root / name).write_text(
            "methodology: own.yml\n" if name == "shnor.yml" else OWN.format("own", 25), encoding="utf-8"
        )
    two = replace(ONE, notebooks=["03"], municipalities=["reg22_m001", "reg22_m002"])
    run_batch(Project(project.root), two, jobs=2, console=console)
    assert prepare(Project(project.root), two)[1].run == {}
    (project.root / "own.yml").write_text(OWN.format("own", 26), encoding="utf-8")
    assert len(prepare(Project(project.root), two)[1].run) == 2
    assert "по другой методике" not in said.getvalue()
    one = replace(two, municipalities=["reg22_m001"])
    done = run_batch(Project(project.root), one, jobs=1, console=console)
    assert "по тем же данным, но по другой методике (own, версия 1)" in said.getvalue()
    told = json.loads(done.manifest.read_text(encoding="utf-8"))
    hashes = {unit["municipality_id"]: unit["published"]["methodology_hash"] for unit in told["units"]}
    assert hashes["reg22_m001"] == told["methodology_hash"] != hashes["reg22_m002"]
    rows = done.index.read_text(encoding="utf-8").split("<tr")
    dated = {name: "<small>от " in next(row for row in rows if name in row) for name in ("m001", "m002")}
    assert dated == {"m001": False, "m002": True}, "a page by the file as it was says of when it is"


def test_a_tried_file_depends_on_the_method_of_the_project_too(with_method: Project) -> None:
    project, said = with_method, StringIO()
    console = Console(file=said, width=500)
    (project.root / "own.yml").write_text(OWN.format("own", 25), encoding="utf-8")
    run_batch(project, asked("own.yml"), jobs=1)
    assert prepare(project, asked("own.yml"))[1].run == {}
    (project.root / "own.yml").write_text(OWN.format("own", 26), encoding="utf-8")
    done = run_batch(project, asked("own.yml"), jobs=1, console=console)
    assert "по другой методике" not in said.getvalue(), "hidden cells do not move in a trial"
    assert "проба, методика проекта: rosobrnadzor-847, версия 1" in done.index.read_text(encoding="utf-8")
    (project.root / "shnor.yml").write_text("methodology: krasnodar-2023\n", encoding="utf-8")
    assert len(prepare(Project(project.root), asked("own.yml"))[1].run) == len(done.units)


def test_a_plan_says_which_pages_would_be_made_anew_for_their_formats_alone(
    once: tuple[Project, BatchResult],
) -> None:
    project, _ = once
    _, todo = prepare(project, replace(ONE, formats=("single",)))
    assert len(todo.run) == len(todo.reformatted) == 2
    assert prepare(project, replace(ONE, formats=("html", "ipynb")))[1].run == {}
    year = replace(ONE, formats=("single",), parameters={"threshold": 25})
    _, changed = prepare(project, year)
    assert (len(changed.run), changed.reformatted) == (2, ())


def test_only_failed_units_are_tried_again(tmp_path: Path) -> None:
    project = build_project(tmp_path)
    run_batch(project, Request(["02"], ["reg22_m001", "reg22_m002"]), jobs=2)
    asked = Request(only_failed=True)
    _, todo = prepare(project, asked)
    assert [unit.key for unit in todo.run] == [("02_picky", "reg22_m002")]
    result = run_batch(project, asked)
    assert [(entry.municipality_id, entry.attempt) for entry in result.units] == [("reg22_m002", 2)]
    assert true(project) == {("02_picky", "reg22_m001"): "done", ("02_picky", "reg22_m002"): "failed"}


def test_a_page_that_is_gone_or_damaged_counts_as_failed(
    once: tuple[Project, BatchResult], tmp_path: Path
) -> None:
    project = copied(once, tmp_path)
    before = pages(project)
    (project.reports / "2025" / "reg22_m001" / "01_good.html").unlink()
    (project.reports / "2025" / "reg22_m002" / "01_good.ipynb").write_text("правка", encoding="utf-8")
    result = run_batch(project, Request(only_failed=True, zips=True))
    assert sorted(entry.municipality_id for entry in result.units) == ["reg22_m001", "reg22_m002"]
    assert set(true(project).values()) == {"done"}
    assert {name: page for name, page in pages(project).items() if name in before}.keys() == before.keys()


def copied(once: tuple[Project, BatchResult], tmp_path: Path) -> Project:
    """The project with its reports, to be damaged."""
    shutil.copytree(once[0].root, tmp_path / "project")
    return Project(tmp_path / "project")


@pytest.mark.parametrize("name", ["index.html", "assets/plotly.min.js"])
def test_a_run_with_nothing_to_build_mends_what_reports_share(
    once: tuple[Project, BatchResult], tmp_path: Path, name: str
) -> None:
    project, said = copied(once, tmp_path), StringIO()
    path = project.reports / "2025" / name
    was = path.read_bytes()
    path.unlink()
    result = run_batch(project, ONE, console=Console(file=said, width=200))
    assert (len(result.units), result.exit_code) == (0, 0)
    assert "записаны заново" in said.getvalue()
    assert len(path.read_bytes()) == len(was)
    stamp = path.stat().st_mtime_ns
    run_batch(project, ONE)
    assert path.stat().st_mtime_ns == stamp, "a whole tree is left alone"


PARTS = (ONE, Request(["01"]), Request(only_failed=True), replace(ONE, anew=True))


def gone(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8")[:500], encoding="utf-8")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [gone, cut, a_folder])
def test_without_a_manifest_a_part_of_the_year_is_refused(
    once: tuple[Project, BatchResult], tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    project = copied(once, tmp_path)
    damage(project.reports / "2025" / "manifest.json")
    before = sorted(project.reports.rglob("*")), pages(project)
    for asked in PARTS:
        for attempt in (prepare, run_batch):
            with pytest.raises(RunError, match=r"manifest.json» .*shnor batch --year 2025"):
                attempt(project, asked)
    assert (sorted(project.reports.rglob("*")), pages(project)) == before


def test_without_a_manifest_the_whole_year_is_built_and_published_only_whole(
    once: tuple[Project, BatchResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = copied(once, tmp_path)
    a_folder(project.reports / "2025" / "manifest.json")
    before = pages(project)

    def stopped(_: object, entry: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shnor_lib.batch.progress._Silent.done", stopped)
        with pytest.raises(RunError, match=r"Запуск прерван.*они сохранены"):
            run_batch(project, Request(), jobs=1)
    assert pages(project) == before
    assert run_batch(project, resume(project.reports, None), jobs=2).exit_code == 1, "02 is a picky one"
    assert len(true(project)) == 10


def test_a_second_batch_of_the_year_is_refused_while_one_is_at_work(
    once: tuple[Project, BatchResult],
) -> None:
    project, _ = once
    with Work.of(project.reports, 2025):
        with pytest.raises(RunError, match="другой запуск"):
            run_batch(project, Request(["01"], ["reg22_m003"]))
        with Work.of(project.reports, 2024):
            pass
    assert true(project).keys() == {("01_good", "reg22_m001"), ("01_good", "reg22_m002")}


NOTES = {
    "list": "[]",
    "unknown": '{"foo": 1}',
    "empty": "{}",
    "cut": '{"ye',
    "types": '{"year": 2025, "notebooks": 5, "formats": null}',
    "another year": '{"year": 2024}',
}


@pytest.mark.parametrize("note", NOTES)
def test_a_damaged_note_of_a_request_is_named_and_asks_for_nothing(tmp_path: Path, note: str) -> None:
    path = tmp_path / ".batch-2025" / "request.json"
    path.parent.mkdir()
    path.write_text(NOTES[note], encoding="utf-8")
    with pytest.raises(RunError, match=r"Прерванного запуска нет.*request.json»: файл повреждён"):
        resume(tmp_path, None)
    path.write_text('{"year": 2025, "notebooks": ["01"], "parameters": {"threshold": 25}}', encoding="utf-8")
    assert resume(tmp_path, None) == Request(["01"], year=2025, parameters={"threshold": 25})


def test_a_workshop_with_the_wrong_things_in_it_is_put_in_order(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with Work.of(tmp_path, 2025) as work:
        pass
    for name in ("request.json", "workers.txt"):
        (work.root / name).mkdir()
    shutil.rmtree(work.root / "done")
    (work.root / "done").write_text("", encoding="utf-8")
    shutil.rmtree(work.root / "making")
    (work.root / "making").symlink_to(outside)
    with Work.of(tmp_path, 2025) as work:
        work.ask({"year": 2025})
        assert resume(tmp_path, None).year == 2025
        assert list(outside.iterdir()) == []
        work.clear()
    assert [path.name for path in work.root.iterdir()] == ["lock"]
    shutil.rmtree(work.root)
    work.root.write_text("", encoding="utf-8")
    with pytest.raises(RunError, match=r"Нужна папка «.*\.batch-2025»"), Work.of(tmp_path, 2025):
        pass


def test_of_what_was_kept_only_what_nobody_touched_counts_as_done(tmp_path: Path) -> None:
    with Work.of(tmp_path, 2025) as work:

        def keep(number: int) -> Path:
            folder = work.folder(number)
            (folder / "01_good.html").write_text(f"страница {number}", encoding="utf-8")
            return work.keep(f"{number}", folder, Outcome("done", 1.5))

        kept = [keep(number) for number in range(6)]
        assert work.done("0") == (kept[0], Outcome("done", 1.5))
        (kept[0] / "01_good.html").write_text("страница 9", encoding="utf-8")
        (kept[1] / "01_good.html").unlink()
        kept[2].rename(work.root / "other")
        kept[3].rename(kept[2])
        (work.root / "other").rename(kept[3])
        note = kept[4] / "outcome.json"
        note.write_text(note.read_text(encoding="utf-8").replace('"done"', '"failed"'), encoding="utf-8")
        (kept[5] / "outcome.json").write_text("[1]", encoding="utf-8")
        assert [work.done(f"{number}") for number in range(6)] == [None] * 6
        assert work.done(keep(0).name) == (kept[0], Outcome("done", 1.5))


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="продолжать нечего"):
        resume(tmp_path, None)


KILLED = """
import sys
from pathlib import Path
from rich.console import Console
from shnor_lib.batch import Request, run_batch
from shnor_lib.settings import Project
run_batch(Project(Path(sys.argv[1])), Request(["01"]), 1, Console())
"""


def start(project: Project) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-c", KILLED, str(project.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def wait_for(process: subprocess.Popen[str], said: str) -> None:
    """Until the process has said so."""
    assert process.stdout is not None
    assert any(line.startswith(said) for line in process.stdout)


@pytest.mark.skipif(os.name != "posix", reason="kills a group of processes")
@pytest.mark.parametrize("after", [1, 3])
def test_a_killed_batch_leaves_the_old_tree_and_is_continued(tmp_path: Path, after: int) -> None:
    project = build_project(tmp_path)
    run_batch(project, Request(["01"], ["reg22_m001"], parameters={"name": "прежний"}))
    before, statuses = pages(project), true(project)
    with start(project) as process:
        wait_for(process, f"[{after}/5]")
        os.killpg(process.pid, signal.SIGKILL)
    assert pages(project) == before, "a batch that was killed has published nothing"
    assert true(project) == statuses
    asked = resume(project.reports, None)
    assert asked.notebooks == ["01"]
    console = Console(file=StringIO(), width=200)
    result = run_batch(project, asked, 1, console)
    assert len(result.units) == 5
    ran = [entry for entry in result.units if entry.status == "done"]
    assert len(ran) == 5
    assert set(true(project).values()) == {"done"}
    assert not (project.reports / ".batch-2025" / "done").exists()
    undisturbed = build_project(tmp_path / "undisturbed")
    run_batch(undisturbed, Request(["01"]), 2)
    same = {name: page for name, page in pages(undisturbed).items() if name != "index.html"}
    assert {name: page for name, page in pages(project).items() if name != "index.html"} == same


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_sigterm_publishes_what_is_done(tmp_path: Path) -> None:
    project = build_project(tmp_path)
    with start(project) as process:
        wait_for(process, "[2/5]")
        process.send_signal(signal.SIGTERM)
    done = true(project)
    assert 2 <= len(done) < 5
    assert run_batch(project, resume(project.reports, 2025), 1).unchanged == len(done)


def test_a_page_of_one_file_and_an_archive(once: tuple[Project, BatchResult]) -> None:
    project, _ = once
    asked = Request(["01"], ["reg22_m003"], formats=["single", "html"], zips=True)
    result = run_batch(project, asked)
    (entry,) = result.units
    assert entry.published.files == ("reg22_m003/01_good.html", "reg22_m003/01_good.single.html")
    page = (result.index.parent / entry.published.files[1]).read_text(encoding="utf-8")
    assert "<script defer src" not in page
    assert "Все отчёты за" not in page
    assert (result.index.parent / "zip" / "reg22_m003.zip").exists()
    index = result.index.read_text(encoding="utf-8")
    assert 'href="reg22_m003/01_good.html"' in index
