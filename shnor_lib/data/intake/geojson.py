"""Polygons of municipalities: checked and carried beside the tables as they are."""

import json
from pathlib import Path

from shnor_lib.data.findings import ERROR, WARNING
from shnor_lib.data.intake.log import Log

ATTACHMENT = "municipalities.geojson"
ID = "geojson"
_MAX_SIZE = 64 << 20
_ID_PROPERTIES = ("municipality_id", "municipality")


def is_geojson(path: Path) -> bool:
    """Whether a file is a GeoJSON collection, judged by its beginning."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    return start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b"FeatureCollection" in start


def check(path: Path, log: Log) -> int:
    """Number of polygons of municipalities in a file, 0 where it cannot be used; faults go to the log."""
    if path.stat().st_size > _MAX_SIZE:
        log.add(
            "geojson", ERROR, "файл границ больше 64 МБ; не принят", "Упростите границы и повторите загрузку."
        )
        return 0
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        named = [
            feature for feature in features if any(feature["properties"].get(name) for name in _ID_PROPERTIES)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.add(
            "geojson", ERROR, "файл границ не читается как GeoJSON; не принят", "Выгрузите границы заново."
        )
        return 0
    if not named:
        log.add(
            "geojson",
            ERROR,
            "у границ нет свойств municipality_id или municipality; файл не принят",
            "Добавьте каждой границе код или название муниципалитета.",
        )
    elif len(named) < len(features):
        log.add(
            "geojson",
            WARNING,
            f"у {len(features) - len(named)} границ нет кода и названия муниципалитета",
            "Добавьте каждой границе код или название муниципалитета.",
        )
    return len(named)
