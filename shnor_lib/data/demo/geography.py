"""The map of the synthetic region: municipalities, their places and polygons.

In:   a scale and a seed.
Out:  `municipalities`, one row each; `polygons`, GeoJSON; `scatter`, places of schools.
Not:  real coordinates: the outline is invented and lies anywhere.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from shapely import Point, Polygon, contains_xy, voronoi_polygons
from shapely.geometry import MultiPoint, mapping
from shapely.geometry.base import BaseGeometry

from shnor_lib.data.demo import names
from shnor_lib.data.demo.scales import Scale, stream

_CENTRE = (66.0, 58.4)
_RADII = (4.2, 2.1)
_ROUNDS = 4
_CAPITAL_RADIUS, _CITY_RADIUS = 0.30, 0.19


def municipalities(scale: Scale, seed: int) -> pd.DataFrame:
    """Municipalities of a region, cities first.

    Returns:
        municipality_id (str), municipality (str), adjective (str, for names of schools), city (bool),
        region_id (str), region (str), schools (int64), lon, lat (float64, degrees).
    """
    count = scale.municipalities
    city = np.arange(count) < scale.cities
    titles = [*names.cities(scale.cities), *names.districts(count - scale.cities)]
    region = np.arange(count) % scale.regions
    number = np.arange(count) // scale.regions + 1
    lon, lat = _places(scale, seed)
    return pd.DataFrame(
        {
            "municipality_id": [
                f"reg{names.REGIONS[r][0]}_m{n:03d}" for r, n in zip(region, number, strict=True)
            ],
            "municipality": titles,
            "adjective": [title.removesuffix(" район").split(" район ")[0] for title in titles],
            "city": city,
            "region_id": [names.REGIONS[r][0] for r in region],
            "region": [names.REGIONS[r][1] for r in region],
            "schools": _shares(scale, seed),
            "lon": lon,
            "lat": lat,
        }
    )


def polygons(places: pd.DataFrame) -> dict[str, Any]:
    """GeoJSON: Voronoi cells of the districts within the outline, cities cut out of them."""
    districts = places[~places["city"]]
    cells = _cells(districts["lon"].to_numpy(), districts["lat"].to_numpy())
    shapes: dict[int, BaseGeometry] = dict(zip(districts.index, cells, strict=True))
    centres = list(zip(places["lon"].tolist(), places["lat"].tolist(), strict=True))
    for index in np.flatnonzero(places["city"]).tolist():
        radius = _CAPITAL_RADIUS if index == 0 else _CITY_RADIUS
        town = _blob(*centres[index], radius).intersection(_outline())
        shapes = {other: shape.difference(town) for other, shape in shapes.items()}
        shapes[index] = town
    features = [
        {
            "type": "Feature",
            "properties": {"municipality_id": code, "municipality": title},
            "geometry": _rounded(mapping(shapes[index])),
        }
        for index, (code, title) in enumerate(
            zip(places["municipality_id"], places["municipality"], strict=True)
        )
    ]
    return {"type": "FeatureCollection", "features": features}


def scatter(places: pd.DataFrame, index: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of schools near the centre of their municipality, within the outline.

    Args:
        places: municipalities.
        index: row of `places` of every school.
        seed: of the region.
    """
    rng = stream(seed, "school places")
    spread = np.where(places["city"], 0.06, 0.22)[index]
    lon0, lat0 = places["lon"].to_numpy()[index], places["lat"].to_numpy()[index]
    step = rng.normal(size=(2, len(index))).clip(-1.6, 1.6)
    lon, lat = lon0 + step[0] * spread * 1.6, lat0 + step[1] * spread * 0.8
    outside = ~contains_xy(_outline(), lon, lat)
    lon, lat = np.where(outside, lon0, lon), np.where(outside, lat0, lat)
    return lon.round(5), lat.round(5)


def _shares(scale: Scale, seed: int) -> np.ndarray:
    """How many schools each municipality has: the capital many, districts about ten."""
    rng = stream(seed, "schools of municipalities")
    weight = rng.lognormal(0.0, 0.35, scale.municipalities)
    weight[: scale.cities] *= 2.0
    weight[: max(1, scale.cities // 8) if scale.cities else 0] *= 3.2
    rest = scale.schools - 2 * scale.municipalities
    exact = rest * weight / weight.sum()
    count = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - count), kind="stable")
    count[order[: rest - count.sum()]] += 1
    return np.asarray(count + 2)


def _outline() -> Polygon:
    """A smooth closed line round the centre."""
    return _blob(*_CENTRE, *_RADII, points=180, wave=1.0)


def _blob(
    lon: float, lat: float, width: float, height: float | None = None, points: int = 24, wave: float = 0.4
) -> Polygon:
    ring = []
    for number in range(points):
        angle = 2 * math.pi * number / points
        bend = 0.13 * math.sin(2 * angle + 1) + 0.08 * math.sin(3 * angle + 0.4) + 0.05 * math.sin(5 * angle)
        radius = 1 + wave * bend
        ring.append(
            (
                lon + width * radius * math.cos(angle),
                lat + (height or width * 0.55) * radius * math.sin(angle),
            )
        )
    return Polygon(ring)


def _places(scale: Scale, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres: districts evened out by Lloyd's rounds, cities beside a district's centre."""
    rng = stream(seed, "municipality places")
    outline = _outline()
    districts = scale.municipalities - scale.cities
    lon, lat = _inside(outline, districts, rng)
    if not scale.tidy_only:
        for _ in range(_ROUNDS):
            centres = [cell.centroid for cell in _cells(lon, lat)]
            lon = np.array([point.x for point in centres])
            lat = np.array([point.y for point in centres])
    middle = int(np.argmin(np.hypot((lon - _CENTRE[0]) / 2, lat - _CENTRE[1])))
    others = rng.permutation(np.setdiff1d(np.arange(districts), [middle]))
    host = np.resize(np.array([middle, *others]), scale.cities)
    east = lon[host] + 0.3 * np.where(lon[host] < _CENTRE[0], 1, -1)  # inland of the district's centre
    north = lat[host] + 0.12 * np.where(lat[host] < _CENTRE[1], 1, -1)
    lon, lat = np.concatenate([east, lon]), np.concatenate([north, lat])
    return lon.round(5), lat.round(5)


def _inside(outline: Polygon, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    west, south, east, north = outline.bounds
    lon, lat = rng.uniform(west, east, count * 4 + 40), rng.uniform(south, north, count * 4 + 40)
    kept = contains_xy(outline, lon, lat)
    return lon[kept][:count], lat[kept][:count]


def _cells(lon: np.ndarray, lat: np.ndarray) -> list[BaseGeometry]:
    """Voronoi cell of each point within the outline, in the order of the points."""
    outline = _outline()
    if len(lon) == 1:
        return [outline]
    points = [Point(x, y) for x, y in zip(lon, lat, strict=True)]
    cells = list(voronoi_polygons(MultiPoint(points), extend_to=outline).geoms)
    owner = {index: cell for cell in cells for index, point in enumerate(points) if cell.contains(point)}
    return [owner[index].intersection(outline) for index in range(len(points))]


def _rounded(geometry: Any) -> Any:
    """Coordinates to five digits, about a metre."""
    if isinstance(geometry, dict):
        return {key: _rounded(value) for key, value in geometry.items()}
    if isinstance(geometry, list | tuple):
        return [_rounded(item) for item in geometry]
    return round(geometry, 5) if isinstance(geometry, float) else geometry
