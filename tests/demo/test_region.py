"""The synthetic region behaves like a real one (METHODOLOGY §5, §7.7), at the scale of a region."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from shapely import unary_union
from shapely.geometry import shape

from shnor_lib.data.demo import audit, files, passports
from tests.demo.conftest import Written


def first_year(region: files.Region) -> pd.DataFrame:
    """ВПР of 2021 of schools in scope, with the reported share."""
    results = region.results[
        (region.results["year"] == 2021) & region.results["series"].str.startswith("vpr")
    ]
    return results.assign(share=results["n2"] / results["participants"])


def intraclass(failed: pd.Series, participants: pd.Series) -> float:
    """Moment estimate of the beta-binomial ρ."""
    n, k = participants.to_numpy(dtype=float), failed.to_numpy(dtype=float)
    mean = k.sum() / n.sum()
    between = (n * (k / n - mean) ** 2).sum() / (len(n) - 1)
    within = (k * (n - k) / n).sum() / (n.sum() - len(n))
    size = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    return float((between - within) / (between + (size - 1) * within))


def test_sizes_follow_the_real_quantiles(region: files.Region) -> None:
    found = first_year(region)["participants"].quantile([0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95]).to_numpy()
    real = np.array([4, 6, 11, 21, 54, 92, 113])
    assert (np.abs(found - real) <= np.maximum(1, 0.15 * real)).all(), found
    assert 200 <= first_year(region)["participants"].max() <= 400


def test_schools_differ_as_much_as_real_ones(region: files.Region) -> None:
    for series, cells in first_year(region).groupby("series"):
        assert 0.08 <= intraclass(cells["n2"], cells["participants"]) <= 0.15, series


def test_series_of_one_school_go_together(region: files.Region) -> None:
    shares = first_year(region).pivot_table(index="school_id", columns="series", values="share").corr()
    pairs = shares.to_numpy()[np.triu_indices(4, 1)]
    assert 0.48 <= pairs.mean() <= 0.64


def test_region_shares_and_list(region: files.Region) -> None:
    vpr = region.results[region.results["series"].str.startswith("vpr")]
    totals = vpr.groupby(["series", "year"])[["n2", "participants"]].sum()
    assert (totals["n2"] / totals["participants"]).between(0.14, 0.23).all()
    scope = set(region.register.loc[region.register["in_scope"] == "true", "school_id"])
    for year in (2023, 2024, 2025, 2026):
        evaluable = set(region.results.loc[region.results["year"] == year, "school_id"]) & scope
        listed = audit.listed(region.results, year) & scope
        assert 0.15 <= len(listed) / len(evaluable) <= 0.32, year


def test_calendar(region: files.Region) -> None:
    held = region.results.groupby("series")["year"].unique().map(sorted)
    assert held["ege-ma-base"] == [2022, 2023, 2024, 2025, 2026]
    assert all(
        years == [2021, 2022, 2023, 2024, 2025, 2026] for name, years in held.items() if name != "ege-ma-base"
    )
    assert len(held) == 9
    people = region.results[region.results["series"] == "vpr-ma-5"].groupby("year")["participants"].sum()
    assert people[2022] < 0.95 * people[2021]  # autumn, fewer took part


def test_levels_decide_who_sits_what(region: files.Region) -> None:
    level = region.register.drop_duplicates("school_id").set_index("school_id")["level_max"]
    met = region.results.assign(level=region.results["school_id"].map(level))
    assert set(met.loc[met["level"] == 9, "series"]) == {
        "vpr-ma-5",
        "vpr-ma-6",
        "vpr-ru-5",
        "vpr-ru-6",
        "oge-ma",
        "oge-ru",
    }
    assert not (met["level"] == 4).any()
    assert (level == 4).any()


def test_inflated_marks_are_pulled_down_and_only_those(region: files.Region) -> None:
    inflated = region.results["inflated"]
    assert region.results.loc[inflated, "series"].str.startswith("vpr").all()
    drawn = region.results.groupby(inflated)[["true_n2", "n2"]].sum()
    assert drawn.loc[False, "true_n2"] == drawn.loc[False, "n2"]
    assert drawn.loc[True, "n2"] < 0.5 * drawn.loc[True, "true_n2"]
    marks = region.results[["n2", "n3", "n4", "n5"]].sum(axis=1)
    assert (marks == region.results["participants"]).all()


def test_real_change_shows_in_the_true_shares(region: files.Region) -> None:
    slope = region.history.population.schools["slope"]
    change = np.sign(slope.iloc[region.results["school"]].to_numpy())
    vpr = region.results["series"].str.startswith("vpr")
    mean = region.results[vpr].groupby([change[vpr], "year"])["true_share"].mean().unstack()
    relative = mean[2026] / mean[2021]
    assert relative[-1] < 0.75 * relative[0] < relative[0] < 0.8 * relative[1]


def test_disadvantage_goes_with_results(region: files.Region) -> None:
    counts = passports.counts(region.history, 847)
    newest = counts[counts["year"] == 2026]
    shares = newest[[item.id for item in passports.INDICATORS]].div(newest["pupils"], axis=0)
    sign = np.sign([item.loading for item in passports.INDICATORS])
    index = (((shares - shares.min()) / (shares.max() - shares.min())) * sign).sum(axis=1)
    effect = region.history.population.schools["effect"].iloc[newest["school"]]
    assert 0.38 <= np.corrcoef(index, effect)[0, 1] <= 0.62


def test_events_move_pupils_and_codes(region: files.Region) -> None:
    schools, results = region.history.population.schools, region.results
    kinds = {event.kind for event in region.history.events}
    assert kinds == {"merge", "branch", "close", "split", "recode", "rename"}
    for event in region.history.events:
        own = results[results["school"] == event.school]
        if event.kind == "rename":
            assert (own["year"] >= event.year).any()
            before, after = (
                region.history.names(year)[event.school] for year in (event.year - 1, event.year)
            )
            assert before != after
            continue
        assert own["year"].max() < event.year, event
        registered = region.register[region.register["school_id"] == schools["school_id"].iloc[event.school]]
        later = registered[registered["year"] >= event.year]
        assert set(later["status"]) == ({"branch"} if event.kind == "branch" else set()), event
        if event.kind in ("split", "recode"):
            fresh = results[results["school"].isin(event.successors)]
            assert fresh["year"].min() == event.year
    crosswalk = region.history.crosswalk()
    assert set(crosswalk["kind"]) == {"merge", "branch", "close", "split", "rename"}
    assert (crosswalk.loc[crosswalk["kind"] == "close", "new_id"] == "").all()


def test_prefix_of_logins_changes_in_2022(region: files.Region) -> None:
    before, after = region.history.logins(2021), region.history.logins(2022)
    assert {login[:3] for login in before} == {"sch", "ksh", "spo"}
    assert {login[:3] for login in after} == {"edu", "ksh", "spo"}
    assert all(old[3:] == new[3:] for old, new in zip(before, after, strict=True))
    assert all(re.fullmatch(r"[a-z]{3}84\d{4}", login) for login in after)


def test_two_waves_of_the_audit(region: files.Region) -> None:
    deficits = audit.audited(region.history, region.results, 847)
    first, second = (deficits[deficits["wave"] == wave] for wave in (0, 1))
    assert set(second["school_id"]) < set(first["school_id"])
    assert first["date"].between("2025-09-01", "2025-11-30").all()
    assert second["date"].between("2026-03-01", "2026-05-31").all()
    again = set(second["school_id"])
    before, after = (
        {
            (school, code)
            for school, code in zip(part["school_id"], part["code"], strict=True)
            if school in again and code
        }
        for part in (first, second)
    )
    assert min(len(before - after), len(before & after), len(after - before)) > 20


def test_map_covers_the_region_without_overlaps(land: Written) -> None:
    collection = json.loads((land.raw / "municipalities.geojson").read_text(encoding="utf-8"))
    shapes = [shape(feature["geometry"]) for feature in collection["features"]]
    register = pd.read_csv(land.raw / "schools.csv", dtype={"school_id": "str"})
    known = register.drop_duplicates("municipality_id").set_index("municipality_id")["municipality"].to_dict()
    named = {
        item["properties"]["municipality_id"]: item["properties"]["municipality"]
        for item in collection["features"]
    }
    assert named == known
    assert all(item.is_valid and not item.is_empty for item in shapes)
    union = unary_union(shapes)
    assert sum(item.area for item in shapes) == pytest.approx(union.area, rel=1e-4)
    assert union.geom_type == "Polygon"
    west, south, east, north = union.bounds
    assert register["lon"].between(west, east).all()
    assert register["lat"].between(south, north).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_give_a_region_too(seed: int) -> None:
    from shnor_lib.data.demo.scales import find_scale

    region = files.build(find_scale("region"), seed)
    assert len(region.register[region.register["year"] == 2026]) == 640
    assert not region.register.duplicated(["school_id", "year"]).any()
