"""Frames of the shapes that the analysis returns, small enough to be read."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shnor_lib import statistics

SERIES = ("vpr-ma-5", "vpr-ru-6", "oge-ma", "ege-ma-base")
LONG = "Муниципальное бюджетное общеобразовательное учреждение " + "имени героев и первопроходцев " * 8


@pytest.fixture
def cells() -> Callable[..., pd.DataFrame]:
    """Maker of protected cells: so many schools, every series in 2025, counts by place."""

    def make(schools: int, counts: tuple[int, int] | None = None, name: str = "") -> pd.DataFrame:
        rows = [
            {
                "school_id": f"22{school:04d}",
                "name": name or f'МБОУ "СОШ №{school}"',
                "municipality_id": "m1",
                "municipality": "Алейский район",
                "series": series,
                "year": 2025,
                "participants": counts[1] if counts else 6 + (school * 7 + place) % 40,
                "failed": counts[0] if counts else (school + place) % 6,
            }
            for school in range(schools)
            for place, series in enumerate(SERIES)
        ]
        columns = ["school_id", "name", "municipality_id", "municipality", "series", "year"]
        frame = pd.DataFrame(rows, columns=[*columns, "participants", "failed"])
        frame = frame.astype({"participants": "Int64", "failed": "Int64", "year": "Int64"})
        return _completed(frame)

    return make


@pytest.fixture
def verdicts() -> pd.DataFrame:
    """Verdict table of three municipalities, one of them without listed schools."""
    statuses = ["shnor", "watch", "not_identified", "not_identified", "doubtful", "not_evaluable"]
    names = [
        "Алейский район",
        "Алейский район",
        "г. Барнаул",
        "г. Барнаул",
        "Яровской район",
        "Яровской район",
    ]
    return pd.DataFrame(
        {
            "school_id": [f"22000{number}" for number in range(6)],
            "name": [f"СОШ № {number}" for number in range(6)],
            "municipality_id": ["m1", "m1", "m2", "m2", "m3", "m3"],
            "municipality": names,
            "status": statuses,
        }
    )


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What pages display, in order."""
    said: list[Any] = []
    monkeypatch.setattr("shnor_lib.present.display.publish", said.append)
    return said  # type: ignore[return-value]


@pytest.fixture
def batch_mode(monkeypatch: pytest.MonkeyPatch, demo_project: Path) -> Path:
    """Pages of the synthetic municipality, as the batch shows them."""
    monkeypatch.setenv("SHNOR_DISPLAY", "batch")
    monkeypatch.setenv("SHNOR_PROJECT", str(demo_project))
    return demo_project


def _completed(frame: pd.DataFrame) -> pd.DataFrame:
    low, high = statistics.wilson(frame["failed"], frame["participants"])
    full = frame.assign(
        failed_low=frame["failed"],
        failed_high=frame["failed"],
        share=(frame["failed"] / frame["participants"].mask(frame["participants"] == 0)).astype("Float64"),
        low=pd.array(low, dtype="Float64"),
        high=pd.array(high, dtype="Float64"),
        hit=(100 * frame["failed"] >= 30 * frame["participants"]).astype("boolean"),
        reliability=statistics.reliability(frame["participants"]),
        certainty=statistics.certainty(low, high, 30, frame.index),
    )
    return full.assign(suppressed=False)
