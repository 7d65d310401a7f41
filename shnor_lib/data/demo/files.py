"""Which files a synthetic region sends, and which defects they carry.

In:   a scale, a seed.
Out:  `write_region`, all raw files and the truth in two folders; counts for the summary.
Not:  replacing what was there before (see `publish`).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from shnor_lib.data.demo import (
    audit,
    cards,
    context,
    geography,
    history,
    layouts,
    objectivity,
    passports,
    population,
    reports,
    scores,
    spoiling,
    support,
    truth,
)
from shnor_lib.data.demo import results as exams
from shnor_lib.data.demo.defects import Planter
from shnor_lib.data.demo.grid import Grid, write_csv, write_frame, write_workbook
from shnor_lib.data.demo.scales import YEARS, Scale, stream
from shnor_lib.data.series import NINE_SERIES

STATISTICS_YEARS = (2021, 2023, 2025)
LONG_FORM_YEARS = (2022, 2024, 2026)
REPORTS_YEAR = 2025  # reports about scores, the journal and tasks
_VPR = [series for series in NINE_SERIES if series.startswith("vpr")]
_GIA = {exam: [series for series in NINE_SERIES if series.startswith(exam)] for exam in ("oge", "ege")}


@dataclass(frozen=True)
class Region:
    """Everything about a synthetic region before it is written."""

    places: pd.DataFrame
    history: history.History
    register: pd.DataFrame
    results: pd.DataFrame


def build(scale: Scale, seed: int) -> Region:
    """Make a region: map, schools, six years, results."""
    places = geography.municipalities(scale, seed)
    start = population.populate(places, scale, seed)
    past = history.pass_time(start, places, scale, seed)
    return Region(places, past, past.register(places), exams.results(past, scale.severity, seed))


def write_region(region: Region, raw: Path, hidden: Path, scale: Scale, seed: int) -> pd.DataFrame:
    """Write raw files and the truth into two existing folders.

    Returns:
        Planted defects, columns `defects.COLUMNS`.
    """
    if scale.tidy_only:
        defects = Planter(stream(seed, "defects")).found
        _write_tidy(region, raw, seed)
    else:
        defects = _write_layouts(region, raw, seed)
    truth.write(hidden, region.history, region.results, defects)
    return defects


def _write_tidy(region: Region, raw: Path, seed: int) -> None:
    """The largest scale: contract tables only, results and register one file a year."""
    for year in YEARS:
        chosen = region.results[region.results["year"] == year]
        write_frame(raw, f"results_{year}.csv", layouts.tidy(chosen))
        write_frame(raw, f"schools_{year}.csv", region.register[region.register["year"] == year])
    write_frame(raw, "crosswalk.csv", region.history.crosswalk())
    write_frame(raw, "deficits.csv", audit.tidy(audit.audited(region.history, region.results, seed)))


def _write_layouts(region: Region, raw: Path, seed: int) -> pd.DataFrame:
    """Files as a region receives them, with defects."""
    past, places, results = region.history, region.places, region.results
    statistics = [
        layouts.marks_statistics(past, places, results, series, year)
        for year in STATISTICS_YEARS
        for series in _VPR
    ]
    long_forms = [layouts.long_form(past, places, results, _VPR, year) for year in LONG_FORM_YEARS]
    points, journal = scores.distributions(results, seed), scores.journal(results, seed)
    analysed = [
        grid
        for series in reports.SERIES
        for grid in (
            reports.distribution(past, places, results, points, series, REPORTS_YEAR),
            reports.journal(past, places, results, journal, series, REPORTS_YEAR),
            reports.tasks(past, places, results, series, REPORTS_YEAR, seed),
        )
    ]
    social = passports.workbooks(past, places, passports.counts(past, seed))
    biased = objectivity.biased_list(past, places, seed)
    deficits = audit.audited(past, results, seed)
    waves = audit.workbooks(past, places, deficits)
    roadmaps = support.roadmaps(past, places, deficits, seed)
    diagnostic = cards.workbooks(past, places, cards.counts(past, results, seed))
    answers = context.form(past, places, seed)

    planter = Planter(stream(seed, "defects"))
    spoiling.spoil_statistics(planter, statistics)
    spoiling.spoil_long_forms(planter, long_forms)
    spoiling.spoil_passports(planter, social)
    spoiling.spoil_context(planter, answers)
    spoiling.note_doubled_year(planter, biased)
    spoiling.spoil_reports(planter, analysed)
    spoiling.spoil_cards(planter, diagnostic)
    plans = [*waves, *roadmaps, *diagnostic]
    workbooks: list[Grid] = [*statistics, *long_forms, *analysed, *social, biased, *plans]
    for grid in workbooks:
        write_workbook(raw, [grid])
    write_csv(raw, answers)
    for exam, series in _GIA.items():
        for year in YEARS:
            chosen = results[(results["year"] == year) & results["series"].isin(series)]
            write_frame(raw, f"ГИА/results_{exam}_{year}.csv", layouts.tidy(chosen))
    write_frame(raw, "ВПР/score_distribution.csv", _unreported(points))
    write_frame(raw, "ВПР/journal_comparison.csv", _unreported(journal))
    write_frame(raw, "schools.csv", region.register)
    write_frame(raw, "crosswalk.csv", past.crosswalk())
    write_frame(raw, "measures.csv", support.measures(past, deficits, seed))
    write_frame(raw, "lists_imported.csv", audit.lists(results))
    shapes = json.dumps(geography.polygons(places), ensure_ascii=False, separators=(",", ":"))
    (raw / "municipalities.geojson").write_text(shapes, encoding="utf-8")
    return planter.found


def _unreported(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table that no report brings."""
    return table[~(table["series"].isin(reports.SERIES) & (table["year"] == REPORTS_YEAR))]
