"""Who a school is: the six digits of its login, its municipality, and the table of schools by years.

In:   logins and names as files write them; schools as registries, context forms and results name them.
Out:  `school_digits`, `logins`; `municipality_slug`, `municipality_key`; `build`, the table of schools.
Not:  codes that change with time (see `crosswalk`). The equality of names never makes two schools one.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from shnor_lib.data.schemas import TABLES

PREFIXES_OUT_OF_SCOPE = ("ksh", "spo")  # special schools and technical colleges
_LOGIN = re.compile(r"^\s*([a-z]{3})?\s*(\d{5,6})\s*$", re.IGNORECASE)
_LOOK_ALIKE = str.maketrans("АВСЕНКМОРТХасеорухЅѕ", "ABCEHKMOPTXaceopyxSs")
_SLUG_LENGTH = 60
_DEVICES = frozenset({"con", "prn", "aux", "nul"})  # Windows takes them for no names of folders
_HASH_LENGTH = 6

# What may differ from one year of data to another, and what a school keeps unless a source says otherwise.
_LASTING = (
    "name",
    "municipality_id",
    "municipality",
    "region_id",
    "region",
    "level_max",
    "locality",
    "in_scope",
    "status",
    "project_500",
    "lat",
    "lon",
    "legal_form",
    "login_prefix",
)
_YEARLY = ("enrolment",)
_KEY = ["school_id", "year"]


def school_digits(login: object) -> str | None:
    """Six digits of a ФИС ОКО login: «edu220028», «SCH220028», 220028.0 → «220028».

    A code whose leading zero a spreadsheet has eaten gets it back: 53001 → «053001».

    Returns:
        The digits, None where the text is no login.
    """
    return split_login(login)[1]


@lru_cache(maxsize=1 << 17)
def split_login(login: object) -> tuple[str, str | None]:
    """Prefix (`sch`, `edu`, `ksh`, `spo` or empty) and six digits of a login (None where it is none)."""
    if isinstance(login, float):
        login = f"{int(login)}" if login == login and login.is_integer() else ""
    plain = str(login if login is not None else "").translate(_LOOK_ALIKE)
    match = _LOGIN.match(plain.replace("\u00a0", " "))
    if match is None:
        return "", None
    return (match[1] or "").lower(), match[2].zfill(6)


def logins(column: "pd.Series[str]") -> pd.DataFrame:
    """A column of logins as `login_prefix` and `school_id` (str, missing where a cell is no login)."""
    codes, distinct = pd.factorize(column.to_numpy(dtype=object), use_na_sentinel=True)
    pairs = [split_login(cell) for cell in distinct] + [("", None)]
    prefixes = pd.array([prefix for prefix, _ in pairs], dtype="str")
    digits = pd.array([number for _, number in pairs], dtype="str")
    return pd.DataFrame(
        {"login_prefix": prefixes.take(codes), "school_id": digits.take(codes)}, index=column.index
    )


_CITY = re.compile(
    r"^(?:городской округ\s+|муниципальное образование\s+|мо\s+)?(?:город|гор\.?|г\.)\s*(?=\S)"
)
_KINDS = (
    (re.compile(r"\b(?:муниципальный|муницип\.?)\s+(?=район|округ)"), ""),
    (re.compile(r"\bр-н\b"), "район"),
    (re.compile(r"\bм\.?\s*р-?н?\b"), "район"),
    (re.compile(r"\bг\.?\s?о\b\.?"), "городской округ"),
)


@lru_cache(maxsize=1 << 14)
def municipality_key(name: str) -> str:
    """Spelling in which names of municipalities are compared: «г. Алейск», «город Алейск» → «алейск».

    Joins spellings of one municipality inside one region; it is never a key of a school.
    """
    plain = re.sub(r"[\s\u00a0]+", " ", name).strip().casefold().replace("ё", "е")
    plain = re.sub(r"[\"'«»“”„]", "", plain)
    plain = re.sub(r"\s*[–—-]\s*", "-", plain)
    plain = _CITY.sub("", plain)
    for pattern, replacement in _KINDS:
        plain = pattern.sub(replacement, plain)
    return re.sub(r"\s+", " ", plain).strip(" .,")


_LETTERS = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


@lru_cache(maxsize=1 << 14)
def municipality_slug(name: str) -> str:
    """Path-safe id of a municipality that has no code: «Алейский район» → `aleyskiy-rayon`.

    Returns:
        Characters `[a-z0-9_-]`, at most 60; a name that is cut gets a hash, so that two long names stay two.
    """
    key = municipality_key(name)
    letters = "".join(_LETTERS.get(letter, letter).replace("_", "") for letter in key)
    slug = re.sub(r"[^a-z0-9_]+", "-", letters).strip("-")
    digest = hashlib.sha256(key.encode()).hexdigest()[:_HASH_LENGTH]
    if not slug or slug in _DEVICES:
        return f"m-{slug or digest}"
    if len(slug) > _SLUG_LENGTH:
        return f"{slug[: _SLUG_LENGTH - _HASH_LENGTH - 1].rstrip('-')}-{digest}"
    return slug


def municipality_ids(named: pd.DataFrame) -> pd.DataFrame:
    """Id and usual spelling of every municipality that files name.

    Args:
        named: `region` (first two digits of logins), `municipality` (name as written) and `code` (that of the
            file, such as `reg22_m001`, missing where it has none); str.

    Returns:
        `region`, `key` (see `municipality_key`), `municipality_id` (the code most often given, else the slug;
        with the digits of the region in front where two regions have the same slug) and `municipality` (the
        spelling most often used; of equally frequent ones the longest).
    """
    known = named.dropna(subset=["municipality"])
    known = known.assign(key=known["municipality"].map(municipality_key))
    group = ["region", "key"]
    written = known.groupby([*group, "municipality"]).size().rename("times").reset_index()
    written["length"] = written["municipality"].str.len()
    written = written.sort_values(["times", "length"], ascending=False, kind="stable").drop_duplicates(group)
    coded = known.dropna(subset=["code"]).groupby([*group, "code"]).size().rename("times").reset_index()
    coded = coded.sort_values("times", ascending=False, kind="stable").drop_duplicates(group)
    found = written[[*group, "municipality"]].merge(coded[[*group, "code"]], how="left", on=group)
    slug = found["municipality"].map(municipality_slug).astype("str")
    shared = slug.duplicated(keep=False) & found["code"].isna()
    slug = slug.mask(shared, found["region"].astype("str") + "-" + slug)
    safe = found["code"].str.replace(r"[^A-Za-z0-9_-]+", "-", regex=True).str[:_SLUG_LENGTH]
    return found.assign(municipality_id=safe.fillna(slug).astype("str")).drop(columns="code")


def build(sources: Sequence[pd.DataFrame], years: Sequence[int], superseded: pd.DataFrame) -> pd.DataFrame:
    """The table of schools: one row for each school and year of data.

    A school has a row from the first year in which some source names it; a year for which the first
    source (a registry) has rows lists only schools that a source names in that very year. Attributes come
    from the most trusted source that has them in the same year, else from the nearest year; enrolment is
    never carried to another year.

    Args:
        sources: frames from the most to the least trusted, with `school_id`, `year` and any columns of the
            table of schools; several rows for one school and year are allowed, the first value wins.
        years: years of data.
        superseded: columns `school_id`, `until` (Int64): the last school year of a code that has been
            renamed, merged, split or closed.

    Returns:
        Columns of the contract and the extras of the sources; keys unique, sorted.
    """
    ranked = [frame.assign(_rank=rank) for rank, frame in enumerate(sources) if not frame.empty]
    if not ranked:
        return TABLES["schools"].empty()
    every = pd.concat(ranked, ignore_index=True).sort_values(["school_id", "year", "_rank"], kind="stable")
    every = every.astype({"school_id": "str", "year": "Int64"})
    seen = every.groupby(_KEY, sort=True).first()
    listed = _listed(seen, sources[0], years, superseded)
    extras = [str(name) for name in seen if name not in (*_LASTING, *_YEARLY, "_rank")]
    lasting = [name for name in _LASTING if name in seen] + extras
    full = seen.reindex(pd.MultiIndex.from_frame(_pairs([listed, seen.index])))
    by_school = full.groupby(level="school_id")[lasting]
    full[lasting] = full[lasting].fillna(by_school.ffill()).fillna(by_school.bfill())
    schools = full.loc[listed].drop(columns="_rank").reset_index()
    prefix = schools["login_prefix"] if "login_prefix" in schools else pd.Series("", index=schools.index)
    if "in_scope" not in schools:
        schools["in_scope"] = pd.Series(pd.NA, index=schools.index, dtype="boolean")
    outside = prefix.isin(PREFIXES_OUT_OF_SCOPE)
    schools["in_scope"] = schools["in_scope"].astype("boolean").fillna(True) & ~outside
    return schools


def _listed(
    seen: pd.DataFrame, registry: pd.DataFrame, years: Sequence[int], superseded: pd.DataFrame
) -> pd.MultiIndex:
    """Pairs of school and year that the table lists."""
    named = seen.index.to_frame(index=False)
    registered = set() if registry.empty else set(registry["year"].dropna().astype(int))
    first = named.groupby("school_id")["year"].min()
    grid = pd.DataFrame({"school_id": first.index, "first": first.to_numpy()}).merge(
        pd.DataFrame({"year": sorted(set(years) | set(named["year"]))}), how="cross"
    )
    carried = grid[(grid["year"] >= grid["first"]) & ~grid["year"].isin(registered)]
    until = carried["school_id"].map(superseded.groupby("school_id")["until"].min()).astype("Int64")
    carried = carried[until.isna() | (carried["year"] <= until)]
    return pd.MultiIndex.from_frame(_pairs([seen.index, pd.MultiIndex.from_frame(carried[_KEY])]))


def _pairs(indexes: "Sequence[pd.Index[Any]]") -> pd.DataFrame:
    """Distinct pairs of school and year, in order, with the dtypes of the contract."""
    pairs = pd.concat([index.to_frame(index=False) for index in indexes], ignore_index=True)
    pairs = pairs.astype({"school_id": "str", "year": "Int64"})
    return pairs.drop_duplicates().sort_values(_KEY)


def alphabet(values: Any) -> Any:
    """Sort key for `sort_values` and `sort_index`: as in a Russian list, № 2 before № 11.

    «ё» is «е», and cities stand without their «г.» or «город»: officials look «город Барнаул» up under Б, as
    lists of municipalities in orders and statistics are kept. The only such key: home page, plan of a batch,
    tables and figures must show one order.
    """
    if not (pd.api.types.is_string_dtype(values) or pd.api.types.is_object_dtype(values)):
        return values
    return (
        values.astype("str")
        .str.casefold()
        .str.replace("ё", "е")
        .str.replace(r"^(?:г\.|город|городской округ|го)\s+", "", regex=True)
        .str.replace(r"\d+", lambda number: number.group().zfill(6), regex=True)
    )
