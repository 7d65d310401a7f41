"""Schools by name for the console: proposals for names without a code, and the list of schools with codes.

In:   what `data.intake.proposals` did; the tables of schools and of their codes.
Out:  `proposed`, `listed`: lines of text.
Not:  anything about results: here schools are only told apart.
"""

from collections.abc import Iterable

import pandas as pd

from shnor_lib.data.identity import matching
from shnor_lib.data.identity.names import normal
from shnor_lib.data.intake.proposals import Proposals
from shnor_lib.present import text

NAMES = ("название", "названия", "названий")
SHOWN = 20
_WIDE = 60
_CODES = {"oge": "ОГЭ", "ege": "ЕГЭ", "inn": "ИНН"}
_CLARITY = {
    matching.CLEAR: "похожа одна школа",
    matching.AMBIGUOUS: "выберите сами",
    matching.NONE: "похожих нет",
}


def proposed(found: Proposals) -> list[str]:
    """What was proposed, and what a person has to do now."""
    if not found.waiting and not found.unread:
        return ["Названий без кода, о которых нужно решать, в текущем снимке нет."]
    lines = []
    for row in found.new.head(SHOWN).to_dict("records"):
        place = f" ({row['municipality']})" if row["municipality"] else ""
        lines.append(f"«{row['name']}»{place}: {_CLARITY[str(row['clarity'])]}")
        for way in ("candidate", "second"):
            if not text.is_missing(row[f"{way}_id"]):
                score = "score" if way == "candidate" else "second_score"
                lines.append(f"    {row[f'{way}_id']}  {row[way]}  — сходство {row[score]} из 100")
    if len(found.new) > SHOWN:
        lines.append(f"… и ещё {text.counted(len(found.new) - SHOWN, NAMES)}, все они в файле.")
    if lines:
        lines.append("")
    lines.append(f"Файл решений: {found.path}")
    lines.append(
        f"Предложено: {text.counted(len(found.new), NAMES)}. Ждут решения: {found.waiting}, "
        f"решено: {found.decided}."
    )
    if found.waiting:
        lines.append(
            "Сходство названий ничего не решает. В столбце decision впишите accepted (школа с кодом из "
            "school_id) или rejected (это не школа реестра), затем выполните: shnor ingest"
        )
    elif found.unread:
        lines.append("Решения ещё не учтены в снимке. Выполните: shnor ingest")
    return lines


def listed(schools: pd.DataFrame, codes: pd.DataFrame, words: str = "") -> list[str]:
    """Schools of the newest year, alphabetically by municipality, with their codes in other systems.

    Args:
        schools: tidy schools.
        codes: tidy `school_codes`, may be empty.
        words: part of a name or of a code; all schools where it is empty.
    """
    newest = schools.sort_values("year").drop_duplicates("school_id", keep="last")
    told = newest.assign(codes=newest["school_id"].map(_codes(codes)).fillna(""))
    told = told[_matching(told, words)]
    if told.empty:
        return [f"Школ по запросу «{words}» нет." if words else "Школ в снимке нет."]
    told = told.assign(municipality=told["municipality"].fillna("Муниципалитет не указан"))
    told = told.sort_values(
        ["municipality", "name", "school_id"], key=lambda column: column.map(str.casefold, "ignore")
    )
    lines = []
    for municipality, rows in told.groupby("municipality", sort=False):
        lines.append(str(municipality))
        for row in rows.to_dict("records"):
            name = "без названия" if text.is_missing(row["name"]) else text.shorten(str(row["name"]), _WIDE)
            more = f"  [{row['codes']}]" if row["codes"] else ""
            year = "" if row["year"] == schools["year"].max() else f"  (до {row['year']} г.)"
            lines.append(f"  {row['school_id']}  {name}{more}{year}")
    lines += ["", f"Всего: {text.counted(len(told), text.SCHOOLS)}."]
    return lines


def _codes(codes: pd.DataFrame) -> dict[str, str]:
    """Six digits → «ОГЭ 101, ЕГЭ 201»."""
    told: dict[str, list[str]] = {}
    for row in codes.sort_values(["kind", "code"], ascending=[False, True]).to_dict("records"):
        since = "" if text.is_missing(row["year"]) else f" с {row['year']} г."
        told.setdefault(str(row["school_id"]), []).append(f"{_CODES[str(row['kind'])]} {row['code']}{since}")
    return {school: ", ".join(parts) for school, parts in told.items()}


def _matching(schools: pd.DataFrame, words: str) -> "pd.Series[bool]":
    wanted = normal(words)
    found = [
        words.casefold() in f"{school} {codes} {name}".casefold() or (wanted and wanted in normal(str(name)))
        for school, codes, name in _records(schools)
    ]
    return pd.Series(found, index=schools.index, dtype=bool)


def _records(schools: pd.DataFrame) -> Iterable[tuple[object, ...]]:
    return zip(schools["school_id"], schools["codes"], schools["name"].fillna(""), strict=True)
