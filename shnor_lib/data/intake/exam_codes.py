"""Codes of the РЦОИ in files of ОГЭ and ЕГЭ: once all files are read, each becomes a school (§7.3).

In:   tables of all sheets by reader; rows under a number that may be a code are marked in `codes.RCOI`.
Out:  `settle`, the same tables under the six digits of the schools; `readdressed`, findings of such sheets.
Rule: in a file of the РЦОИ the table `school_codes` wins over six digits that happen to be the same; a number
      that it does not know is left as it stands, and lists stop at it unless it is a school's own (R18).

The order of files does not matter: the codes of all files are known before the first of them is looked up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from shnor_lib.data.crosswalk import added_up
from shnor_lib.data.findings import ERROR, INFO, Finding
from shnor_lib.data.identity import codes
from shnor_lib.data.identity.codes import RCOI, CodeBook
from shnor_lib.data.intake.reading import SIGHTINGS
from shnor_lib.data.screening import flags

Parts = Mapping[tuple[str, str], pd.DataFrame]  # reader and table → rows
_EXAMS = {"oge": "ОГЭ", "ege": "ЕГЭ"}
_KEY = ["school_id", "year", "series", "attempt"]
REVIEWED = "tidy"  # reader of tables that a person keeps: the register, the codes, the decisions


def settle(
    parts: Parts, known: Collection[str], findings: list[Finding]
) -> dict[tuple[str, str], pd.DataFrame]:
    """Rows under the schools that their codes mean.

    Args:
        parts: reader and table → rows with their places.
        known: six digits of schools, to tell where a code is somebody's login, too.
        findings: takes codes that two schools claim and codes that are logins, too.

    Returns:
        The tables; `codes.RCOI` stays only in rows whose number means no known code.
    """
    found = dict(parts)
    _refuse_contradicting(found, findings)
    book = _book(found)
    for key, frame in found.items():
        if RCOI in frame and key[1] == SIGHTINGS:
            found[key] = _sightings(frame, book)
        elif RCOI in frame:
            found[key] = _results(frame, book, known, findings)
    return found


def readdressed(
    findings: Sequence[Finding], taken: Sequence[tuple[str, Mapping[str, pd.DataFrame]]]
) -> list[Finding]:
    """Findings made while sheets of the РЦОИ were read, with the school in place of its code.

    Args:
        findings: of all sheets.
        taken: reader and its tables, a pair for each sheet.
    """
    every = {
        (str(at), table): frame for at, (_, tables) in enumerate(taken) for table, frame in tables.items()
    }
    book = _book(every)
    schools: dict[tuple[str, str, str], str] = {}
    for (_, table), frame in every.items():
        if table == SIGHTINGS and RCOI in frame:
            bare = frame[frame[RCOI].notna()]
            places = zip(bare["file"], bare["sheet"], bare["school_id"], _meant(bare, book), strict=True)
            schools |= {(file, sheet, code): to for file, sheet, code, to in places if isinstance(to, str)}
    if not schools:
        return list(findings)
    keys = [(finding.file, finding.sheet, finding.school_id) for finding in findings]
    return [
        replace(finding, school_id=schools.get(key, finding.school_id))
        for finding, key in zip(findings, keys, strict=True)
    ]


def _book(parts: Parts) -> CodeBook:
    tables = [frame for (_, table), frame in parts.items() if table == "school_codes" and not frame.empty]
    return codes.book(pd.concat(tables, ignore_index=True)) if tables else CodeBook()


def _refuse_contradicting(parts: dict[tuple[str, str], pd.DataFrame], findings: list[Finding]) -> None:
    """A code that two schools claim belongs to none of them until a person says whose it is.

    The reviewed table wins over what forms say of the same code; a school shares its ИНН with its branches.
    """
    keys = [key for key in parts if key[1] == "school_codes"]
    if not keys:
        return
    every = pd.concat([parts[key].assign(_reader=key[0]) for key in keys], ignore_index=True)
    every = _reviewed_first(every)
    flag = flags.Flag(
        "contradicting_codes",
        ERROR,
        codes.contradicting(every) & every["kind"].isin(_EXAMS),
        "один и тот же код указан у двух школ; не принят ни для одной из них",
        "Оставьте код у одной школы; если код перешёл к другой, укажите год, с которого он действует.",
        "Код",
        every["code"],
        rejects=True,
    )
    kept, found = flags.settle(every, [flag])
    findings += found
    for key in keys:
        own = kept[kept["_reader"] == key[0]]
        parts[key] = own.drop(columns="_reader").reset_index(drop=True)


def _reviewed_first(codes_said: pd.DataFrame) -> pd.DataFrame:
    """Rows of forms leave where a table of codes says whose the code is."""
    plain = codes_said["kind"] + " " + codes_said["code"].map(lambda code: str(codes.number(code) or code))
    reviewed = codes_said["_reader"].eq(REVIEWED)
    kept: pd.DataFrame = codes_said[reviewed | ~plain.isin(plain[reviewed])].reset_index(drop=True)
    return kept


def _meant(rows: pd.DataFrame, book: CodeBook) -> "pd.Series[str]":
    """Six digits of the school that the number of a row means, missing where it means none."""
    keys = list(zip(rows[RCOI], rows["school_id"], rows["year"], strict=True))
    schools = {
        (kind, code, year): book.school(kind, int(code), int(year))
        for kind, code, year in set(keys)
        if isinstance(kind, str)
    }
    return pd.Series([schools.get(key) for key in keys], index=rows.index, dtype="str")


def _sightings(rows: pd.DataFrame, book: CodeBook) -> pd.DataFrame:
    """Schools as the rows name them; a number that means none is no new school where codes are known."""
    meant = _meant(rows, book)
    stranger = rows[RCOI].map(book.knows, na_action="ignore").eq(True).fillna(False) & meant.isna()
    found = rows.assign(school_id=meant.fillna(rows["school_id"])).drop(columns=RCOI)
    return found[~stranger.astype(bool)].reset_index(drop=True)


def _results(
    rows: pd.DataFrame, book: CodeBook, known: Collection[str], findings: list[Finding]
) -> pd.DataFrame:
    """Results under their schools; what stands in the file is kept at the end of the source."""
    meant = _meant(rows, book)
    other = meant.notna() & (meant != rows["school_id"])
    both = rows.assign(_to=meant)[other & rows["school_id"].isin(list(known))]
    both = both.drop_duplicates(["file", "sheet", "school_id", RCOI])
    findings += [_login_too(row) for row in both.to_dict("records")]
    written = rows["source"] + " | код " + rows["school_id"].str.lstrip("0")
    found = rows.assign(
        **{
            "school_id": meant.fillna(rows["school_id"]),
            "source": rows["source"].mask(other, written),
            RCOI: rows[RCOI].where(meant.isna() & rows[RCOI].map(book.knows, na_action="ignore").eq(True)),
        }
    )
    # Two codes of one school, or a number with and without its letters, are parts of one result. Rows under a
    # login and under a code are not: they may be the same pupils twice, and are left to the checks.
    parts = found.duplicated(_KEY, keep=False)
    parts &= meant.notna().groupby([found[name] for name in _KEY], dropna=False).transform("nunique").eq(1)
    if not parts.any():
        return found
    return pd.concat([found[~parts], added_up(found[parts], _KEY)], ignore_index=True)


def _login_too(row: Mapping[object, object]) -> Finding:
    exam, code = _EXAMS[str(row[RCOI])], str(row["school_id"])
    return Finding(
        str(row["file"]),
        "code_is_a_login_too",
        INFO,
        f"{code} — код {exam} школы {row['_to']} и одновременно шесть цифр логина другой школы; "
        f"в файле РЦОИ принят как код {exam}",
        "Ничего не нужно, если в файле стоят коды РЦОИ, а не логины ФИС ОКО.",
        sheet=str(row["sheet"]),
        row=int(str(row["row"])),
        value=code,
        school_id=str(row["_to"]),
    )
