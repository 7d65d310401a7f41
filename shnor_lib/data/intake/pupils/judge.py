"""Each row of a pupil judged by itself: participant, absent, ГВЭ, impossible; passed or failed (R1, R2, R5).

In:   a `pupils.source.Source`, and what is known of the procedure.
Out:  the table `judged` of a DuckDB connection in memory: row, school, person, status, score, mark, failed,
      mark in the journal, points of tasks.
Not:  persons with several rows and counts of schools (see `pupils.count`).

A person is a 64-bit digest of the identifying texts with a salt that is drawn anew for every process and
kept nowhere; the texts themselves do not get past the first step. DuckDB may not write temporary files.
"""

import secrets
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from shnor_lib.data.intake.pupils.source import BARE, SCHEMA, Source
from shnor_lib.data.scales import TEST, Scale

TAKEN, ABSENT, GVE, OVER_MAX, BAD_MARK, BAD_SCORE, NO_SCHOOL, EMPTY = range(8)
IMPOSSIBLE = (OVER_MAX, BAD_MARK, BAD_SCORE)
MEMORY = "1200MB"
_SALT = secrets.token_hex(16)
_MACROS = (
    "create macro word(x) as trim(replace(lower(x), chr(160), ' '))",
    # A dash or «н/д» in a cell means that nothing stands there.
    "create macro said(w) as case when regexp_full_match(w, '-|–|—|−|--|н/?д|нет данных') then '' else w end",
    "create macro num(w) as try_cast(replace(replace(w, ' ', ''), ',', '.') as decimal(9, 3))::double",
    "create macro missed(w) as regexp_matches(w, '^(отсутств|неявк|не ?яв|н/я)')",
)
# One person is written now with «ё», now with two spaces.
_PERSON = "replace(regexp_replace(lower(person), '\\s+', ' ', 'g'), 'ё', 'е')"


@dataclass(frozen=True)
class Work:
    """What the rows of a block are judged by.

    Attributes:
        scale: bounds of the work, None where none is known.
        max_score: highest possible score, None where it is not known.
        uses_test: the score is the test score (ЕГЭ), not the primary one.
    """

    scale: Scale | None
    max_score: float | None
    uses_test: bool = False


def salt() -> str:
    """The salt of this process, for another one that reads files of the same ingest."""
    return _SALT


def use_salt(salt: str) -> None:
    """Tell persons apart as another process of the same ingest does."""
    global _SALT
    _SALT = salt


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that writes nothing to disk."""
    connection = duckdb.connect(":memory:", config={"temp_directory": "", "memory_limit": MEMORY})
    connection.execute("set enable_progress_bar = false").fetchall()
    for macro in _MACROS:
        connection.execute(macro).fetchall()
    return connection


def judge(
    connection: duckdb.DuckDBPyConnection, source: Source, work: Work, part: int = 0, parts: int = 1
) -> None:
    """Make the table `judged` anew from the rows of a source.

    Args:
        connection: from `connect`.
        source: rows; read once.
        work: what they are judged by.
        part: of files too large to be held, only schools of this part are taken.
        parts: into how many parts the schools are divided.
    """
    reader = pa.RecordBatchReader.from_batches(SCHEMA, source.batches())
    connection.register("pupils", reader)
    try:
        connection.execute(_query(source, work, part, parts), {"salt": _SALT}).fetchall()
    finally:
        connection.unregister("pupils")


def _query(source: Source, work: Work, part: int, parts: int) -> str:
    score = "test" if work.uses_test else "total"
    most = "null::double" if work.max_score is None else f"{work.max_score:f}::double"
    failed, mark = _by_scale(work.scale)
    some = f"where coalesce(school, 0) % {parts} = {part}" if parts > 1 else ""

    def word(name: str) -> str:
        # A column that the table does not have costs nothing as a constant.
        return f"said(word(coalesce({name}, '')))" if name in source.columns else "''"

    return f"""
        create or replace table judged as
        with words as (
            select row, school,
                hash($salt, school % {BARE}, case when person is null then '#' || row else {_PERSON} end)
                    as person,
                person is null as nameless,
                {word("variant")} as variant, {word("total")} as total_word, {word(score)} as score_word,
                {word("mark")} as mark_word, {word("form")} as form,
                replace(coalesce(short, ''), ' ', '') as short, coalesce(extended, '') as extended,
                {word("geometry")} as geometry_word, {word("journal")} as journal_word, tasks
            from pupils {some}
        ), numbers as (
            select *, num(score_word) as score,
                case when num(mark_word) between 2 and 5 and num(mark_word) % 1 = 0
                    then num(mark_word)::tinyint end as given,
                case when num(journal_word) between 2 and 5 and num(journal_word) % 1 = 0
                    then num(journal_word)::tinyint end as journal,
                {_geometry(work.scale)} as geometry
            from words
        ), known as (
            select *, {failed} as scale_failed, {mark} as scale_mark,
                case
                when school is null and nameless and score_word = '' and mark_word = '' then {EMPTY}
                when school is null then {NO_SCHOOL}
                when contains(form, 'гвэ') or starts_with(score_word, 'гвэ') or starts_with(mark_word, 'гвэ')
                    or starts_with(total_word, 'гвэ') or starts_with(variant, 'гвэ') then {GVE}
                when missed(variant) or missed(score_word) or missed(mark_word) or missed(total_word)
                    then {ABSENT}
                when score_word = '' and total_word = '' and (mark_word = '' or mark_word = '0') then {ABSENT}
                when given is null and mark_word <> '' and mark_word <> '0' then {BAD_MARK}
                when given is null and score is null and score_word <> '' then {BAD_SCORE}
                when score < 0 or score > {most} then {OVER_MAX}
                else {TAKEN} end as status
            from numbers
        )
        select row, school, person, status::tinyint as status, score,
            coalesce(given, scale_mark)::tinyint as mark,
            case when given is not null then given = 2 else scale_failed end as failed,
            journal, tasks,
            coalesce(given <> scale_mark or (given = 2) <> scale_failed, false) as disagrees,
            status = {ABSENT} and coalesce(score > 0, false) as absent_with_score
        from known
        where status <> {EMPTY}
    """  # noqa: S608 — numbers and names of our own


def _by_scale(scale: Scale | None) -> tuple[str, str]:
    """Failed and mark by the scale, as expressions; missing where the scale leaves them open."""
    if scale is None:
        return "null::boolean", "null::tinyint"
    failed = f"score < {scale.min_3}"
    if scale.geometry_min is not None:
        failed = f"case when score < {scale.min_3} then true else geometry < {scale.geometry_min} end"
    if scale.unit == TEST:
        return failed, "null::tinyint"
    steps = [f"when ({failed}) is null then null", f"when {failed} then 2"]
    steps.append(f"when score < {scale.min_4} then 3" if scale.min_4 is not None else "when true then null")
    steps.append(f"when score < {scale.min_5} then 4" if scale.min_5 is not None else "when true then null")
    return failed, f"case {' '.join(steps)} else 5 end"


def _geometry(scale: Scale | None) -> str:
    """Points in the geometry tasks, from a column of their own or from the strings of the tasks.

    «++++2+»: a sign a task, `+` is one point; «1(2)2(3)»: points and in brackets their maximum, numbered on
    from the short tasks. Missing where the strings do not reach as far as the tasks.
    """
    if scale is None or not scale.geometry_tasks:
        return "null::double"
    tasks = ", ".join(str(task) for task in scale.geometry_tasks)
    last = max(scale.geometry_tasks)
    found = "regexp_extract_all(extended, '([0-9]+|[^0-9()\\s])\\s*\\(', 1)"
    points = f"""list_sum(list_transform([{tasks}], lambda task: case
        when task > len(short) then coalesce(try_cast({found}[task - len(short)] as integer), 0)
        when substr(short, task::int, 1) = '+' then 1
        else coalesce(try_cast(substr(short, task::int, 1) as integer), 0) end))::double"""
    whole = f"len(short) + len({found}) >= {last}"
    return f"coalesce(num(geometry_word), case when {whole} then {points} end)"
