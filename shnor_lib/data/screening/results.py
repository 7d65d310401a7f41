"""Checks over rows of results (rules R5, R8; METHODOLOGY §7.6, §10).

Each check takes the table with its places and returns a `Flag`. Impossible rows are quarantined, never
clipped.
"""

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING
from shnor_lib.data.screening.flags import Flag
from shnor_lib.data.screening.unlikely import pupils_of_grade
from shnor_lib.data.series import parse

KEY = ["school_id", "year", "series", "attempt"]
_MARKS = ["n2", "n3", "n4", "n5"]
_VALUES = ["participants", "failed", *_MARKS]
_TIMES = 3
_NOTABLE = 15  # persons: below that a threefold change is everyday life
_COVERED = 80  # per cent of the parallel


def failed_over_participants(results: pd.DataFrame) -> Flag:
    """More failed than took part."""
    rows = (results["failed"] > results["participants"]) | (results["failed_high"] > results["participants"])
    return Flag(
        "failed_over_participants",
        ERROR,
        rows,
        "не справившихся больше, чем участников; строка не принята",
        "Сверьте строку с исходным отчётом.",
        "Не преодолели порог",
        _pair(results, "failed"),
        rejects=True,
    )


def marks_sum(results: pd.DataFrame) -> Flag:
    """Marks 2–5 that do not add up to the participants."""
    total = results[_MARKS].sum(axis=1, skipna=False)
    return Flag(
        "marks_sum",
        ERROR,
        total.notna() & (total != results["participants"]),
        "сумма отметок 2–5 не равна числу участников; строка не принята",
        "Сверьте строку с исходным отчётом: неверно число участников или одна из отметок.",
        "2, 3, 4, 5",
        total.astype("str") + " из " + results["participants"].astype("str"),
        rejects=True,
    )


def failed_against_marks(results: pd.DataFrame) -> Flag:
    """ВПР: the number of those who failed is the number of marks «2» (rule R2)."""
    is_vpr = results["series"].str.startswith("vpr").fillna(value=False)
    differ = is_vpr & (results["failed"] != results["n2"])
    return Flag(
        "failed_against_marks",
        ERROR,
        differ.fillna(value=False),
        "число не преодолевших порог не равно числу отметок «2»; строка не принята",
        "Оставьте верное число: для ВПР не преодолели порог те, кто получил «2».",
        "failed, n2",
        results["failed"].astype("str") + " и " + results["n2"].astype("str"),
        rejects=True,
    )


def bounds_disorder(results: pd.DataFrame) -> Flag:
    """Bounds of R8 that are upside down, or do not hold the count itself."""
    low, high, failed = results["failed_low"], results["failed_high"], results["failed"]
    wrong = (low > high) | (failed < low) | (failed > high)
    return Flag(
        "bounds_disorder",
        ERROR,
        wrong.fillna(value=False),
        "границы числа не преодолевших порог противоречат друг другу или самому числу; строка не принята",
        "Исправьте failed_low и failed_high или удалите их.",
        "failed_low, failed_high",
        low.astype("str") + " и " + high.astype("str"),
        rejects=True,
    )


def doubled_rows(results: pd.DataFrame) -> Flag:
    """The same result again, in the same file or in another: taken once."""
    rows = results.duplicated([*KEY, *_VALUES])
    return Flag(
        "doubled_rows",
        WARNING,
        rows,
        "строка повторена: тот же результат школы уже принят; учтён один раз",
        "Удалите повтор; на результат он не влияет.",
        "",
        _label(results),
        rejects=True,
    )


def conflicting_rows(results: pd.DataFrame) -> Flag:
    """Different results of one school in one procedure: nobody can say which is right, so none is taken."""
    first = results.drop_duplicates([*KEY, *_VALUES])
    rows = first.duplicated(KEY, keep=False).reindex(results.index, fill_value=False)
    return Flag(
        "conflicting_rows",
        ERROR,
        rows,
        "у школы несколько разных результатов одной процедуры; ни один не принят",
        "Оставьте верную строку; если это школа и её филиал, дайте филиалу свой код.",
        "",
        _label(results) + ": " + _pair(results, "failed"),
        rejects=True,
    )


def out_of_calendar(results: pd.DataFrame, calendar: pd.DataFrame) -> Flag:
    """Results of a procedure that was cancelled or not held that year."""
    held = results[["series", "year"]].merge(calendar[["series", "year", "held"]], how="left")
    rows = pd.Series((held["held"] == "no").fillna(False).to_numpy(), index=results.index)
    return Flag(
        "out_of_calendar",
        WARNING,
        rows & ~_again(results),
        "по календарю эта процедура в этом году не проводилась; результат сохранён, но в расчёт не войдёт",
        "Проверьте год и процедуру или уточните календарь таблицей procedures.",
        "Год",
        _label(results) + ", " + results["year"].astype("str"),
    )


def sudden_break(results: pd.DataFrame) -> Flag:
    """Participants of one series that changed threefold from one year to the next."""
    before = results[["school_id", "series", "year", "participants"]].copy()
    before["year"] = before["year"] + 1
    before = before.drop_duplicates(["school_id", "series", "year"]).rename(
        columns={"participants": "_before"}
    )
    paired = results[["school_id", "series", "year"]].merge(
        before, how="left", on=["school_id", "series", "year"]
    )
    was = paired["_before"].set_axis(results.index)
    now = results["participants"]
    low, high = was.where(was <= now, now), was.where(was >= now, now)
    rows = (high >= _TIMES * low) & (high - low >= _NOTABLE) & ~_again(results)
    return Flag(
        "sudden_break",
        WARNING,
        rows,
        "число участников изменилось за год втрое или больше",
        "Проверьте, все ли классы писали работу и не слились ли школы.",
        "Кол-во участников",
        was.astype("str") + " → " + now.astype("str"),
    )


def coverage(results: pd.DataFrame, context: pd.DataFrame) -> Flag:
    """Fewer than 80 % of the pupils of the grade took part, by the context form of the same year."""
    number = pupils_of_grade(results, context)
    rows = (100 * results["participants"] < _COVERED * number).fillna(False)
    return Flag(
        "coverage",
        INFO,
        rows,
        "работу писали меньше 80 % обучающихся параллели",
        "Учитывайте при чтении результата школы: часть классов могла не участвовать.",
        "Кол-во участников",
        results["participants"].astype("str") + " из " + number.astype("Int64").astype("str"),
    )


def _again(results: pd.DataFrame) -> "pd.Series[bool]":
    """Rows of a further attempt: what is wrong with a cell is said once."""
    return results.duplicated(["school_id", "year", "series"])


def _label(results: pd.DataFrame) -> "pd.Series[str]":
    """Series as people call them: «ВПР МА 5»."""
    labels = {name: parse(name).short for name in results["series"].dropna().unique()}
    return results["series"].map(labels).astype("str")


def _pair(results: pd.DataFrame, column: str) -> "pd.Series[str]":
    known = results[column].astype("str").fillna("?")
    return known + " из " + results["participants"].astype("str")
