"""Persons counted into results of schools: attempts, repeated rows, impossible rows (rules R1, R3, R5).

In:   `Sitting`s: judged rows of one procedure in one sheet, persons as salted digests.
Out:  `count`: rows of the table `results` (school × series × year × attempt) with their places, the tables of
      `pupils.beside`, and findings.
Not:  judging of single rows (see `pupils.judge`).

A person who sat several times is one participant: `first` takes the earliest sitting by day, then by file and
row; `best` the one passed, with the highest mark and score; `all_rows` every sitting. The latter two stand in
the table only for series and years in which anybody sat more than once, then for every school: a school that
is merged with another must not lose its participants under one of the policies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pandas as pd
import pyarrow as pa

from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding
from shnor_lib.data.identity.codes import RCOI
from shnor_lib.data.intake.pupils import beside, judge
from shnor_lib.data.intake.pupils.findings import rows_findings
from shnor_lib.data.intake.pupils.judge import IMPOSSIBLE, TAKEN
from shnor_lib.data.intake.pupils.source import BARE, Task

_QUARANTINE = 20  # of impossible rows a cell bears one in so many
_ROWS = pa.schema(
    [
        ("row", pa.int32()),
        ("school", pa.int32()),
        ("person", pa.uint64()),
        ("bad", pa.bool_()),
        ("score", pa.float64()),
        ("mark", pa.int8()),
        ("failed", pa.bool_()),
        ("journal", pa.int8()),
        ("tasks", pa.list_(pa.uint8())),
    ]
)
OUT = ("school_id", "year", "series", "attempt", "participants", "failed", "failed_low", "failed_high")


@dataclass(frozen=True)
class Sitting:
    """Judged rows of one procedure in one sheet.

    Attributes:
        file, sheet: where they stand.
        series: id of the series.
        year: calendar year in which the school year ends.
        rows: row, school, person, bad (impossible), score, mark, failed, journal, tasks; nothing personal.
        day: ISO date of the exam, empty where not known.
        has_ids: persons can be told apart.
        kind: `oge` or `ege` where schools written as bare numbers (`source.BARE` added) are codes of the РЦОИ
            or six digits; empty where they are logins.
        tasks: of which `rows` hold the points, in their order.
    """

    file: str
    sheet: str
    series: str
    year: int
    rows: pa.Table = field(repr=False)
    day: str = ""
    has_ids: bool = True
    kind: str = ""
    tasks: tuple[Task, ...] = ()


def judged_rows(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Rows of the table `judged` that count: taken ones and impossible ones."""
    counting = ", ".join(str(status) for status in (TAKEN, *IMPOSSIBLE))
    query = (
        f"select row, school, person, status <> {TAKEN} as bad, score, mark, failed, journal, tasks "  # noqa: S608
        f"from judged where status in ({counting})"
    )
    return connection.sql(query).to_arrow_table().cast(_ROWS)


@dataclass(frozen=True)
class Counted:
    """What the rows of pupils give.

    Attributes:
        tables: `results` with the columns `OUT`, n2–n5 (Int64, missing where a mark is not known), mean_score
            (Float64), and `codes.RCOI` where a school stands under a number that may be a code of the РЦОИ
            (such a cell may stand beside one under the same digits as a login); and the tables of
            `pupils.beside`, without schools under such numbers. All with source, file, sheet, row.
        findings: about repeated, impossible and unjudged rows.
    """

    tables: Mapping[str, pd.DataFrame] = field(default_factory=lambda: {"results": pd.DataFrame()})
    findings: list[Finding] = field(default_factory=list)


def count(sittings: Sequence[Sitting]) -> Counted:
    """Results of schools, and what is counted beside them."""
    if not sittings:
        return Counted()
    connection = judge.connect()
    parts = [_with_block(sitting, at) for at, sitting in enumerate(sittings)]
    works = sorted({(item.series, item.year) for item in sittings})
    blocks = pa.table(
        {
            "block": pa.array(range(len(sittings)), pa.int32()),
            "work": pa.array([works.index((item.series, item.year)) for item in sittings], pa.int32()),
            "day": [item.day for item in sittings],
            # Works of the ВПР are written once: a second row of a pupil is an error, not an attempt.
            "retaken": [not item.series.startswith("vpr-") for item in sittings],
        }
    )
    connection.register("rows", pa.concat_tables(parts))
    connection.register("blocks", blocks)
    for step in (_SITTINGS, _REPEATED, _ORDERED):
        connection.execute(step).fetchall()
    findings = _repeated(connection, sittings)
    cells = connection.sql(_CELLS).to_arrow_table().to_pandas()
    results = _results(cells, sittings, works)
    spoilt = _QUARANTINE * results["bad"] > results["participants"] + results["bad"]
    others = beside.count(connection, [item.tasks for item in sittings], works, results[~spoilt])
    connection.close()
    findings += _unjudged(results, sittings)
    return Counted({"results": results.drop(columns=["bad", "unknown", "block"]), **others}, findings)


def _with_block(sitting: Sitting, at: int) -> pa.Table:
    numbers = pa.repeat(pa.scalar(at, pa.int32()), sitting.rows.num_rows)
    return sitting.rows.append_column("block", numbers)


# The digest of a person holds the school: two pupils of two schools are never one person. A school stands as
# a login and as a bare number in cells of their own: the number may turn out to be another school's code.
_SITTINGS = f"""
    create view sittings as
    select row, school % {BARE} as school, school >= {BARE} as bare, person, bad, score, mark, failed,
        journal, tasks, block, work, day, retaken
    from rows join blocks using (block)"""  # noqa: S608 - the only thing put in is a number of ours
# Only persons with several rows are put in order: they are few.
_REPEATED = """
    create table repeated as
    select person, work from sittings group by person, work having count(*) > 1"""
_ORDERED = """
    create table ordered as
    with several as (
        select sittings.*, row_number() over (
            partition by person, work, day, bad, score, mark, failed order by block, row
        ) as copy
        from sittings semi join repeated using (person, work)
    )
    select *,
        row_number() over (own order by day, block, row) as turn,
        row_number() over (
            own order by failed nulls last, mark desc nulls last, score desc nulls last, day, block, row
        ) as rank,
        count(distinct day) over own as days
    from several
    window own as (partition by copy > 1, bad, person, work)"""
_CELLS = """
    with retakes as (
        select distinct work from ordered where copy = 1 and turn > 1 and retaken and not bad
    ),
    singles as (select sittings.* from sittings anti join repeated using (person, work)),
    others as (select unnest(['best', 'all_rows']) as attempt),
    kept as (
        select 'first' as attempt, block, row, school, bare, work, bad, score, mark, failed from singles
        union all
        select 'first' as attempt, block, row, school, bare, work, bad, score, mark, failed from ordered
        where copy = 1 and (bad or turn = 1)
        union all
        select attempt, block, row, school, bare, work, bad, score, mark, failed
        from singles semi join retakes using (work) cross join others
        union all
        select attempt, block, row, school, bare, work, bad, score, mark, failed
        from ordered semi join retakes using (work) cross join others
        where copy = 1 and (bad or attempt = 'all_rows' or rank = 1)
    )
    select school, bare, work, attempt, block,
        count(*) filter (not bad) as participants, count(*) filter (bad) as bad,
        count(*) filter (not bad and failed) as failed,
        count(*) filter (not bad and failed is null) as unknown,
        count(*) filter (not bad and mark is null) as unmarked,
        count(*) filter (not bad and mark = 2) as n2, count(*) filter (not bad and mark = 3) as n3,
        count(*) filter (not bad and mark = 4) as n4, count(*) filter (not bad and mark = 5) as n5,
        sum(score) filter (not bad) as total, count(score) filter (not bad) as scored,
        min(row) as first_row, max(row) as last_row
    from kept
    group by all order by all"""


def _results(
    cells: pd.DataFrame, sittings: Sequence[Sitting], works: Sequence[tuple[str, int]]
) -> pd.DataFrame:
    """Cells of several sheets added up, with their sources."""
    if cells.empty:
        return pd.DataFrame(columns=[*OUT, "bad", "unknown", "block"])
    where = [f"{item.file} | {item.sheet}" for item in sittings]
    cells["source"] = [
        f"{where[block]} | {first}" + (f"–{last}" if last > first else "")
        for block, first, last in zip(cells["block"], cells["first_row"], cells["last_row"], strict=True)
    ]
    cells["series"] = [works[at][0] for at in cells["work"]]
    cells["year"] = [works[at][1] for at in cells["work"]]
    key = ["school", "bare", "series", "year", "attempt"]
    sums = ["participants", "bad", "failed", "unknown", "unmarked", "n2", "n3", "n4", "n5", "total", "scored"]
    found = cells.rename(columns={"first_row": "row"})
    if cells.duplicated(key).any():  # a school in several sheets
        first = dict.fromkeys(("block", "row"), "first")
        found = found.groupby(key, as_index=False).agg(
            dict.fromkeys(sums, "sum") | first | {"source": "; ".join}
        )
    found = found.astype(dict.fromkeys([*sums[:9], "scored", "year", "row"], "Int64"))
    spoilt = _QUARANTINE * found["bad"] > found["participants"] + found["bad"]
    closed = spoilt | (found["unknown"] == found["participants"])
    known = found["failed"].mask(closed)
    marks = {name: found[name].mask(closed | (found["unmarked"] > 0)) for name in ("n2", "n3", "n4", "n5")}
    no_ids = found["block"].map(lambda at: not sittings[at].has_ids).astype(bool)
    return found.assign(
        school_id=found["school"].astype("int64").astype("str").str.zfill(6),
        attempt=found["attempt"].astype("str").mask(no_ids, "all_rows"),
        failed=known.mask(found["unknown"] > 0),
        failed_low=known,
        failed_high=known + found["unknown"],
        **marks,
        mean_score=(found["total"] / found["scored"].where(found["scored"] > 0)).astype("Float64"),
        file=found["block"].map(lambda at: sittings[at].file).astype("str"),
        sheet=found["block"].map(lambda at: sittings[at].sheet).astype("str"),
        source=found["source"].astype("str"),
        **_marked(found, sittings),
    ).drop(columns=["school", "bare", "work", "unmarked", "total", "scored", "last_row"], errors="ignore")


def _marked(cells: pd.DataFrame, sittings: Sequence[Sitting]) -> dict[str, "pd.Series[str]"]:
    """The column `codes.RCOI`, where any cell stands under a bare number of a file of the РЦОИ."""
    if not cells["bare"].any():
        return {}
    kinds = cells["block"].map(lambda at: sittings[at].kind).astype("str")
    return {RCOI: kinds.where(cells["bare"].astype(bool))}


def _repeated(connection: duckdb.DuckDBPyConnection, sittings: Sequence[Sitting]) -> list[Finding]:
    """Findings about persons with several rows; rows are named, persons never."""
    findings: list[Finding] = []
    rows = connection.execute(
        "select block, row, school, copy > 1 as doubled, retaken from ordered "
        "where copy > 1 or (turn > 1 and not bad and (not retaken or days = 1)) order by block, row"
    ).fetchall()
    groups: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for block, row, school, doubled, retaken in rows:
        kind = "pupil_doubled" if doubled else "pupil_attempts" if retaken else "pupil_conflicting"
        groups.setdefault((block, kind), []).append((row, school))
    for (block, kind), places in groups.items():
        severity, message, action = _REPEATED_WORDS[kind]
        findings += rows_findings(sittings[block], kind, severity, message, action, places)
    return findings


_REPEATED_WORDS = {
    "pupil_doubled": (
        WARNING,
        "строка участника повторена; учтена один раз",
        "Удалите повтор; на результат он не влияет.",
    ),
    "pupil_attempts": (
        INFO,
        "участник записан ещё раз с другим итогом; первая строка принята как первая попытка",
        "Если это не пересдача, оставьте верную строку.",
    ),
    "pupil_conflicting": (
        WARNING,
        "участник записан ещё раз с другим итогом; учтена первая строка",
        "Оставьте верную строку.",
    ),
}


def _unjudged(results: pd.DataFrame, sittings: Sequence[Sitting]) -> list[Finding]:
    """Cells that cannot be evaluated, or only with a note."""
    findings: list[Finding] = []
    spoilt_cells = results[results["bad"] > 0].drop_duplicates(["school_id", "series", "year"])
    for row in spoilt_cells.to_dict("records"):
        bad, n = int(row["bad"]), int(row["participants"])
        spoilt = _QUARANTINE * bad > n + bad
        end = "; это больше 5 %, результат школы не оценивается" if spoilt else "; результат школы неполный"
        findings.append(
            Finding(
                str(row["file"]),
                "cell_spoilt" if spoilt else "cell_incomplete",
                ERROR if spoilt else WARNING,
                f"невозможных строк {bad} из {n + bad}, они не учтены{end}",
                "Исправьте строки, названные выше, и повторите загрузку.",
                sheet=str(row["sheet"]),
                row=int(row["row"]),
                value=str(row["series"]),
                school_id=str(row["school_id"]),
            )
        )
    return findings
