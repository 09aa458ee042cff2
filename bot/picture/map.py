"""The map: where a case is, in which grid, and what stands around it. Drawn from our own outlines alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

from bot.picture import mark, name, theme
from bot.picture.canvas import Pen, jpeg
from bot.picture.label import Box, Ring, settle
from bot.picture.projection import Extent, Projection
from bot.picture.theme import MAP_HEIGHT, WIDTH, Colour
from bot.picture.view import GridShape, MapView, Place

FRAME = Box(0, 0, WIDTH, MAP_HEIGHT)
SHARP = 2  # areas are drawn twice as large and shrunk
NEAREST, FARTHEST = 250.0, 400.0  # metres from the middle to the left or right edge, around one pin
_WORDS = FRAME.grown(-14)
_ROOM = Box(150, 160, WIDTH - 150, MAP_HEIGHT - 130)  # every pin's tip stands in it, so that no pin is cut off


def draw(view: MapView, font: Path | None = None) -> bytes:
    """The map as a JPEG of 1000 x 750 pixels.

    Raises `CannotDraw` where the font cannot be read, ValueError where there is nothing to draw around.
    """
    projection = projected(view)
    areas = [area for area in _areas(view.grids, projection) if area.bounds.meets(FRAME)]
    pen = Pen(_ground(areas), font)
    _write(pen, view, areas, projection)
    return jpeg(pen.image)


def projected(view: MapView) -> Projection:
    """The section of the map: all pins with room around them; around one pin 250 to 400 metres to each side, so
    that its grid shows as a whole where that is possible."""
    marks = [(pin.lon, pin.lat) for pin in view.pins] + ([view.here] if view.here else [])
    outline = [place for grid in view.grids if grid.highlighted for ring in grid.rings for place in ring]
    core, whole = Extent.around(marks or outline), Extent.around(marks + outline)
    wide, high = (max(length, 1.0) for length in core.metres)
    grid_wide, grid_high = whole.metres
    reach = min(max(grid_wide * 0.56, grid_high * 0.56 * WIDTH / MAP_HEIGHT, NEAREST), FARTHEST)
    room_wide, room_high = _ROOM.right - _ROOM.left, _ROOM.bottom - _ROOM.top
    scale = min(WIDTH / (2 * reach), room_wide / wide, room_high / high)
    flat = Projection(*core.centre, *_ROOM.middle, scale)
    # Towards the middle of the grid, as far as the pins stay near the middle of the picture.
    x, y = flat.pixel(*whole.centre)
    slack_x, slack_y = max(0.0, 170 - wide * scale / 2), max(0.0, 110 - high * scale / 2)
    dx, dy = _clamp(x - flat.x, slack_x), _clamp(y - flat.y, slack_y)
    return Projection(flat.lon, flat.lat, flat.x - dx, flat.y - dy, scale)


def _clamp(value: float, most: float) -> float:
    return min(max(value, -most), most)


@dataclass(frozen=True, slots=True)
class _Area:
    """A grid in pixels, with its colours; `outline` is None where it is not highlighted."""

    grid: GridShape
    rings: list[Ring]
    fill: Colour
    outline: Colour | None

    @property
    def bounds(self) -> Box:
        xs, ys = [x for ring in self.rings for x, _ in ring], [y for ring in self.rings for _, y in ring]
        return Box(min(xs), min(ys), max(xs), max(ys))


def _areas(grids: tuple[GridShape, ...], projection: Projection) -> Iterator[_Area]:
    chosen = cycle(theme.CHOSEN)
    for grid in grids:
        rings: list[Ring] = [[projection.pixel(*place) for place in ring] for ring in grid.rings if len(ring) > 2]
        if rings:
            tint = theme.AREAS[grid.tint % len(theme.AREAS)]
            fill, outline = next(chosen) if grid.highlighted else (tint, None)
            yield _Area(grid, rings, fill, outline)


def _ground(areas: list[_Area]) -> Image.Image:
    """Paper, areas, the gaps between them like streets, and the outlines of the highlighted."""
    image = Image.new("RGB", (WIDTH * SHARP, MAP_HEIGHT * SHARP), theme.GROUND)
    pencil = ImageDraw.Draw(image)
    large = [(area, [[(x * SHARP, y * SHARP) for x, y in ring] for ring in area.rings]) for area in areas]
    for area, rings in large:
        _fill(image, rings, area.fill)
    for width, colour in ((20, theme.KERB), (16, theme.STREET)):
        for _, rings in large:
            _outline(pencil, rings, width, colour)
    chosen = [(area, rings, area.outline) for area, rings in large if area.outline]
    for area, rings, _ in chosen:  # once more, up to its border: the street runs along its outer side
        _fill(image, rings, area.fill)
    for _, rings, colour in chosen:
        _outline(pencil, rings, 7, colour)
    return image.reduce(SHARP)


def _fill(image: Image.Image, rings: list[list[Place]], colour: Colour) -> None:
    """Fill an area; where it has holes or parts, what an even number of rings covers stays free."""
    if len(rings) == 1:
        ImageDraw.Draw(image).polygon(rings[0], fill=colour)
        return
    mask = Image.new("1", image.size)
    for ring in rings:
        part = Image.new("1", image.size)
        ImageDraw.Draw(part).polygon(ring, fill=1)
        mask = ImageChops.logical_xor(mask, part)
    image.paste(colour, mask=mask)


def _outline(pencil: ImageDraw.ImageDraw, rings: list[list[Place]], width: int, colour: Colour) -> None:
    for ring in rings:
        pencil.line([*ring, ring[0], ring[1]], fill=colour, width=width * SHARP, joint="curve")


def _write(pen: Pen, view: MapView, areas: list[_Area], projection: Projection) -> None:
    """The words and marks: room is found for all the words first; the pins come last, above everything."""
    pins = [(pin, *projection.pixel(pin.lon, pin.lat)) for pin in sorted(view.pins, key=lambda pin: -pin.lat)]
    stands = projection.pixel(*view.here) if view.here else None
    taken = [mark.pin_box(x, y) for _, x, y in pins]
    taken += [mark.scale_box(pen, projection.scale, MAP_HEIGHT).grown(8), mark.NORTH.grown(8)]
    if stands:
        taken.append(Box.at(*stands, 60, 60))
    names = [
        *(name.of_pin(pen, pin.name, x, y, theme.PINS[pin.role]) for pin, x, y in pins if pin.name),
        *_names(pen, view, areas, projection),
    ]
    boxes = settle((wish.boxes for wish in names), _WORDS, taken)
    for wish, box in zip(names, boxes, strict=True):
        if box:
            wish.write(pen, box)
    if stands:
        mark.here(pen, *stands)
    for pin, x, y in pins:
        mark.pin(pen, x, y, pin.label, pin.role)
    mark.scale_bar(pen, projection.scale, MAP_HEIGHT)
    mark.north(pen)


def _names(pen: Pen, view: MapView, areas: list[_Area], projection: Projection) -> Iterator[name.Name]:
    """Who finds room first: the chosen grids, the landmarks from the middle outwards, the neighbours."""
    middle = _middle(view, projection)
    for area in areas:
        if area.outline and area.grid.label:
            yield name.plate(pen, area.grid.label, area.grid.name, area.rings, _WORDS, area.outline, middle)
        elif area.outline and area.grid.name:
            yield name.chosen_area(pen, area.grid.name, area.rings, _WORDS, area.outline)
    outlines = [ring for area in areas if area.outline for ring in area.rings]
    spots = [(sight.name, *projection.pixel(sight.lon, sight.lat)) for sight in view.places]
    for text, x, y in sorted(spots, key=lambda spot: ((spot[1] - middle[0]) ** 2 + (spot[2] - middle[1]) ** 2, spot)):
        if FRAME.holds(Box.at(x, y, 20, 20)):
            yield name.sight(pen, text, x, y, outlines)
    for area in areas:
        if not area.outline and area.grid.name:
            yield name.area(pen, area.grid.name, area.rings, _WORDS)


def _middle(view: MapView, projection: Projection) -> Place:
    marks = [(pin.lon, pin.lat) for pin in view.pins] or ([view.here] if view.here else [])
    return projection.pixel(*Extent.around(marks).centre) if marks else FRAME.middle
