"""The same units on a cluster of dask: published here, equal to those made here, whatever a worker does."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shnor_lib.batch import Request, address, cluster, resume, run_batch
from shnor_lib.errors import ParameterError, RunError
from shnor_lib.settings import Project
from tests.batch.disks import small_disk
from tests.batch.farm import Farm, free_port
from tests.batch.tree import changed, pages, true
from tests.processes import children

pytest.importorskip("distributed")
FOUR = Request(["01"], ["reg22_m001", "reg22_m002", "reg22_m003", "reg22_m004"])


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    farm = Farm(tmp_path_factory.mktemp("farm"))
    try:
        farm.worker()
        farm.worker()
        yield farm
    finally:
        farm.stop()


def test_pages_made_far_away_are_those_made_here(farm: Farm, fresh: Project, tmp_path: Path) -> None:
    far = run_batch(fresh, FOUR, cluster=farm.address)
    assert far.exit_code == 0
    assert len(far.units) == 4
    made = pages(fresh)
    shutil.rmtree(fresh.reports)
    assert run_batch(fresh, FOUR).exit_code == 0
    assert made == pages(fresh)


def test_a_lost_worker_costs_nothing(farm: Farm, fresh: Project) -> None:
    changed(fresh, "import time; time.sleep(1.5)")
    victim = farm.worker()
    orphans: list[int] = []

    def kill_at_work() -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            forks = [fork for parent in children(victim.pid) for fork in children(parent)]
            if forks:
                orphans.extend([*children(victim.pid), *forks])
                os.kill(victim.pid, signal.SIGKILL)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill_at_work)
    killer.start()
    result = run_batch(fresh, FOUR, cluster=farm.address)
    killer.join()
    assert orphans, "the worker was killed at work"
    assert [entry.status for entry in result.units] == ["done"] * 4
    assert len(pages(fresh)) == 4
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}/stat").exists() for pid in orphans) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [pid for pid in orphans if Path(f"/proc/{pid}/stat").exists()] == []


def test_a_unit_that_fails_far_away_is_one_failure(farm: Farm, fresh: Project) -> None:
    changed(fresh, "assert municipality != 'reg22_m003'")
    result = run_batch(fresh, FOUR, cluster=farm.address)
    (failed,) = result.failed
    assert (failed.municipality_id, failed.error_code) == ("reg22_m003", "notebook")
    assert len(pages(fresh)) == 3


def test_nobody_at_the_address(fresh: Project) -> None:
    started = time.monotonic()
    with pytest.raises(RunError, match="не отвечает"):
        run_batch(fresh, FOUR, cluster=f"tcp://127.0.0.1:{free_port()}")
    assert time.monotonic() - started < 60
    assert not (fresh.reports / "2025" / "manifest.json").exists()


def test_what_is_no_address_is_said_at_once(fresh: Project) -> None:
    for wrong in ("nonsense", "tcp://127.0.0.1", "http://127.0.0.1:8786", "tcp://узел:порт", "tcp://[::1:1"):
        with pytest.raises(ParameterError, match="не адрес планировщика dask") as caught:
            run_batch(fresh, FOUR, cluster=wrong)
        assert caught.value.exit_code == 2
        assert "tcp://10.0.0.5:8786" in str(caught.value)
    assert not fresh.reports.exists()


@pytest.mark.parametrize("speaks", [b"SSH-2.0-OpenSSH_9\r\n", b"short", b""], ids=["ssh", "leaves", "silent"])
def test_what_listens_there_may_be_no_scheduler(
    fresh: Project, monkeypatch: pytest.MonkeyPatch, speaks: bytes
) -> None:
    monkeypatch.setattr(address, "_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(speaks)
                if not speaks:
                    connection.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(RunError, match="отвечает не планировщик dask"):
            run_batch(fresh, FOUR, cluster=f"tcp://127.0.0.1:{server.getsockname()[1]}")
        thread.join()


def test_an_address_with_tls_needs_certificates(fresh: Project) -> None:
    with pytest.raises(RunError, match="нужны сертификаты"):
        run_batch(fresh, FOUR, cluster="tls://127.0.0.1:8786")


def test_workers_of_another_version_are_named(
    farm: Farm, fresh: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "__version__", "99.0")
    with pytest.raises(RunError, match=r"Здесь версия 99\.0, на кластере другая: tcp://127"):
        run_batch(fresh, FOUR, cluster=farm.address)


def other_code(folder: Path, changed: str) -> dict[str, str]:
    """Variables of a worker that has the same version of the library with something added to one module."""
    shutil.copytree(Path(cluster.__file__).parents[1], folder / "shnor_lib")
    with (folder / "shnor_lib" / "batch" / "remote.py").open("a", encoding="utf-8") as module:
        module.write(changed)
    return {"PYTHONPATH": str(folder)}


def test_a_worker_with_other_code_is_named_before_anything_runs(fresh: Project, tmp_path: Path) -> None:
    alone = Farm(tmp_path)
    try:
        alone.worker(other_code(tmp_path / "other", "# changed"))
        with pytest.raises(RunError, match="другая сборка программы"):
            run_batch(fresh, FOUR, cluster=alone.address)
    finally:
        alone.stop()
    assert not (fresh.reports / "2025").exists()


# As an earlier version would: it does not say by what it works.
UNWITTING = """

def produce(job):
    outcome, files = get_worker().plugins[NAME].run(job)
    return outcome, {name: b"made by other code" for name in files}
"""


@pytest.mark.parametrize("code", ["# changed", UNWITTING], ids=["refuses", "unwitting"])
def test_pages_of_a_worker_with_other_code_that_joins_late_are_not_taken(
    farm: Farm, fresh: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    changed(fresh, "import time; time.sleep(1)")
    strange: set[str] = set()

    def seen(self: cluster.Cluster, client: object) -> None:
        self._client, self._strange = client, strange

    monkeypatch.setattr(cluster.Cluster, "__init__", seen)
    # Who is there at the beginning is looked at; who comes later is as if nobody had looked.
    monkeypatch.setattr(cluster, "_same_version", lambda *_: None)
    late = farm.worker(other_code(tmp_path / "other", code))
    try:
        farm.wait_for_workers(3)
        result = run_batch(fresh, FOUR, cluster=farm.address)
    finally:
        late.kill()
        late.wait()
    assert len(strange) == 1
    assert [entry.status for entry in result.units] == ["done"] * 4
    made = pages(fresh)
    assert len(made) == 4
    assert all(b"made by other code" not in content for content in made.values())


BATCH = (sys.executable, "-u", "-m", "shnor_lib.cli", "batch", "--notebook", "01")


def test_where_only_a_worker_with_other_code_is_left_the_run_ends_and_names_it(
    fresh: Project, tmp_path: Path
) -> None:
    changed(fresh, "import time; time.sleep(4)")
    alone = Farm(tmp_path)
    try:
        own = alone.worker()
        alone.wait_for_workers(1)
        command = (*BATCH, "--project", str(fresh.root), "--cluster", alone.address)
        batch = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while not [fork for parent in children(own.pid) for fork in children(parent)]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        alone.worker(other_code(tmp_path / "other", "# changed"))
        alone.wait_for_workers(2)
        own.kill()
        _, said = batch.communicate(timeout=100)
    finally:
        alone.stop()
    assert batch.returncode == 1
    assert "другая сборка программы" in said
    assert "Traceback" not in said
    assert resume(fresh.reports, None).year == 2025


def test_a_lost_scheduler_ends_the_run_in_one_sentence_and_it_goes_on_here(
    fresh: Project, tmp_path: Path
) -> None:
    changed(fresh, "import time; time.sleep(0.5)")
    farm = Farm(tmp_path)
    try:
        farm.worker()
        command = [*BATCH, "--project", str(fresh.root), "--cluster", farm.address]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as batch:
            assert batch.stdout is not None
            assert any(line.startswith("[1/5]") for line in batch.stdout)
            os.killpg(farm.scheduler.pid, signal.SIGKILL)
            rest = batch.communicate(timeout=60)[0].splitlines()
        assert batch.returncode == 1
        assert rest[-1] == "Связь с кластером потеряна; готовое сохранено. Продолжить: shnor batch --resume"
        assert all(line.startswith("[") for line in rest[:-1]), "no log of dask, no traceback"
    finally:
        farm.stop()
    assert not (fresh.reports / "2025").exists()
    kept = len(list((fresh.reports / ".batch-2025" / "done").iterdir()))
    assert kept >= 1
    result = run_batch(fresh, resume(fresh.reports, None))
    assert len(result.units) == 5
    assert set(true(fresh).values()) == {"done"}


def test_without_any_worker_left_a_run_does_not_wait_for_ever(
    fresh: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed(fresh, "import time; time.sleep(2)")
    monkeypatch.setattr(cluster, "_NO_WORKER", 3.0)
    monkeypatch.setattr(cluster, "_LOOK", 0.5)
    farm = Farm(tmp_path)
    try:
        alone = farm.worker()

        def kill_at_work() -> None:
            while not any(children(child) for child in children(alone.pid)):
                time.sleep(0.05)
            os.killpg(alone.pid, signal.SIGKILL)

        threading.Thread(target=kill_at_work, daemon=True).start()
        with pytest.raises(RunError, match="не осталось рабочих процессов"):
            run_batch(fresh, FOUR, cluster=farm.address)
    finally:
        farm.stop()


def test_no_worker_from_the_start(fresh: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_FIRST_WORKER", 1.0)
    farm = Farm(tmp_path)
    try:
        with pytest.raises(RunError, match="не подключён ни один рабочий процесс"):
            run_batch(fresh, FOUR, cluster=farm.address)
    finally:
        farm.stop()


def test_workers_as_the_documentation_starts_them_run_both_engines_over_tls(
    fresh: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask

    key, certificate = certificates(tmp_path)
    sides = [
        f"--tls-{name}={path}"
        for name, path in (("ca-file", certificate), ("cert", certificate), ("key", key))
    ]
    ours = {"ca-file": certificate, "client.cert": certificate, "client.key": key}
    farm = Farm(tmp_path, "tls", sides)
    two = Request(["01"], ["reg22_m001", "reg22_m002"])
    try:
        farm.watched_worker()
        with dask.config.set({f"distributed.comm.tls.{name}": path for name, path in ours.items()}):
            assert run_batch(fresh, two, cluster=farm.address).exit_code == 0
            far = pages(fresh)
            again = replace(two, anew=True)
            assert run_batch(fresh, again, cluster=farm.address, engine="reference").exit_code == 0
        assert pages(fresh) == far
        monkeypatch.setattr(address, "_PATIENCE", 1.0)
        with pytest.raises(RunError, match="tls:// вместо tcp://"):
            run_batch(fresh, two, cluster=farm.address.replace("tls", "tcp"))
    finally:
        farm.stop()


def certificates(folder: Path) -> tuple[str, str]:
    """A key and a certificate that vouches for itself."""
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*new, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return key, certificate


def test_a_worker_without_room_for_the_project_says_so(fresh: Project, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "64k") as small:
        farm = Farm(tmp_path, environment={"TMPDIR": str(small)})
        try:
            farm.worker()
            with pytest.raises(RunError, match="не принял проект: на диске нет места"):
                run_batch(fresh, FOUR, cluster=farm.address)
        finally:
            farm.stop()
