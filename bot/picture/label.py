"""Where the words on a map may stand: pure geometry in pixels, no two labels over each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def at(cls, x: float, y: float, width: float, height: float) -> "Box":
        """A box around its middle."""
        return cls(x - width / 2, y - height / 2, x + width / 2, y + height / 2)

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def meets(self, other: "Box") -> bool:
        """Do the two overlap?"""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Box") -> bool:
        """Is the other wholly inside?"""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def grown(self, by: float) -> "Box":
        """The box with a margin around it."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


def settle(wishes: Iterable[Iterable[Box]], frame: Box, taken: Iterable[Box]) -> list[Box | None]:
    """For each label, the first of its wished boxes that is inside the frame and free; None where there is none.

    Who comes first chooses first. `taken` are boxes in which nothing may stand.
    """
    full = list(taken)
    settled: list[Box | None] = []
    for wish in wishes:
        free = (box for box in wish if frame.holds(box) and not any(box.meets(other) for other in full))
        box = next(free, None)
        settled.append(box)
        if box is not None:
            full.append(box)
    return settled


def beside(x: float, y: float, width: float, height: float, gap: float) -> Iterator[Box]:
    """Boxes around a mark: right of it, left, below, above, then the corners."""
    sideways, upright = gap + width / 2, gap + height / 2
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)):
        yield Box.at(x + dx * sideways, y + dy * upright, width, height)


def spans(rings: Sequence[Ring], y: float) -> list[tuple[float, float]]:
    """From where to where a horizontal line is inside an area (holes are not)."""
    crossings = sorted(
        ax + (y - ay) * (bx - ax) / (by - ay)
        for ring in rings
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
        if (ay <= y) != (by <= y)
    )
    return list(zip(crossings[::2], crossings[1::2], strict=False))


def inside(rings: Sequence[Ring], frame: Box, width: float, height: float, near: tuple[float, float]) -> list[Box]:
    """Boxes of this size that lie within an area and the frame, the nearest to `near` first."""
    found: list[Box] = []
    y = frame.top + height / 2
    while y <= frame.bottom - height / 2:
        for left, right in _common([spans(rings, y + dy) for dy in (-height / 2, 0, height / 2)]):
            left, right = max(left, frame.left), min(right, frame.right)
            if right - left >= width:
                first, last = left + width / 2, right - width / 2
                steps = {first, (first + last) / 2, last, min(max(near[0], first), last)}
                found += [Box.at(x, y, width, height) for x in sorted(steps)]
        y += height / 2
    return sorted(found, key=lambda box: (box.middle[0] - near[0]) ** 2 + (box.middle[1] - near[1]) ** 2)


def upon(rings: Sequence[Ring], frame: Box, width: float, height: float, near: tuple[float, float]) -> list[Box]:
    """Boxes inside an area; after them, for an area that is too narrow, boxes whose middle is inside."""
    narrow = inside(rings, frame, min(width, 40), height, near)
    return inside(rings, frame, width, height, near) + [Box.at(*box.middle, width, height) for box in narrow]


def crossed(rings: Sequence[Ring], box: Box) -> bool:
    """Does an outline run through the box?"""
    return any(_meets(start, end, box) for ring in rings for start, end in zip(ring, [*ring[1:], ring[0]], strict=True))


def _meets(start: tuple[float, float], end: tuple[float, float], box: Box) -> bool:
    """Liang-Barsky: what is left of the line after cutting it at the box's four sides."""
    (x, y), dx, dy = start, end[0] - start[0], end[1] - start[1]
    first, last = 0.0, 1.0
    for step, room in ((-dx, x - box.left), (dx, box.right - x), (-dy, y - box.top), (dy, box.bottom - y)):
        if step == 0:
            if room < 0:
                return False
        elif step < 0:
            first = max(first, room / step)
        else:
            last = min(last, room / step)
    return first <= last


def _common(lines: "Sequence[list[tuple[float, float]]]") -> list[tuple[float, float]]:
    """The stretches that several sets of spans share."""
    shared = lines[0]
    for line in lines[1:]:
        shared = [(max(a, c), min(b, d)) for a, b in shared for c, d in line if max(a, c) < min(b, d)]
    return shared
