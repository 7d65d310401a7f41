"""What rows of pupils give beside results: distributions of scores, the journal, tasks (METHODOLOGY §7).

In:   the connection of `pupils.count` with its views `sittings` and `repeated` and its table `ordered`.
Out:  `count`: rows of `score_distribution`, `journal_comparison` and `task_results` with their places.
Not:  persons: they are counted once, at their first attempt, as in the results of that attempt (R3); schools
      of which more than one row in twenty is impossible are left out (R5), and schools under bare numbers,
      which may be codes of the РЦОИ.

Whether journal marks and scores go together (§6.1 b) can be told only from the pupils themselves: Spearman's
correlation of a school and work is worked out here, and the pairs are forgotten.

In «Выполнение заданий» a participant counts for a task that has a number of points or was not begun («X»,
nought); one with anything else («Н/П», empty) does not.
"""

from collections.abc import Sequence

import duckdb
import pandas as pd

from shnor_lib.data.intake.pupils.source import Task

_KEY = ["school_id", "year", "series"]
_PLACE = ["source", "file", "sheet", "row"]
_PRIMARY = ("vpr-", "oge-")  # the score of the ЕГЭ may be the test score

_FIRSTS = """
    create view firsts as
    select block, school, work, score, mark, journal, tasks
    from sittings anti join repeated using (person, work) where not bad and not bare
    union all
    select block, school, work, score, mark, journal, tasks
    from ordered where copy = 1 and turn = 1 and not bad and not bare"""
_SCORES = """
    with found as (
        select school, work, score::integer as score, count(*) as count
        from firsts where score >= 0 and score % 1 = 0 group by all
    ),
    sizes as (select work, max(score) as most from found group by work),
    schools as (select school, work, sum(count)::bigint as base from found group by all),
    every as (
        select school, work, base, unnest(range(0, most + 1))::integer as score
        from schools join sizes using (work)
    )
    select school, work, score, coalesce(count, 0) as count, base
    from every left join found using (school, work, score) order by all"""
_JOURNAL = """
    with pairs as (
        select school, work, mark, journal, score from firsts where mark is not null and journal is not null
    ),
    ranks as (
        select school, work,
            rank() over (partition by school, work order by score)
                + (count(*) over (partition by school, work, score) - 1) / 2.0 as by_score,
            rank() over (partition by school, work order by journal)
                + (count(*) over (partition by school, work, journal) - 1) / 2.0 as by_journal
        from pairs where score >= 0
    ),
    agreed as (
        select school, work,
            case when min(by_score) < max(by_score) and min(by_journal) < max(by_journal)
                then round(corr(by_score, by_journal), 6) end as spearman,
            round(1 - 6 * sum((by_score - by_journal) ** 2) / (count(*) * (count(*) ** 2 - 1)), 6)
                as spearman_printed
        from ranks group by all having count(*) > 1
    ),
    compared as (
        select school, work, count(*) as participants,
            count(*) filter (mark < journal) as lowered, count(*) filter (mark = journal) as confirmed,
            count(*) filter (mark > journal) as raised
        from pairs group by all
    )
    select * from compared left join agreed using (school, work) order by all"""
_AGREED = ("spearman", "spearman_printed")


def count(
    connection: duckdb.DuckDBPyConnection,
    tasks: Sequence[Sequence[Task]],
    works: Sequence[tuple[str, int]],
    results: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Rows of the three tables, those that have any.

    Args:
        connection: holds the sittings.
        tasks: tasks of each block.
        works: series and year by number.
        results: rows of results, for the places; only their schools are counted.
    """
    connection.execute(_FIRSTS).fetchall()
    scores = _named(connection.sql(_SCORES).to_arrow_table().to_pandas(), works, results)
    journal = _named(connection.sql(_JOURNAL).to_arrow_table().to_pandas(), works, results)
    primary = [frame[frame["series"].str.startswith(_PRIMARY)] for frame in (scores, journal)]
    tables = {
        "score_distribution": _with_bounds(primary[0], ["count"]),
        "journal_comparison": _with_bounds(primary[1], ["lowered", "confirmed", "raised"]),
        "task_results": _tasks(connection, tasks, works, results),
    }
    return {name: table for name, table in tables.items() if not table.empty}


def _named(frame: pd.DataFrame, works: Sequence[tuple[str, int]], results: pd.DataFrame) -> pd.DataFrame:
    """Rows with the words of the contract and the place of their school in the results."""
    named = frame.assign(
        school_id=frame["school"].astype("int64").astype("str").str.zfill(6),
        series=pd.array([works[at][0] for at in frame["work"]], dtype="str"),
        year=pd.array([works[at][1] for at in frame["work"]], dtype="Int64"),
    ).drop(columns=["school", "work"])
    # The first attempt stands last of the attempts of a school.
    places = results[[*_KEY, *_PLACE]].drop_duplicates(_KEY, keep="last")
    return named.merge(places, on=_KEY, how="inner")


def _with_bounds(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Counts of persons are sure: both bounds are the count."""
    bounds = {f"{name}_{end}": frame[name] for name in names for end in ("low", "high")}
    numbers = frame.select_dtypes("number").columns.difference(list(_AGREED))
    whole = dict.fromkeys([*numbers, *bounds], "Int64")
    return frame.assign(**bounds).astype(whole | {name: "Float64" for name in _AGREED if name in frame})


def _tasks(
    connection: duckdb.DuckDBPyConnection,
    tasks: Sequence[Sequence[Task]],
    works: Sequence[tuple[str, int]],
    results: pd.DataFrame,
) -> pd.DataFrame:
    """Points of each task, added up over the sheets of a work."""
    most = max(map(len, tasks), default=0)
    if not most:
        return pd.DataFrame()
    sums = ", ".join(
        f"sum(tasks[{at}])::bigint as points{at}, count(tasks[{at}]) as people{at}"
        for at in range(1, most + 1)
    )
    query = f"select block, school, work, {sums} from firsts where tasks is not null group by all"  # noqa: S608
    counted = connection.sql(query).to_arrow_table().to_pandas()
    parts = []
    for block, rows in counted.groupby("block"):
        for at, task in enumerate(tasks[int(str(block))], start=1):
            part = rows[["school", "work"]].assign(
                points=rows[f"points{at}"], participants=rows[f"people{at}"]
            )
            parts.append(part.assign(task=task.name, max_score=task.max_score, order=at))
    if not parts:
        return pd.DataFrame()
    frame = pd.concat(parts, ignore_index=True).astype(
        dict.fromkeys(("points", "participants", "max_score"), "Int64")
    )
    sums_of = {"points": "sum", "participants": "sum", "max_score": "max", "order": "min"}
    joined = frame.groupby(["school", "work", "task"], as_index=False).agg(sums_of)
    joined = joined[joined["participants"] > 0].sort_values(["school", "work", "order"], kind="stable")
    named = _with_bounds(_named(joined.drop(columns="order"), works, results), ["points"])
    whole = (named["participants"] * named["max_score"]).astype("Float64")
    return named.assign(percent=(100 * named["points"] / whole).round(2))
