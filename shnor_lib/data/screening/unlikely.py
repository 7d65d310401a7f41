"""Checks of whole blocks of results: possible row by row and unlikely all the same (METHODOLOGY §7.6).

In:   the table of results with its places, and where needed the register or the context form.
Out:  a `Flag` each; no row is rejected: a person decides.

Bounds are choices of this project [A], set so that a synthetic region without such defects raises none of
them.
"""

import pandas as pd

from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.screening.flags import Flag

_MARKS = ["n2", "n3", "n4", "n5"]
_KEY = ["school_id", "year", "series"]
_ALIKE = 3  # series of a year with all marks equal: two schools share one by chance now and then, three never
_LEAST_GROUP = 8  # participants: smaller groups are equal by chance
_LEAST_SCHOOLS = 8  # of a series and year, to judge a block
_SAME = 90  # per cent of the schools of a block that stand again in another year
_REVERSED = 50  # per cent of marks «2» with hardly any «5»: the columns are the other way round
_FEW_FIVES = 5
_MORE = 110  # per cent of the pupils of a parallel
_CROWD = 5_000  # participants of a school in one procedure; the largest have some 1,500 in a parallel
_BEST_SCORE = 100  # of any procedure, primary or test scores


def copied_rows(results: pd.DataFrame) -> Flag:
    """Marks of two schools that are the same in three and more series of one year: one was copied."""
    first = _first(results)
    whole = first[first[_MARKS].notna().all(axis=1) & (first["participants"] >= _LEAST_GROUP)]
    content = ["year", "series", "participants", *_MARKS]
    twins = whole[whole.duplicated(content, keep=False)]
    pairs = twins[["school_id", *content]].merge(
        twins[["school_id", *content]], on=content, suffixes=("", "_twin")
    )
    pairs = pairs[pairs["school_id"] != pairs["school_id_twin"]]
    number = pairs.groupby(["school_id", "school_id_twin", "year"])["series"].nunique()
    found = number[number >= _ALIKE].reset_index()[["school_id", "school_id_twin", "year"]]
    flagged = pairs.merge(found, on=["school_id", "school_id_twin", "year"])
    twin = flagged.drop_duplicates(_KEY).set_index(_KEY)["school_id_twin"]
    keys = pd.MultiIndex.from_frame(first[_KEY])
    rows = pd.Series(keys.isin(twin.index), index=first.index).reindex(results.index, fill_value=False)
    shown = pd.Series(twin.reindex(keys).to_numpy(), index=first.index, dtype="str").reindex(results.index)
    return Flag(
        "copied_rows",
        WARNING,
        rows,
        "отметки полностью совпадают с отметками другой школы в нескольких работах года",
        "Проверьте, не вставлена ли строка одной школы вместо другой.",
        "Логин",
        "как у школы " + shown.fillna(""),
    )


def marks_reversed(results: pd.DataFrame) -> Flag:
    """A series of a year in which half of all marks are «2» and hardly any «5»: columns in reverse order."""
    first = _first(results)
    marked = first[first["series"].str.startswith("vpr") & first[_MARKS].notna().all(axis=1)]
    blocks = marked.groupby(["file", "sheet", "series", "year"], dropna=False)
    sums = blocks[[*_MARKS, "participants"]].sum()
    turned = (
        (blocks.size() >= _LEAST_SCHOOLS)
        & (100 * sums["n2"] >= _REVERSED * sums["participants"])
        & (100 * sums["n5"] <= _FEW_FIVES * sums["participants"])
    )
    return _of_blocks(
        results,
        marked,
        ["file", "sheet", "series", "year"],
        turned[turned],
        "marks_reversed",
        "больше половины отметок «2» и почти нет «5»: похоже, столбцы отметок стоят в обратном порядке",
        "Проверьте порядок столбцов 2, 3, 4, 5 во всём блоке.",
        "2, 3, 4, 5",
    )


def repeated_year(results: pd.DataFrame) -> Flag:
    """A series whose schools have the very results of the year before: one file under two years."""
    first = _first(results)
    content = ["school_id", "series", "participants", "failed"]
    known = first[first["failed"].notna() & (first["participants"] > 0)]
    before = known[["year", *content]].assign(year=known["year"] + 1).drop_duplicates().assign(_again=True)
    both = known.merge(before, how="left", on=["year", *content])
    again = pd.Series(both["_again"].notna().to_numpy(), index=known.index)
    blocks = [known["series"], known["year"]]
    number, same = again.groupby(blocks).size(), again.groupby(blocks).sum()
    found = (number >= _LEAST_SCHOOLS) & (100 * same >= _SAME * number)
    return _of_blocks(
        results,
        known,
        ["series", "year"],
        found[found],
        "repeated_year",
        "результаты почти всех школ те же, что годом раньше: похоже, один файл загружен за два года",
        "Проверьте, за какой год этот файл.",
        "Год",
    )


def municipality_missing(results: pd.DataFrame, schools: pd.DataFrame) -> list[tuple[str, int]]:
    """Municipalities none of whose schools has a result in a year in which others have.

    Returns:
        Municipality and year, in order; only years with a register of their own.
    """
    if "municipality" not in schools:
        return []
    years = set(results["year"].dropna().astype(int)) & set(schools["year"].dropna().astype(int))
    judged = schools[schools["municipality"].notna() & schools["year"].isin(list(years))]
    if "in_scope" in judged:
        judged = judged[judged["in_scope"].fillna(value=True).astype(bool)]
    present = results[["school_id", "year"]].drop_duplicates().assign(_has=True)
    joined = judged.merge(present, how="left", on=["school_id", "year"])
    has = joined["_has"].notna().groupby([joined["municipality"], joined["year"]]).any()
    return [(str(place), int(year)) for place, year in has[~has].index]


def participants_over_pupils(results: pd.DataFrame, context: pd.DataFrame) -> Flag:
    """More took part than the parallel has pupils, by more than a tenth."""
    number = pupils_of_grade(results, context)
    rows = (100 * results["participants"] > _MORE * number) & (results["participants"] - number >= 2)
    return Flag(
        "participants_over_pupils",
        WARNING,
        rows.fillna(value=False) & ~results.duplicated(_KEY),
        "участников больше, чем обучающихся в параллели",
        "Сверьте число участников и контекстную анкету школы.",
        "Кол-во участников",
        results["participants"].astype("str") + " из " + number.astype("Int64").astype("str"),
    )


def crowd(results: pd.DataFrame) -> Flag:
    """More participants in one procedure than any school has pupils in a parallel."""
    return Flag(
        "crowd",
        WARNING,
        (results["participants"] > _CROWD).fillna(value=False),
        f"участников больше {_CROWD}: столько в одной школе не бывает; принято как есть",
        "Проверьте число участников: похоже, сбились разряды или это строка района.",
        "Кол-во участников",
        results["participants"].astype("str"),
    )


def mean_score_outside(results: pd.DataFrame) -> Flag:
    """A mean score that no procedure can give."""
    scores = results["mean_score"]
    return Flag(
        "mean_score_outside",
        ERROR,
        ((scores < 0) | (scores > _BEST_SCORE)).fillna(value=False),
        f"средний балл меньше 0 или больше {_BEST_SCORE}; значение не принято",
        "Впишите верный балл или оставьте ячейку пустой.",
        "Средний балл",
        scores.map("{:g}".format, na_action="ignore").astype("str"),
        clears="mean_score",
    )


def pupils_of_grade(results: pd.DataFrame, context: pd.DataFrame) -> "pd.Series[float]":
    """Pupils of the grade of each row by the context form of its year (Float64), missing where unknown."""
    grade = results["series"].str.extract(r"^vpr-[a-z]{2}-(\d+)")[0]
    pupils = context[context["indicator"].str.startswith("pupils_grade_")]
    pupils = pupils.assign(grade=pupils["indicator"].str.rsplit("_", n=1).str[-1])
    keys = results[["school_id", "year"]].assign(grade=grade)
    known = pupils[["school_id", "year", "grade", "value"]].drop_duplicates(["school_id", "year", "grade"])
    return keys.merge(known, how="left", on=["school_id", "year", "grade"])["value"].set_axis(results.index)


def _first(results: pd.DataFrame) -> pd.DataFrame:
    """One row a cell: further attempts repeat it."""
    return results[~results.duplicated(_KEY)]


def _of_blocks(
    results: pd.DataFrame,
    rows: pd.DataFrame,
    by: list[str],
    found: "pd.Series[bool]",
    check: str,
    message: str,
    action: str,
    column: str,
) -> Flag:
    """A flag on the first row of each block that was found: one finding a block."""
    heads = rows.drop_duplicates(by)
    here = pd.MultiIndex.from_frame(heads[by]).isin(found.index)
    flagged = pd.Series(here, index=heads.index).reindex(results.index, fill_value=False)
    told = results["series"].astype("str") + ", " + results["year"].astype("str")
    return Flag(check, WARNING, flagged, message, action, column, told)
