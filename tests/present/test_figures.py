"""Figures on ordinary and on awkward data: nobody, one school, sixty, long names, nothing known."""

import pandas as pd
import plotly.graph_objects as go
import pytest

from shnor_lib.present import display, figures_funnel, figures_map, text, theme
from shnor_lib.present import figures_deficits as deficits
from shnor_lib.present import figures_dynamics as dynamics
from shnor_lib.present import figures_identification as identification
from shnor_lib.present import figures_region as region
from shnor_lib.present import figures_years as years
from shnor_lib.statistics.funnel import funnel
from tests.present.conftest import LONG

STATES = ["severe", "moderate", "basic", "not_listed", "not_evaluable"]


def _title(figure: go.Figure) -> str:
    return text.plain(figure.layout.title.text).replace(text.NBSP, " ")


def _drawable(figure: go.Figure) -> None:
    """The figure says something and survives the way into a notebook."""
    assert _title(figure)
    data = display.figure_data(figure)
    assert data["layout"]["height"] > 0
    assert data["config"]["locale"] == "ru"
    assert not {"geo", "map"} & set(data["layout"]), "map subplots ask a network"
    assert all(trace["type"] not in ("choropleth", "scattergeo") for trace in data["data"])


@pytest.mark.parametrize("draw", [identification.shares, identification.matrix])
@pytest.mark.parametrize("schools", [0, 1, 60])
def test_schools_by_series(cells, draw, schools):
    _drawable(draw(cells(schools), 2025, 30))


@pytest.mark.parametrize("draw", [identification.shares, identification.matrix])
def test_schools_by_series_with_nothing_known(cells, draw):
    unknown = cells(2)
    for name in ("participants", "failed", "failed_low", "failed_high", "share", "low", "high", "hit"):
        unknown[name] = pd.array([pd.NA] * len(unknown), dtype=unknown[name].dtype)
    _drawable(draw(unknown.assign(certainty=None, reliability=None), 2025, 30))
    _drawable(draw(unknown, 1999, 30))


def test_long_names_are_cut_and_quotes_stay_quotes(cells):
    figure = identification.matrix(cells(1, name=LONG), 2025, 30)
    assert all(len(label) <= theme.LABEL_WIDTH for label in figure.layout.yaxis.ticktext)
    quoted = identification.matrix(cells(1, name='МБОУ "СОШ №1"'), 2025, 30)
    assert "&quot;" not in quoted.to_json()


def test_masked_cells_show_no_number(cells):
    masked = cells(1, counts=(3, 4)).assign(suppressed=True)
    for name in ("participants", "failed", "failed_low", "failed_high", "share", "low", "high"):
        masked[name] = pd.array([pd.NA] * len(masked), dtype=masked[name].dtype)
    figure = identification.matrix(masked, 2025, 30)
    assert all("скрыто" in word for word in figure.data[0].text[0])
    assert "3/4" not in figure.to_json()
    assert "скрыто" in identification.shares(masked, 2025, 30).data[0].text[0]


def test_an_uncertain_count_is_drawn_between_its_bounds(cells):
    cell = cells(1, counts=(6, 20)).head(1)
    cell["failed"] = pd.array([pd.NA], dtype="Int64")
    cell["share"] = pd.array([pd.NA], dtype="Float64")
    cell["hit"] = pd.array([pd.NA], dtype="boolean")
    cell["failed_low"], cell["failed_high"] = 5, 6
    figure = identification.matrix(cell, 2025, 30)
    assert figure.data[0].z[0][0] == pytest.approx(5.5 / 20)
    assert "5–6/20 ?" in figure.data[0].text[0][0]
    assert "от 5 до 6 из 20" in figure.data[0].customdata[0][0]


def test_a_share_below_the_threshold_has_a_cold_colour():
    scale = theme.share_scale(30)
    assert [place for place, _ in scale] == sorted(place for place, _ in scale)
    cold = max(place for place, colour in scale if colour == "#BCD0E2")
    assert 62 / 207 < cold < 0.3


def test_titles_state_the_finding(cells):
    assert "не достигла 30 %" in _title(identification.matrix(cells(3, counts=(0, 20)), 2025, 30))
    title = _title(identification.matrix(cells(3, counts=(8, 20)), 2025, 30))
    assert title == "Порог 30 % хотя бы по одной процедуре достигнут у всех 3 школ"


def test_municipalities_stand_in_the_order_of_the_alphabet(verdicts):
    figure = region.composition(verdicts, region.composition_finding(verdicts, "край"))
    _drawable(figure)
    names = [text.plain(label).split("  ")[0] for label in figure.layout.yaxis.ticktext[::-1]]
    assert names == ["Алейский район", "г. Барнаул", "Яровской район"]
    assert _title(figure) == "В списке ШНОР 1 из 6 школ; такие школы есть в 1 из 3 муниципалитетов"
    _drawable(region.composition(verdicts.iloc[:0], ""))


def test_the_map_uses_plain_axes(verdicts):
    square = [[82.0, 52.0], [83.0, 52.0], [83.0, 53.0], [82.0, 53.0], [82.0, 52.0]]
    inner = [[82.4, 52.4], [82.5, 52.4], [82.5, 52.5], [82.4, 52.4]]
    geometry = {
        "features": [
            _feature("m1", {"type": "Polygon", "coordinates": [square]}),
            _feature("m2", {"type": "MultiPolygon", "coordinates": [[inner]]}),
            _feature("m9", {"type": "Polygon", "coordinates": [inner]}),
            _feature("m3", None),
        ]
    }
    figure = figures_map.municipality_map(verdicts, geometry)
    _drawable(figure)
    assert [trace.name for trace in figure.data if trace.fill == "toself"].count("нет данных") == 1
    _drawable(figures_map.municipality_map(verdicts, {"features": []}))


@pytest.mark.parametrize("schools", [0, 1, 60])
def test_funnel(cells, schools):
    frame = cells(schools)
    funnels = {
        item: found
        for item, part in frame.dropna(subset=["failed"]).groupby("series")
        if (found := funnel(part["failed"].to_numpy(float), part["participants"].to_numpy(float)))
    }
    _drawable(figures_funnel.funnel(frame, funnels, 2025, 30))


@pytest.mark.parametrize("numbers", [{}, {("severe", "basic"): 1}, {("basic", "not_listed"): 40}])
def test_transitions_and_flows(numbers):
    grid = pd.DataFrame(0, index=STATES, columns=STATES)
    for (before, after), count in numbers.items():
        grid.loc[before, after] = count
    _drawable(dynamics.transitions(grid, 2025))
    _drawable(dynamics.sankey(grid, 2025))


def test_observed_beside_expected():
    summary = {"base": 10, "positive": 4, "negative": 1, "neutral": 5, "entry": 2}
    figure = dynamics.expected(summary, {"positive": 3.6, "negative": 1.2, "neutral": 5.2, "entry": 3.0})
    assert _title(figure) == "Положительная динамика: 4 школы; без всяких перемен их было бы около 3,6"
    _drawable(figure)
    _drawable(dynamics.expected(summary, None))
    _drawable(dynamics.expected({"base": 0, "entry": 0}, None))


def test_a_line_is_never_drawn_across_a_break():
    points = pd.DataFrame(
        {
            "series": "vpr-ma-5",
            "year": [2021, 2022, 2023, 2024, 2026],
            "failed": 10,
            "participants": 100,
            "group": ["a", "b", "b", "c", "c"],
        }
    )
    figure = years.trend(points, 30)
    _drawable(figure)
    assert list(figure.data[0].x) == [2021, None, 2022, 2023, None, 2024, None, 2026]
    marks = [shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1]
    assert marks == [2021.5, 2023.5]
    _drawable(years.trend(points.iloc[:0], 30))


def test_list_by_year():
    points = pd.DataFrame({"year": [2024, 2025], "listed": [5, 3], "evaluable": [20, 20]})
    assert (
        _title(years.list_size(points)) == "В 2025 году в списке ШНОР 3 школы — на 2 меньше, чем годом ранее"
    )
    _drawable(years.list_size(points.head(1)))
    _drawable(years.list_size(points.iloc[:0]))


@pytest.mark.parametrize("schools", [0, 1, 60])
def test_deficits(schools):
    items, table, codes = _deficits(schools)
    _drawable(deficits.by_code(codes, ("2025-09", "2026-05")))
    _drawable(deficits.by_code(codes, ("2025-09", None)))
    _drawable(deficits.matrix(items, table))
    _drawable(deficits.by_school(table))
    _drawable(deficits.municipalities(items, table))


def test_codes_stand_in_the_order_of_people():
    items, table, _ = _deficits(3)
    figure = deficits.matrix(items, table)
    assert list(figure.layout.xaxis.ticktext) == ["1.1", "4.2", "4.10"]


def _feature(identity: str, geometry: object) -> dict[str, object]:
    properties = {"municipality_id": identity, "municipality": identity}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _deficits(schools: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    states = {"1.1": "eliminated", "4.10": "persistent", "4.2": "new"}
    items = pd.DataFrame(
        [
            {
                "school_id": f"22{school:04d}",
                "name": LONG if school == 0 else f"СОШ № {school}",
                "municipality": "Алейский район",
                "code": code,
                "parameter": "Нет учителя математики",
                "state": state,
            }
            for school in range(schools)
            for code, state in states.items()
        ],
        columns=["school_id", "name", "municipality", "code", "parameter", "state"],
    )
    table = items.drop_duplicates("school_id")[["school_id", "name", "municipality"]].reset_index(drop=True)
    for name, value in (("baseline", 2), ("second", 2), ("eliminated", 1), ("persistent", 1), ("new", 1)):
        table[name] = pd.array([value] * len(table), dtype="Int64")
    table = table.assign(known=True, audited=True)
    codes = pd.DataFrame(
        {
            "code": list(states),
            "parameter": "Нет учителя",
            "schools_first": schools,
            "schools_second": schools,
        }
    )
    return items, table, codes.head(3 if schools else 0)


@pytest.mark.parametrize(("top", "step"), [(1, 1), (10, 1), (11, None)])
def test_few_counts_have_whole_ticks(top, step):
    assert theme.count_ticks(top).get("dtick") == step


def test_axes_of_small_counts_have_no_halves():
    points = pd.DataFrame({"year": [2024, 2025], "listed": [1, 3], "evaluable": [5, 5]})
    assert years.list_size(points).layout.yaxis.dtick == 1
