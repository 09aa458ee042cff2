"""The city as the page's own map: outlines, names and landmarks, with no picture from elsewhere."""

from typing import Any

from domain.city import City, Point

DIGITS = 6  # a tenth of a metre


def city_map(city: City) -> dict[str, Any]:
    """What `/chat/map.json` gives: degrees as [lon, lat], WGS-84. Grid codes and leaders are left out: they are
    for staff."""
    return {
        "name": city.name,
        "grids": [
            {
                "name": grid.name,
                "polygons": [[[_pair(*corner) for corner in ring] for ring in polygon] for polygon in grid.polygons],
            }
            for grid in city.grids.values()
        ],
        "landmarks": [
            {"name": mark.name, "also": list(mark.aliases), "at": _place(mark.place), "kind": mark.kind}
            for mark in city.landmarks
        ]
        + [{"name": booth.name, "also": [], "at": _place(booth.place), "kind": "booth"} for booth in city.booths],
    }


def _place(point: Point) -> list[float]:
    return _pair(point.lon, point.lat)


def _pair(lon: float, lat: float) -> list[float]:
    return [round(lon, DIGITS), round(lat, DIGITS)]
