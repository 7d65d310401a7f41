"""Reports of a region: three notebooks for every municipality, pages included, on as many processes as cores.

    python -m benchmarks.batch [--municipalities 52] [--sample 2] [--jobs 2] [--scale region]

Measured in one run, each side as whole processes with their start:

    ours      `shnor batch` for all municipalities asked for
    again     the same command when nothing has changed
    stock     a loop over the `papermill` and `jupyter nbconvert` commands, as pip gives them:
              with rfc3987-syntax, which costs every process that reads a notebook
    lean      the same loop in this environment, without that package
    direct    the functions of the pages called in as many processes, the region opened once in each, figures
              made JSON; no notebook and no page: what no batch can beat

The loops are measured on a sample of municipalities and scaled by units; the table says so. Wall time
depends on what else the machine does, processor time hardly, so both are printed. Bytecode is compiled for
all sides.
"""

import argparse
import compileall
import json
import multiprocessing
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import shnor_lib as shnor
from shnor_lib.data import demo
from shnor_lib.data.intake import ingest
from shnor_lib.settings import Project, shipped_notebooks

_SLOW = "rfc3987-syntax"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Measure:
    """One side: seconds of wall and of processors, for how many units."""

    name: str
    wall: float
    processor: float
    units: int
    memory: int = 0

    def per_unit(self) -> tuple[float, float]:
        """Wall and processor seconds of one unit."""
        return self.wall / self.units, self.processor / self.units


def measured(name: str, units: int, work: Callable[[], int]) -> Measure:
    """Run a side; `work` gives the peak memory of its largest process in MB, 0 if it does not know."""
    before = _processor()
    started = time.perf_counter()
    memory = work()
    return Measure(name, time.perf_counter() - started, _processor() - before, units, memory)


def ours(root: Path, places: Sequence[str], jobs: int) -> int:
    """The batch as a command; the memory of its largest notebook."""
    chosen = [part for place in places for part in ("--municipality", place)]
    command = [sys.executable, "-m", "shnor_lib.cli", "batch", "--project", str(root), "--jobs", str(jobs)]
    subprocess.run([*command, *chosen], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    manifest = next((root / "reports").glob("*/manifest.json"))
    units = json.loads(manifest.read_text(encoding="utf-8"))["units"]
    assert [unit["notebook"] for unit in units if unit["status"] != "done"] == []
    return max(int(unit["memory"]) for unit in units)


def loop(root: Path, places: Sequence[str], year: int, path: str) -> int:
    """The two commands for every unit."""
    environment = {**os.environ, "PYTHONPATH": path, "SHNOR_PROJECT": str(root)}
    with tempfile.TemporaryDirectory() as folder:
        for place in places:
            for notebook in sorted(shipped_notebooks().glob("*.ipynb")):
                target = Path(folder, f"{place}_{notebook.name}")
                parameters = ["-p", "municipality", place, "-p", "year", str(year)]
                run = [_BIN / "papermill", notebook, target, "-k", "python3", *parameters]
                page = [_BIN / "jupyter", "nbconvert", "--to", "html", "--no-input", target]
                for command in (run, page):
                    subprocess.run(
                        [str(part) for part in command],
                        check=True,
                        env=environment,
                        cwd=root,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                assert target.with_suffix(".html").stat().st_size > 0
    return 0


def direct(root: Path, places: Sequence[str], jobs: int) -> int:
    """The functions of the pages, in several processes."""
    parts = [list(places[number::jobs]) for number in range(jobs)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context) as pool:
        return max(pool.map(draw, [str(root)] * jobs, parts))


def draw(root: str, places: Sequence[str]) -> int:
    """All pages of some municipalities, as mime bundles; the peak memory in MB."""
    from shnor_lib import ground
    from shnor_lib.pages.rehearsal import SECTIONS
    from shnor_lib.present import display

    os.environ[display.VARIABLE] = "batch"
    ground.share(shnor.open(root).ground)
    with mock.patch.object(display, "publish"):
        for place in places:
            for kind, sections in SECTIONS.items():
                page = shnor.page(kind, municipality=place, project=root)
                for section in sections:
                    getattr(page, section)()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def slow_package(folder: Path) -> str:
    """A search path with the slow package; empty where it cannot be had."""
    uv = shutil.which("uv")
    front = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    command = [*front, "install", "--quiet", "--target", str(folder), _SLOW]
    folder.mkdir()  # and run there: in the project's folder uv would heed its order to leave the package out
    got = subprocess.run(command, check=False, capture_output=True, cwd=folder)
    compileall.compile_dir(folder, quiet=2)
    return str(folder) if got.returncode == 0 else ""


def report(sides: dict[str, Measure], sampled: Sequence[str]) -> None:
    """Print the table and the ratios."""
    print(f"\n{'':8}{'units':>7}{'wall s':>9}{'cpu s':>9}{'s/unit':>9}{'cpu/unit':>10}{'peak MB':>9}")
    for side in sides.values():
        wall, processor = side.per_unit()
        note = "   (a sample)" if side.name in sampled else ""
        memory = str(side.memory) if side.memory else "-"
        print(
            f"{side.name:8}{side.units:7}{side.wall:9.1f}{side.processor:9.1f}{wall:9.2f}{processor:10.2f}"
            f"{memory:>9}{note}"
        )
    if "ours" not in sides:
        return
    wall, processor = sides["ours"].per_unit()
    print()
    for name in sampled:
        if name in sides:
            other = sides[name].per_unit()
            print(
                f"{name} / ours, per unit: {other[0] / wall:.1f} × in wall time, "
                f"{other[1] / processor:.1f} × in processor time"
            )
    if "direct" in sides:
        other = sides["direct"].per_unit()
        ratios = wall / other[0], processor / other[1]
        print(f"ours / direct: {ratios[0]:.2f} × in wall time, {ratios[1]:.2f} × in processor time")


def main() -> int:
    """Run all sides."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--municipalities", type=int, default=52)
    parser.add_argument("--sample", type=int, default=2, help="municipalities for the loops")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scale", default="region", help="scale of the demo data")
    parser.add_argument("--skip", nargs="*", default=[], help="sides to leave out")
    given = parser.parse_args()
    print(f"{platform.platform()}, Python {platform.python_version()}, {os.cpu_count()} cores, {_load()}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "project")
        demo.generate(root / "data", given.scale, 847)
        ingest(Project(root))
        region = shnor.open(root)
        places = list(region.municipalities["municipality_id"])[: given.municipalities]
        units, few = 3 * len(places), places[: given.sample]
        print(f"three notebooks × {len(places)} municipalities, {given.jobs} processes", flush=True)
        compileall.compile_dir(Path(shnor.__file__).parent, quiet=2)
        path = os.environ.get("PYTHONPATH", str(Path(shnor.__file__).parents[1]))
        slow = slow_package(Path(folder, "slow"))
        if not slow:
            print(f"{_SLOW} cannot be installed here: stock is not measured")
        sides = {}

        both = os.pathsep.join([path, slow])
        everything: list[tuple[str, int, Callable[[], int]]] = [
            ("stock", 3 * len(few), lambda: loop(root, few, region.latest_year, both)),
            ("lean", 3 * len(few), lambda: loop(root, few, region.latest_year, path)),
            ("ours", units, lambda: ours(root, places, given.jobs)),
            ("again", units, lambda: ours(root, places, given.jobs)),
            ("direct", units, lambda: direct(root, places, given.jobs)),
        ]
        for name, count, work in everything:
            if name in given.skip or (name == "stock" and not slow):
                continue
            sides[name] = measured(name, count, work)
            wall, processor = sides[name].wall, sides[name].processor
            print(f"  {name}: {wall:.1f} s, {processor:.1f} s of processors", flush=True)
        report(sides, ("stock", "lean"))
        print(f"{_load()} at the end")
    return 0


def _processor() -> float:
    """Processor seconds of all ended children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
