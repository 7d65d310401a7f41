"""Checks of codes and places: foreign logins, unmatched codes, municipalities, scope (rules R17, R18)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from shnor_lib.data.findings import ERROR, INFO, WARNING, Finding
from shnor_lib.data.identity.codes import RCOI
from shnor_lib.data.schemas import TABLES
from shnor_lib.data.schools import PREFIXES_OUT_OF_SCOPE, municipality_key

_DOMINANT = 0.9  # share of schools with the same first two digits that makes data those of one region
_LISTED = 300


def drop_foreign(
    parts: Mapping[tuple[str, str], pd.DataFrame], findings: list[Finding]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Rows of schools of another region leave all tables; data of several regions are left alone.

    Numbers of the РЦОИ that mean no known school begin as they like: such rows stay (R18), and the column
    that marks them goes.
    """
    marked = {key: frame[RCOI].notna() for key, frame in parts.items() if RCOI in frame}
    parts = {key: frame.drop(columns=RCOI, errors="ignore") for key, frame in parts.items()}
    seen = [
        frame["school_id"][~marked[key]] if key in marked else frame["school_id"]
        for key, frame in parts.items()
        if "school_id" in frame
    ]
    if not seen:
        return dict(parts)
    schools = pd.concat(seen, ignore_index=True).drop_duplicates()
    if schools.empty:
        return dict(parts)
    shares = schools.str[:2].value_counts(normalize=True)
    if shares.iloc[0] < _DOMINANT or len(shares) == 1:
        return dict(parts)
    home = str(shares.index[0])
    kept: dict[tuple[str, str], pd.DataFrame] = {}
    reported: set[tuple[str, str, str]] = set()
    for key, frame in parts.items():
        if "school_id" not in frame:
            kept[key] = frame
            continue
        foreign = frame["school_id"].str[:2] != home
        if key in marked:
            foreign &= ~marked[key]
        for row in frame[foreign].to_dict("records"):
            place = (str(row["file"]), str(row["sheet"]), str(row["row"]))
            if place not in reported:
                reported.add(place)
                findings.append(_foreign(row, home))
        kept[key] = frame[~foreign].reset_index(drop=True)
    return kept


def _foreign(row: Mapping[object, object], home: str) -> Finding:
    code = str(row["school_id"])
    return Finding(
        file=str(row["file"]),
        check="foreign_login",
        severity=ERROR,
        message=f"логин школы другого региона: код начинается на {code[:2]}, а код региона — {home}; "
        + ("ноль впереди восстановлен при чтении, в файле его может не быть; " if code[0] == "0" else "")
        + "строка не принята",
        action="Проверьте логин; если школа чужая, удалите строку.",
        sheet=str(row["sheet"]),
        row=int(str(row["row"])),
        column="Логин",
        value=code,
        school_id=code,
    )


def unmatched(
    table: pd.DataFrame, schools: pd.DataFrame, crosswalk: pd.DataFrame, name: str
) -> list[Finding]:
    """Codes that belong to no known school: kept and reported, one finding a code (R18)."""
    known = set(schools["school_id"]) | set(crosswalk["old_id"]) | set(crosswalk["new_id"].dropna())
    strange = table[~table["school_id"].isin(known)]
    found = []
    for code, rows in list(strange.groupby("school_id", sort=True))[:_LISTED]:
        first = rows.iloc[0]
        found.append(
            Finding(
                file=str(first["file"]),
                check="unmatched_code",
                severity=WARNING,
                message=f"код не принадлежит ни одной известной школе (таблица «{TABLES[name].title}», "
                f"строк: {len(rows)}); строки сохранены, но список школ не строится, пока код не признан",
                action="Исправьте логин, добавьте школу в реестр или переход кода в таблицу crosswalk; если "
                "код верен, впишите его в acknowledged_codes файла shnor.yml.",
                sheet=str(first["sheet"]),
                row=int(first["row"]),
                value=str(code),
                school_id=str(code),
            )
        )
    return found


def without_municipality(schools: pd.DataFrame) -> list[Finding]:
    """Schools whose municipality no file names."""
    if schools.empty:
        return []
    newest = schools.drop_duplicates("school_id", keep="last")
    homeless = newest.reindex(columns=["school_id", "municipality_id"])
    lost = homeless.loc[homeless["municipality_id"].isna(), "school_id"]
    return [
        Finding(
            file="",
            check="no_municipality",
            severity=WARNING,
            message="у школы не указан муниципалитет; в отчёты муниципалитетов она не войдёт",
            action="Добавьте школу с муниципалитетом в таблицу schools (CSV или XLSX).",
            value=str(code),
            school_id=str(code),
        )
        for code in lost
    ]


def outside_scope(schools: pd.DataFrame) -> list[Finding]:
    """How many special schools and colleges were put out of scope by their logins."""
    if "login_prefix" not in schools:
        return []
    found = []
    for prefix in PREFIXES_OUT_OF_SCOPE:
        number = schools.loc[schools["login_prefix"] == prefix, "school_id"].nunique()
        if number:
            found.append(
                Finding(
                    file="",
                    check="out_of_scope",
                    severity=INFO,
                    message=f"логины «{prefix}…» ({number}) — вне охвата методики: "
                    + ("коррекционные организации" if prefix == "ksh" else "профессиональные организации"),
                    action="Ничего не нужно.",
                    value=prefix,
                )
            )
    return found


def silent_municipalities(found: Sequence[tuple[str, int]]) -> list[Finding]:
    """Municipalities of which no result came in a year: one finding each."""
    return [
        Finding(
            file="",
            check="municipality_missing",
            severity=WARNING,
            message=f"за {year} год нет ни одного результата школ муниципалитета, хотя по реестру они есть",
            action="Запросите у муниципалитета результаты или проверьте, все ли файлы загружены.",
            value=str(year),
            municipality=place,
        )
        for place, year in found
    ]


def spellings(named: pd.DataFrame, ids: pd.DataFrame) -> list[Finding]:
    """Spellings of municipalities other than the usual one, once for each sheet."""
    known = named.dropna(subset=["municipality"])
    known = known.assign(key=known["municipality"].map(municipality_key))
    usual = ids[["region", "key", "municipality"]].rename(columns={"municipality": "usual"})
    joined = known.merge(usual, how="left", on=["region", "key"])
    other = joined[joined["municipality"] != joined["usual"]]
    found = []
    for (file, sheet, name), rows in other.groupby(["file", "sheet", "municipality"], sort=False):
        found.append(
            Finding(
                file=str(file),
                check="municipality_spelling",
                severity=INFO,
                message=f"муниципалитет записан иначе, чем обычно («{rows['usual'].iloc[0]}»); строк: "
                f"{len(rows)}; принят как тот же",
                action="Ничего не нужно, если это один муниципалитет.",
                sheet=str(sheet),
                row=int(rows["row"].iloc[0]),
                column="Муниципалитет",
                value=str(name),
            )
        )
    return found


def contradicting_register(register: pd.DataFrame) -> list[Finding]:
    """Rows of the register that say different things of one school and year; the first read stands.

    Args:
        register: rows of tidy registers with their places, before they are joined.
    """
    told = [name for name in ("name", "municipality", "level_max", "in_scope", "status") if name in register]
    if register.empty or not told:
        return []
    differ = register.groupby(["school_id", "year"])[told].transform("nunique").gt(1).any(axis=1)
    later = differ & register.duplicated(["school_id", "year"])
    return [
        Finding(
            file=str(row["file"]),
            sheet=str(row["sheet"] or ""),
            row=int(row["row"]),
            check="contradicting_register",
            severity=ERROR,
            message="строка реестра противоречит другой строке той же школы и года; "
            "принята прочитанная первой",
            action="Оставьте в реестре одну верную строку школы на год.",
            school_id=str(row["school_id"]),
        )
        for row in register[later].to_dict("records")
    ]
