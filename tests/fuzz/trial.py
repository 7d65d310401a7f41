"""One harmed file read as an ingest reads it, and what has to hold whatever it is."""

import random
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shnor_lib.data.findings import to_frame
from shnor_lib.data.intake import file_notes, one_file
from shnor_lib.data.intake.assemble import assemble
from shnor_lib.data.intake.file_notes import Notes
from shnor_lib.data.intake.log import Log
from shnor_lib.data.intake.one_file import FileRead, Job
from shnor_lib.data.intake.pupils import count
from shnor_lib.data.screening.catalogue import CHECKS
from shnor_lib.errors import InputError
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import Seed

TOGETHER = 8  # the tables of one file in so many go on to be put together, which takes most of the time
READ, SAID = "read", "said"  # something was taken; nothing was, and it was said why
_FAILURES = ("не удалось разобрать (", "сбой ")  # in a finding: an error that nobody thought of


@dataclass(frozen=True)
class Outcome:
    """What became of a file.

    Attributes:
        end: `READ`, `SAID`, or what is wrong.
        detail: more words where something is wrong.
    """

    end: str
    detail: str = ""

    @property
    def fine(self) -> bool:
        return self.end in (READ, SAID)


def make(seed: int, index: int, seeds: Sequence[Seed]) -> Seed:
    """The file of a number; the same for the same seeds."""
    return mutated(random.Random(f"{seed} {index}"), seeds)  # noqa: S311 - no secret


def attempt(name: str, body: bytes, folder: Path) -> Outcome:
    """Read a file to its tables and judge what it gave."""
    path = folder / name
    path.write_bytes(body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if name == file_notes.FILE:
                return _notes(path)
            read = one_file.read(Job(path, name, Notes(), one_file.content(path)))
            return _judged(read, together=zlib.crc32(body) % TOGETHER == 0)
    except Exception as error:
        return Outcome(f"traceback {type(error).__name__}", _place(error))
    finally:
        path.unlink()


def _place(error: BaseException) -> str:
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{error} at {at.tb_frame.f_code.co_filename}:{at.tb_lineno}" if at else str(error)


def _notes(path: Path) -> Outcome:
    log = Log(path.name)
    try:
        notes = file_notes.read(path, log)
    except InputError as error:
        return Outcome(SAID if str(error) else "silent")
    file_notes.report_unused(notes, log)
    to_frame(log.findings)
    return Outcome(READ if notes.rows else SAID)


def _judged(read: FileRead, together: bool) -> Outcome:
    counted = count.count(read.sittings)
    findings = [*read.findings, *counted.findings]
    if together and read.taken:
        findings += assemble([*read.taken, ("pupils", counted.tables)]).findings
    frame = to_frame(findings)
    unknown = set(frame["check"]) - set(CHECKS)
    if unknown:
        return Outcome("unknown check", ", ".join(sorted(unknown)))
    for finding in findings:
        if any(words in finding.message for words in _FAILURES):
            return Outcome("unforeseen error", finding.message)
    told = {finding.sheet for finding in findings}
    silent = [item.sheet for item in read.accepted if not item.rows and not {"", item.sheet} & told]
    if silent or not (read.accepted or findings):
        return Outcome("silent loss", ", ".join(silent))
    taken = (
        read.polygons
        or read.sittings
        or any(len(table) for _, tables in read.taken for table in tables.values())
    )
    if read.input.rows and not taken:
        return Outcome("silent loss", f"{read.input.rows} rows said to be taken, none there")
    return Outcome(READ if taken else SAID)
