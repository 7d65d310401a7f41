"""The register of schools and municipalities out of every source that names them, with their places.

In:   the register of the region, forms, sightings (schools as result files name them), each with `PLACE`.
Out:  `with_municipalities`, usual spellings and ids; `school_table`, the table of the contract;
      `with_source`, the place of each row as text; `stacked`, frames one below the other.
"""

from collections.abc import Sequence

import pandas as pd

from shnor_lib.data import crosswalk
from shnor_lib.data.corrections import MARK, WORD
from shnor_lib.data.findings import Finding
from shnor_lib.data.intake.reading import PLACE, REBUILT, WRITTEN
from shnor_lib.data.schools import build, municipality_ids, municipality_key, municipality_slug
from shnor_lib.data.screening import codes


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Frames one below the other, without the empty ones."""
    filled = [frame for frame in frames if not frame.empty]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def with_source(table: pd.DataFrame) -> pd.DataFrame:
    """Rows with `source`: file, sheet, row, what stands there in place of a code, the correction made.

    A place that a reader gives itself stays; a source that the file names follows the place.
    """
    place = table["file"] + " | " + table["sheet"].fillna("") + " | " + table["row"].astype("str").fillna("")
    own = table["source"] if "source" in table else pd.Series(None, index=table.index, dtype="str")
    own, place = own.astype("str"), place.astype("str")
    # What a reader says of the place itself stays; words of the file about its own source follow the place.
    given = own.dropna()
    words = given.map(lambda told: told.partition(" | ")[0]).astype("str")
    said = own.index.isin(words.index[words.ne(table.loc[words.index, "file"].astype("str"))])
    source = own.mask(said, place + " | " + own).fillna(place)
    if REBUILT in table:
        source = source.mask(table[REBUILT].notna(), source + " | из долей " + table[REBUILT])
    if WRITTEN in table:
        source = source.mask(table[WRITTEN].notna(), source + " | " + table[WRITTEN])
    if MARK in table:
        source = source.mask(table[MARK].notna(), source + f" | {WORD} " + table[MARK])
    return table.assign(source=source)


def with_municipalities(
    sources: Sequence[pd.DataFrame], findings: list[Finding]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Sources of schools with municipality ids and usual spellings, and the list of municipalities."""
    named = stacked([_named(frame) for frame in sources])
    if named.empty:
        ids = pd.DataFrame(columns=["region", "key", "municipality", "municipality_id"], dtype="str")
        return sources[0], sources[1], sources[2], ids
    ids = municipality_ids(named)
    findings += codes.spellings(named, ids)
    full = [_with_ids(frame, ids) for frame in sources]
    return full[0], full[1], full[2], ids


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Municipality names and codes of a source, with the region of the login and their place."""
    if frame.empty or "municipality" not in frame:
        return pd.DataFrame()
    code = next((name for name in ("municipality_code", "municipality_id") if name in frame), None)
    return pd.DataFrame(
        {
            "region": frame["school_id"].str[:2],
            "municipality": frame["municipality"],
            "code": frame[code].astype("str") if code else pd.Series(None, index=frame.index, dtype="str"),
            **{name: frame[name] for name in PLACE},
        }
    )


def _with_ids(frame: pd.DataFrame, ids: pd.DataFrame) -> pd.DataFrame:
    if frame.empty:
        return frame
    if "municipality" not in frame:
        return frame.drop(columns="municipality_code", errors="ignore")
    keyed = frame.assign(
        region_digits=frame["school_id"].str[:2],
        key=frame["municipality"].map(municipality_key, na_action="ignore").astype("str"),
    )
    usual = ids.rename(
        columns={"region": "region_digits", "municipality": "_usual", "municipality_id": "_id"}
    )
    joined = keyed.merge(usual, how="left", on=["region_digits", "key"])
    given = joined["municipality_id"] if "municipality_id" in joined else joined["_id"]
    joined["municipality_id"] = given.fillna(joined["_id"]).astype("str")
    joined["municipality"] = joined["_usual"].fillna(joined["municipality"])
    return joined.drop(
        columns=["region_digits", "key", "_usual", "_id", "municipality_code"], errors="ignore"
    )


def school_table(
    register: pd.DataFrame,
    forms: pd.DataFrame,
    sightings: pd.DataFrame,
    found: pd.DataFrame,
    crossing: pd.DataFrame,
) -> pd.DataFrame:
    """The table of schools: the register first, then forms and sightings of the schools it knows."""
    words = [name for name in ("name", "municipality") if name in sightings]
    if not sightings.empty:
        sightings = sightings[sightings[words].notna().any(axis=1)] if words else sightings.iloc[:0]
    if not register.empty:
        known = set(register["school_id"]) | set(crossing["old_id"]) | set(crossing["new_id"].dropna())
        forms, sightings = (
            frame[frame["school_id"].isin(known)] if not frame.empty else frame
            for frame in (forms, sightings)
        )
    sources = [frame.drop(columns=list(PLACE), errors="ignore") for frame in (register, forms, sightings)]
    years = sorted(set(found["year"].dropna().astype(int)))
    schools = _first_place(
        build(sources, years, crosswalk.last_years(crossing)), stacked([register, forms, sightings])
    )
    if "region" in schools and schools["region"].nunique() == 1:
        schools["region"] = schools["region"].fillna(schools["region"].dropna().iloc[0])
    if not schools.empty:
        digits = schools["school_id"].str[:2]
        own = (
            schools["region_id"]
            if "region_id" in schools
            else pd.Series(None, index=digits.index, dtype="str")
        )
        said = own.dropna().unique()
        schools["region_id"] = own.fillna(said[0] if len(said) == 1 else digits)
    return schools


def _first_place(schools: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """The register with the first place that names the school in that year, or in any year."""
    if schools.empty or not {"school_id", "year", *PLACE} <= set(seen.columns):
        return schools
    placed = with_source(seen[["school_id", "year", *PLACE]])
    of_year = placed.drop_duplicates(["school_id", "year"])[["school_id", "year", "source"]]
    of_school = placed.drop_duplicates("school_id").set_index("school_id")["source"]
    joined = schools.drop(columns="source", errors="ignore").merge(
        of_year, how="left", on=["school_id", "year"]
    )
    return joined.assign(source=joined["source"].fillna(joined["school_id"].map(of_school)).astype("str"))


def municipality_of_rows(roadmap: pd.DataFrame, ids: pd.DataFrame) -> pd.DataFrame:
    """Municipality ids for rows that name a municipality and have no code."""
    full = roadmap if "municipality_id" in roadmap else roadmap.assign(municipality_id=None)
    if "municipality" not in full:
        return full
    known = dict(zip(ids["key"], ids["municipality_id"], strict=True))
    named = full["municipality"].map(
        lambda name: known.get(municipality_key(name), municipality_slug(name)), na_action="ignore"
    )
    return full.assign(municipality_id=full["municipality_id"].astype("str").fillna(named).astype("str"))
