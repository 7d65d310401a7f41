"""What a worker is asked to do, and what it answers: plain values that travel between processes.

In:   nothing.
Out:  `Job`, `Outcome`, `Heading`; the sentence of each failure.
Not:  doing it (see `unit`), which brings half of Jupyter along: a run with nothing to do needs none of it.
"""

from dataclasses import dataclass
from pathlib import Path

from shnor_lib.batch.names import (
    CANCELLED,
    DEAD,
    DISK,
    ENDINGS,
    FAILED,
    FORMATS,
    MEMORY,
    NOTEBOOK,
    REFERENCE,
    TIMEOUT,
)
from shnor_lib.batch.plan import Unit
from shnor_lib.errors import RunError

MESSAGES = {
    TIMEOUT: "Отчёт не построен: расчёт не уложился в отведённое время.",
    DEAD: "Отчёт не построен: процесс расчёта завершился аварийно, возможно, не хватило памяти.",
    MEMORY: "Отчёт не построен: расчёту не хватило отведённой памяти.",
    NOTEBOOK: "Отчёт не построен: в блокноте произошла ошибка. Подробности — в журнале оператора.",
    DISK: "Отчёт не построен: страница не записана на диск.",
    CANCELLED: "Отчёт не построен: запуск прерван.",
}


@dataclass(frozen=True)
class Heading:
    """What the top of a page says.

    Attributes:
        title: title of the report, from the notebook.
        place: municipality or region.
        region: name of the region, empty where it is the place itself.
        year: year of the report.
        anchor: id of the row of the index to which the page leads back.
        assets: path from the page to the shared files.
        index: path from the page to the index.
    """

    title: str
    place: str
    region: str
    year: int
    anchor: str
    assets: str = "../assets"
    index: str = "../index.html"


@dataclass(frozen=True)
class Job:
    """What a worker is asked to do.

    Attributes:
        unit: what to run.
        heading: top of the page.
        folder: existing folder, of this job alone, where the files are left.
        cwd: current folder of the notebook.
        timeout: seconds for the whole unit.
        formats: which of `ENDINGS` to leave.
        engine: papermill engine.
        memory: MB that the notebook may take; 0 is no limit. Only the engine `shnor` knows limits.
    """

    unit: Unit
    heading: Heading
    folder: Path
    cwd: Path
    timeout: float
    formats: tuple[str, ...] = FORMATS
    engine: str = REFERENCE
    memory: int = 0


@dataclass(frozen=True)
class Outcome:
    """What became of a unit.

    Attributes:
        status: `done` or `failed`.
        seconds: wall time.
        code: machine name of the failure, empty when done.
        message: Russian, safe for an official: no paths, no traceback; empty when done.
        log: traceback and warnings, for the operator only.
        memory: largest memory of the process that ran the notebook, MB; 0 where it is not known.
    """

    status: str
    seconds: float
    code: str = ""
    message: str = ""
    log: str = ""
    memory: int = 0

    @classmethod
    def failure(cls, code: str, seconds: float, log: str = "", message: str = "") -> "Outcome":
        """A failure with the general sentence of its code, unless a better one is known."""
        return cls(FAILED, seconds, code, message or MESSAGES[code], log)


def check_formats(formats: tuple[str, ...]) -> None:
    """Formats must be known and at least one.

    Raises:
        RunError: naming the unknown ones and those there are.
    """
    unknown = [name for name in formats if name not in ENDINGS]
    if unknown or not formats:
        named = ", ".join(f"«{name}»" for name in unknown) or "не названы"
        raise RunError(f"Форматы отчётов: {named}. Есть: {', '.join(ENDINGS)}.")
