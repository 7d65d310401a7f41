"""Proposals for names without a code, written into the file in which a person decides (R17).

In:   the current snapshot: its findings of the kind `undecided_school` and its table of schools; the decision
      file, where there is one.
Out:  `propose`, which adds a row for each name that the file does not hold yet; rows that stand there stay as
      they are, decided or not.
Not:  decisions: the column `decision` of a new row is empty, and such a row changes nothing (see `attach`).
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from shnor_lib import atomic
from shnor_lib.data import store
from shnor_lib.data.identity import decisions, matching
from shnor_lib.data.intake import cells, columns
from shnor_lib.data.intake.attach import UNDECIDED
from shnor_lib.data.intake.files import open_file
from shnor_lib.errors import InputError
from shnor_lib.settings import Project

FILE = "school_matches.csv"
TABLE = "school_matches"
OF_PERSON = ("name", "municipality", "school_id", "decision", "author", "date", "note")
OF_PROGRAM = (
    *("clarity", "candidate_id", "candidate", "score", "second_id", "second", "second_score"),
    *("sheets", "file", "sheet", "row"),
)
COLUMNS = (*OF_PERSON[:4], *OF_PROGRAM, *OF_PERSON[4:])
_BOM = "\ufeff"  # without it Excel takes Cyrillic letters for others


@dataclass(frozen=True)
class Proposals:
    """What `propose` did.

    Attributes:
        path: the decision file.
        new: rows added, `COLUMNS`; empty where there is nothing to decide that the file does not hold.
        waiting: names in the file that nobody has decided, new ones included.
        decided: names in the file that somebody has decided.
        unread: decisions in the file of names that the snapshot still lists as undecided: it was made before.
    """

    path: Path
    new: pd.DataFrame
    waiting: int
    decided: int
    unread: int


def unsettled(findings: pd.DataFrame) -> pd.DataFrame:
    """Names without a code about which nobody has decided.

    Args:
        findings: of a snapshot.

    Returns:
        name, municipality, file, sheet (str), row (Int64): where the name stands first; sheets (int64): in
        how many sheets it stands. One row a name and municipality.
    """
    found = findings[findings["check"] == UNDECIDED].rename(columns={"value": "name"})
    if found.empty:
        return pd.DataFrame(columns=["name", "municipality", "file", "sheet", "row", "sheets"])
    looked_up = pd.Series(decisions.keys(found), index=found.index, dtype=object)
    number = looked_up.groupby(looked_up).transform("size")
    first = found.assign(sheets=number)[~looked_up.duplicated()]
    return first[["name", "municipality", "file", "sheet", "row", "sheets"]].reset_index(drop=True)


def propose(project: Project) -> Proposals:
    """Add a proposal for each undecided name to the decision file of a project.

    Raises:
        InputError: there is no snapshot, the decision file is no table of decisions, or it cannot be written.
    """
    snapshot = store.current(project.processed)
    path = project.raw / FILE
    names = unsettled(snapshot.findings())
    kept = read(path)
    done = kept["decision"].fillna("").ne("")
    held = set(decisions.keys(kept))
    looked_up = pd.Series(decisions.keys(names), index=names.index, dtype=object)
    fresh = names[~looked_up.isin(held)]
    unread = int(looked_up.isin(set(decisions.keys(kept[done]))).sum())
    new = _rows(fresh, snapshot.table("schools"))
    if len(new):
        extras = [name for name in kept if name not in COLUMNS]
        whole = pd.concat([kept, new.astype("str")], ignore_index=True) if len(kept) else new
        _write(path, whole.reindex(columns=[*COLUMNS, *extras]))
    return Proposals(path, new, int((~done).sum()) + len(new), int(done.sum()), unread)


def read(path: Path) -> pd.DataFrame:
    """Rows of the decision file as text, by the names of the contract; further columns as they are called.

    Raises:
        InputError: the file does not open, or it is no table of decisions.
    """
    if not path.exists():
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    sheet = open_file(path, path.name).sheets[0]
    header = columns.match(sheet.head, columns.synonyms(TABLE))
    if header is None or not {"name", "decision"} <= header.columns.keys():
        raise InputError(
            f"Файл «{path}» — не таблица решений: нет столбцов name («Название ОО») и decision («Решение»). "
            "Исправьте заголовки или уберите файл и повторите команду."
        )
    names = {position: name for name, position in header.columns.items()}
    titles = sheet.head[header.row]
    frame = sheet.frame(header.row)
    known = {
        names.get(at, cells.text(title)): cells.texts(frame[at])
        for at, title in enumerate(titles)
        if cells.text(title) and at in frame
    }
    rows = pd.DataFrame(known).reset_index(drop=True)
    return rows.reindex(columns=[*COLUMNS, *(name for name in rows if name not in COLUMNS)])


def _rows(names: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """New rows of the file; a clear candidate stands in `school_id` already, an unclear one does not."""
    if names.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    found = matching.propose(names, schools)
    key = ["name", "municipality"]
    placed = found.merge(names[[*key, "file", "sheet", "row"]], how="left", on=key)
    clear = placed["clarity"] == matching.CLEAR
    placed["school_id"] = placed["candidate_id"].where(clear)
    return placed.reindex(columns=list(COLUMNS))


def _write(path: Path, rows: pd.DataFrame) -> None:
    told = io.StringIO(newline="")
    writer = csv.writer(told, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.astype(object).where(rows.notna(), "").to_numpy().tolist())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_text(path, _BOM + told.getvalue())
    except OSError as error:
        raise InputError(
            f"Файл «{path}» не записан: {atomic.reason(error)}. Закройте его в Excel и повторите команду."
        ) from error
