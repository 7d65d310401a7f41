"""What went wrong, for the operator alone: beside the published years, never in them.

    reports/.log/<year>/workers.txt                        what the processes of the last run printed
    reports/.log/<year>/<municipality_id>/<notebook>.txt   traceback of a unit that failed
    reports/.log/<year>/<municipality_id>/<notebook>.ipynb its notebook, as far as it came

In:   units of a run.
Out:  their logs, until the unit is run again.

A traceback names folders of this machine and may repeat what a cell has printed, so it must not lie where a
whole year is copied to a web server.
"""

import shutil
from pathlib import Path

_FOLDER = ".log"
_WORKERS = "workers.txt"


def folder(root: Path) -> Path:
    """Logs of the year that is published at `root`."""
    return root.parent / _FOLDER / root.name


def keep(root: Path, place: str, notebook: str, text: str, unfinished: Path | None) -> None:
    """Put the log of a unit in the place of that of an earlier run.

    Args:
        root: `reports/<year>`.
        place: municipality id, or the folder of the whole region.
        notebook: its stem.
        text: the log; empty where nothing went wrong.
        unfinished: the notebook as far as it came; None where it is done or left nothing.

    Raises:
        OSError: the log cannot be written.
    """
    log = folder(root) / place / f"{notebook}.txt"
    kept = log.with_suffix(".ipynb")
    for path in (log, kept):
        path.unlink(missing_ok=True)
    if text:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text, encoding="utf-8")
    if unfinished is not None and unfinished.exists():
        log.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(unfinished, kept)


def keep_printed(root: Path, printed: Path) -> None:
    """Keep what the processes of a run printed; nothing where they printed nothing.

    Raises:
        OSError: it cannot be written.
    """
    if printed.exists():
        folder(root).mkdir(parents=True, exist_ok=True)
        shutil.copyfile(printed, folder(root) / _WORKERS)
