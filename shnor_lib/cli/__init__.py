"""The `shnor` command: thin, lazy, every error in Russian and without a traceback.

Exit codes: 0 done, 1 something failed, 2 misuse. Heavy modules are imported inside the commands, so that
`shnor --help` answers at once.
"""

import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import typer

from shnor_lib.cli import (
    batch,
    blanks,
    documents,
    intake,
    methodology,
    project,
    results,
    schools,
    serving,
    snapshots,
    social,
)
from shnor_lib.cli.common import complain
from shnor_lib.cli.words import Group, misuse
from shnor_lib.errors import ShnorError

app = typer.Typer(
    cls=Group,
    help="ШНОР: выявление школ с низкими результатами, динамика, ресурсные дефициты.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_LOG = "shnor-error.log"

for _commands in (
    project,
    intake,
    schools,
    snapshots,
    blanks,
    documents,
    results,
    social,
    methodology,
    batch,
    serving,
):
    _commands.register(app)


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    try:
        result = app(arguments or ["--help"], standalone_mode=False)
    except typer.TyperException as error:
        complain(misuse(error))
        return 2
    except ShnorError as error:
        complain(str(error))
        return error.exit_code
    except (KeyboardInterrupt, typer.Abort):
        complain("Прервано.")
        return 1
    except Exception as error:  # the last line of defence: an analyst never sees a traceback
        complain(f"Внутренняя ошибка ({type(error).__name__}).{_logged(error)}")
        return 1
    return result if isinstance(result, int) else 0


def _logged(error: BaseException) -> str:
    """Write the traceback where a developer can find it; the sentence to add to the message.

    Kinds of errors and places in the code only: the words of an error may repeat a cell.
    """
    try:
        log = Path(tempfile.gettempdir()) / _LOG
        log.write_text("\n".join(_chain(error)), encoding="utf-8")
    except OSError:
        return ""
    return f" Подробности для разработчика: {log}"


def _chain(error: BaseException | None) -> Iterator[str]:
    """An error and what led to it, the last one first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
        error = error.__cause__ or error.__context__
