"""From degrees to pixels: a flat map around one point, true to within centimetres over a few kilometres."""

import math
from dataclasses import dataclass

EARTH = 6_371_008.8  # mean radius in metres (IUGG)
_DEGREE = math.radians(1) * EARTH


@dataclass(frozen=True, slots=True)
class Projection:
    """Equirectangular around (`lon`, `lat`), WGS-84 degrees, which stands at pixel (`x`, `y`); `scale` is pixels a
    metre. North is up, and y grows downwards."""

    lon: float
    lat: float
    x: float
    y: float
    scale: float

    def pixel(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a place stands in the picture."""
        east = (lon - self.lon) * _DEGREE * math.cos(math.radians(self.lat))
        north = (lat - self.lat) * _DEGREE
        return self.x + east * self.scale, self.y - north * self.scale

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """The place (lon, lat) at a pixel."""
        east, north = (x - self.x) / self.scale, (self.y - y) / self.scale
        return self.lon + east / (_DEGREE * math.cos(math.radians(self.lat))), self.lat + north / _DEGREE


@dataclass(frozen=True, slots=True)
class Extent:
    """The smallest box around some places, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def around(cls, places: "list[tuple[float, float]]") -> "Extent":
        """The box around at least one place (lon, lat). Raises ValueError without any."""
        if not places:
            raise ValueError("nothing to draw a map around: no pin, no place and no highlighted grid")
        lons, lats = [lon for lon, _ in places], [lat for _, lat in places]
        return cls(min(lons), min(lats), max(lons), max(lats))

    def grown(self, metres: float) -> "Extent":
        """The box with so many metres more on each side."""
        high = metres / _DEGREE
        wide = high / max(math.cos(math.radians((self.south + self.north) / 2)), 0.01)
        return Extent(self.west - wide, self.south - high, self.east + wide, self.north + high)

    def holds(self, lon: float, lat: float) -> bool:
        """Is the place inside?"""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def meets(self, other: "Extent") -> bool:
        """Do the two overlap or touch?"""
        return (
            self.west <= other.east
            and other.west <= self.east
            and self.south <= other.north
            and other.south <= self.north
        )

    @property
    def centre(self) -> tuple[float, float]:
        """The middle, lon and lat."""
        return (self.west + self.east) / 2, (self.south + self.north) / 2

    @property
    def metres(self) -> tuple[float, float]:
        """Width and height in metres."""
        cosine = math.cos(math.radians((self.south + self.north) / 2))
        return (self.east - self.west) * _DEGREE * cosine, (self.north - self.south) * _DEGREE


def round_metres(longest: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, ... that is not above `longest`; at least 1."""
    tens = 10 ** math.floor(math.log10(max(longest, 1)))
    return next(int(step * tens) for step in (5, 2, 1) if step * tens <= max(longest, 1))
