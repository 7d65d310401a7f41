"""How a batch reports on itself: a bar with the time left in a terminal, plain lines elsewhere.

In:   the start and the end of each unit.
Out:  text on the given console; nothing without one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.text import Text

from shnor_lib.batch.facts import Facts
from shnor_lib.batch.job import Job
from shnor_lib.batch.manifest import Entry
from shnor_lib.batch.names import DONE
from shnor_lib.batch.plan import Plan
from shnor_lib.present import text

_NAME = 60  # characters of a municipality that fit a line


class Progress(Protocol):
    """What the batch tells."""

    def started(self, job: Job) -> None:
        """A unit was handed to a worker."""

    def done(self, entry: Entry) -> None:
        """A unit ended."""


@contextmanager
def reporter(console: Console | None, todo: Plan, year: int, workers: int) -> Iterator[Progress]:
    """The reporter that suits the console."""
    total = len(todo.run)
    same = f", без изменений: {len(todo.unchanged)}" if todo.unchanged else ""
    if console is None:
        yield _Silent()
    elif console.is_terminal:
        with RichProgress(
            TextColumn("Отчёты за {task.fields[year]} год"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("прошло"),
            TimeElapsedColumn(),
            _Speed(),
            TextColumn("осталось"),
            TimeRemainingColumn(elapsed_when_finished=False),
            TextColumn("[dim]{task.fields[current]}"),
            console=console,
        ) as bar:
            yield _Bar(bar, total, year)
    else:
        console.print(f"Отчёты за {year} год: {total}{same}, процессов: {workers}", highlight=False)
        yield _Lines(console, total)


def nothing_to_do(console: Console | None, todo: Plan, year: int) -> None:
    """Say that every report that was asked for lies there already, or that none failed."""
    if console is not None:
        nothing = f"Отчёты за {year} год: повторять нечего, в прошлый раз построились все"
        same = f"Отчёты за {year} год не изменились: {len(todo.unchanged)}"
        console.print(nothing if todo.left_out else same, highlight=False)


def shared_again(console: Console | None) -> None:
    """Say that the index and what the reports share were written though no report had to run."""
    if console is not None:
        console.print("Указатель, общие файлы и архивы записаны заново.", highlight=False, soft_wrap=True)


def shared_first(console: Console | None) -> None:
    """Say that what all reports share is worked out before the first of them."""
    if console is not None:
        words = "Сначала то, что у отчётов общее: вердикты и расчёты по всему региону."
        console.print(words, highlight=False, soft_wrap=True)


def another_method(console: Console | None, facts: Facts, lying: Mapping[str, Any] | None) -> None:
    """A notice that the tree of the year shows the same data by another method (R25)."""
    known = lying and (lying["snapshot"], lying.get("methodology_hash"), lying.get("methodology_trial_of"))
    if console is None or not known or facts.trial_of or known[2] or not known[1]:
        return
    if known[0] == facts.snapshot and known[1] != facts.methodology_hash:
        words = (
            f"Прежние страницы {facts.year} года построены по тем же данным, но по другой методике "
            f"({lying['methodology_label'] if lying else ''}). Если их уже видели вне института, "
            "по различиям двух списков можно узнать числа малых групп, скрытые на страницах."
        )
        console.print(words, highlight=False, soft_wrap=True)


def slower(console: Console | None, reason: str) -> None:
    """Say that papermill's own engine works in the place of the fast one."""
    if console is not None:
        words = f"Быстрый движок не применён: {reason}. Отчёты строит обычный движок papermill, медленнее."
        console.print(words, highlight=False, soft_wrap=True)


class _Speed(ProgressColumn):
    """Units a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{text.number(speed, 1)} в секунду" if speed else "", style="dim")


class _Silent:
    def started(self, job: Job) -> None:
        pass

    def done(self, entry: Entry) -> None:
        pass


class _Bar:
    def __init__(self, bar: RichProgress, total: int, year: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total, year=year, current="")

    def started(self, job: Job) -> None:
        self._bar.update(self._task, current=escape(_cropped(job.unit.title)))

    def done(self, entry: Entry) -> None:
        self._bar.advance(self._task)
        if entry.status != DONE:
            self._bar.console.print(
                f"Не построен: {_what(entry)}. {entry.message}", highlight=False, markup=False
            )


class _Lines:
    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._count = console, total, 0

    def started(self, job: Job) -> None:
        pass

    def done(self, entry: Entry) -> None:
        self._count += 1
        state = "готово" if entry.status == DONE else f"не построен. {entry.message}"
        seconds = text.number(entry.seconds, 1)
        self._console.print(
            f"[{self._count}/{self._total}] {_what(entry)}: {state} ({seconds} с)",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _what(entry: Entry) -> str:
    return f"{_cropped(entry.municipality)} · {entry.notebook}"


def _cropped(title: str) -> str:
    """A name as one short piece of a line, whatever stands in the register of schools."""
    return text.shorten(" ".join(title.split()), _NAME)
