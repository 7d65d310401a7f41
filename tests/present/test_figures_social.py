"""Figures of social conditions on ordinary and on awkward data."""

import pandas as pd
import pytest

from shnor_lib.present import display, text
from shnor_lib.present import figures_social as figures

STANDINGS = ("higher", "same", "lower")


def schools(number, **different):
    frame = pd.DataFrame(
        {
            "school_id": [f"22{at:04d}" for at in range(number)],
            "name": [f'МБОУ "СОШ №{at}"' for at in range(number)],
            "index": pd.array([40.0 + at % 50 for at in range(number)], dtype="Float64"),
            "share": pd.array([0.1 + at % 9 / 20 for at in range(number)], dtype="Float64"),
            "low": pd.array([0.05] * number, dtype="Float64"),
            "high": pd.array([0.6] * number, dtype="Float64"),
            "others": pd.array([0.2] * number, dtype="Float64"),
            "standing": pd.Series([STANDINGS[at % 3] for at in range(number)], dtype="str"),
        }
    )
    return frame.assign(**different)


def said(figure):
    assert display.figure_data(figure)["layout"]["height"] > 0
    return text.plain(figure.layout.title.text).replace(text.NBSP, " ")


@pytest.mark.parametrize("number", [0, 1, 60])
def test_figures_say_something(number):
    assert said(figures.conditions(schools(number), 50, "Связь", 1))
    assert said(figures.standing(schools(number)))


def test_standing_stands_in_the_order_of_the_alphabet():
    figure = figures.standing(schools(3))
    assert [label[-1] for label in figure.layout.yaxis.ticktext] == ["»"] * 3
    assert "№\u00a02" in figure.layout.yaxis.ticktext[0], "the axis goes upward"
    assert said(figure) == "Выше, чем у сходных школ, доля не преодолевших у 1 из 3 школ"
    assert said(figures.standing(schools(3), "Продолжение")) == "Продолжение"
    assert "Ни у одной" in said(figures.standing(schools(3, standing="same")))


def test_hidden_numbers_are_words():
    """R25: a masked school keeps its line and shows no number of its own."""
    masked = schools(2)
    for name in ("share", "low", "high"):
        masked[name] = masked[name].mask(masked.index == 0)
    figure = figures.standing(masked)
    assert sum(len(trace.x) for trace in figure.data if trace.error_x.array is not None) == 1
    assert "скрыто" in figure.data[-1].text
    assert len(figures.conditions(masked, 50, "Связь", 1).data[0].x) == 0
