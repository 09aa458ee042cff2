// The city's map on a canvas: outlines, names, landmarks, a pin. Needs nothing but map.json.
const METRES = 111320; // of a degree of latitude; good to a part in a thousand, and the way back uses the same
const FIRST_LOOK = 900; // metres seen at first
const FONT = "-apple-system, 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";

export class CityMap {
  constructor(canvas, data) {
    this.canvas = canvas;
    this.data = data;
    this.pin = null;
    this.accuracy = 0;
    const all = data.grids.flatMap((grid) => grid.polygons.flatMap((polygon) => polygon[0]));
    const points = all.length ? all : data.landmarks.map((mark) => mark.at);
    const [lons, lats] = [points.map((point) => point[0]), points.map((point) => point[1])];
    const span = (values) => (values.length ? [Math.min(...values), Math.max(...values)] : [0, 0]);
    const [west, east, south, north] = [...span(lons), ...span(lats)];
    this.middle = [(west + east) / 2, (south + north) / 2];
    this.wide = METRES * Math.cos((this.middle[1] * Math.PI) / 180);
    this.size = [Math.max((east - west) * this.wide, 200), Math.max((north - south) * METRES, 200)];
    this.grids = data.grids.map((grid, index) => ({
      name: grid.name, tint: index % 4,
      polygons: grid.polygons.map((polygon) => polygon.map((ring) => ring.map((corner) => this.metres(corner)))),
    }));
    for (const grid of this.grids) grid.centre = centre(grid.polygons[0][0]);
    this.landmarks = data.landmarks.map((mark) => ({ ...mark, point: this.metres(mark.at) }));
    this.centre = this.heart();
    this.scale = 0;
  }

  // Degrees to metres east and south of the middle, and back.
  metres([lon, lat]) { return [(lon - this.middle[0]) * this.wide, (this.middle[1] - lat) * METRES]; }
  degrees([x, y]) { return [this.middle[0] + x / this.wide, this.middle[1] - y / METRES]; }
  screen([x, y]) { return [(x - this.centre[0]) * this.scale + this.width / 2, (y - this.centre[1]) * this.scale + this.height / 2]; }
  ground([x, y]) { return [(x - this.width / 2) / this.scale + this.centre[0], (y - this.height / 2) / this.scale + this.centre[1]]; }

  // Where one looks first: the landmark that has most others near it.
  heart() {
    const points = this.landmarks.length ? this.landmarks.map((mark) => mark.point) : this.grids.map((grid) => grid.centre);
    const crowd = (point) => points.filter((other) => distance(point, other) < FIRST_LOOK / 2).length;
    return points.map((point) => [crowd(point), point]).sort((a, b) => b[0] - a[0])[0]?.[1] ?? [0, 0];
  }

  // Whether a place is on the map, or within a few steps of it.
  knows(point) { return Boolean(this.gridAt(point)) || (this.nearest(point)?.metres ?? Infinity) < FIRST_LOOK; }

  fit() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    [this.width, this.height] = [this.canvas.clientWidth || box.width, this.canvas.clientHeight || box.height];
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.ratio = ratio;
    this.least = Math.min(this.width / this.size[0], this.height / this.size[1]) * 0.92;
    if (!this.scale) this.scale = Math.max(this.least, Math.min(this.width, this.height) / FIRST_LOOK);
    this.draw();
  }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const held = this.ground(at);
    this.scale = Math.min(Math.max(this.scale * factor, this.least * 0.6), 6);
    const now = this.ground(at);
    this.move(held[0] - now[0], held[1] - now[1]);
  }

  move(x, y) {
    const [far, deep] = this.size.map((side) => side * 0.75);
    this.centre = [clamp(this.centre[0] + x, -far, far), clamp(this.centre[1] + y, -deep, deep)];
    this.draw();
  }

  look(point, scale = this.scale) {
    [this.centre, this.scale] = [point, Math.max(this.scale, scale)];
    this.draw();
  }

  // The landmark under a finger, within `reach` pixels.
  landmarkAt(at, reach = 16) {
    const near = this.landmarks.map((mark) => [distance(this.screen(mark.point), at), mark]).sort((a, b) => a[0] - b[0])[0];
    return near && near[0] <= reach ? near[1] : null;
  }

  nearest(point) {
    return this.landmarks.map((mark) => ({ mark, metres: distance(mark.point, point) })).sort((a, b) => a.metres - b.metres)[0] ?? null;
  }

  gridAt(point) { return this.grids.find((grid) => grid.polygons.some((polygon) => inside(polygon, point))) ?? null; }

  draw() {
    if (!this.width || this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  paint() {
    const brush = this.canvas.getContext("2d");
    const style = getComputedStyle(this.canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const tints = ["map-a", "map-b", "map-c", "map-d"].map(colour);
    brush.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    brush.fillStyle = colour("map-land");
    brush.fillRect(0, 0, this.width, this.height);
    brush.lineJoin = "round";
    for (const grid of this.grids) {
      brush.beginPath();
      for (const ring of grid.polygons.flat()) {
        ring.forEach((corner, index) => brush[index ? "lineTo" : "moveTo"](...this.screen(corner)));
        brush.closePath();
      }
      brush.fillStyle = tints[grid.tint];
      brush.fill("evenodd");
      brush.strokeStyle = colour("map-line");
      brush.lineWidth = 1.4;
      brush.stroke();
    }
    const taken = [[0, this.height - 34, 150, this.height]]; // the ruler
    this.paintLandmarks(brush, colour, taken);
    this.paintNames(brush, colour, taken);
    if (this.pin) this.paintPin(brush, colour);
    this.paintRuler(brush, colour);
  }

  // A name is written only where no other stands already.
  write(brush, text, x, y, taken, ink, halo) {
    const wide = brush.measureText(text).width;
    const box = [x - 2, y - 9, x + wide + 2, y + 9];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return;
    taken.push(box);
    brush.lineWidth = 3.5;
    brush.strokeStyle = halo;
    brush.strokeText(text, x, y);
    brush.fillStyle = ink;
    brush.fillText(text, x, y);
  }

  paintLandmarks(brush, colour, taken) {
    brush.textBaseline = "middle";
    brush.font = `500 13px ${FONT}`;
    const dots = this.landmarks.map((mark) => [mark, this.screen(mark.point)]).filter(([, [x, y]]) => x > -90 && y > -20 && x < this.width + 20 && y < this.height + 20);
    for (const [, [x, y]] of dots) {
      brush.beginPath();
      brush.arc(x, y, 4, 0, 7);
      brush.fillStyle = colour("accent");
      brush.fill();
      brush.lineWidth = 1.5;
      brush.strokeStyle = colour("paper");
      brush.stroke();
      taken.push([x - 5, y - 5, x + 5, y + 5]);
    }
    for (const [mark, [x, y]] of dots) this.write(brush, mark.name, x + 8, y, taken, colour("ink"), colour("map-land"));
  }

  paintNames(brush, colour, taken) {
    brush.font = `650 13px ${FONT}`;
    for (const grid of this.grids) {
      const [x, y] = this.screen(grid.centre);
      const wide = brush.measureText(grid.name).width;
      this.write(brush, grid.name, x - wide / 2, y, taken, colour("soft"), colour("map-land"));
    }
  }

  paintPin(brush, colour) {
    const [x, y] = this.screen(this.pin);
    const ring = this.accuracy * this.scale;
    if (ring > 10) {
      brush.beginPath();
      brush.arc(x, y, ring, 0, 7);
      brush.fillStyle = "rgb(214 55 44 / .12)";
      brush.fill();
    }
    brush.beginPath();
    brush.ellipse(x, y, 5, 2.5, 0, 0, 7);
    brush.fillStyle = "rgb(0 0 0 / .35)";
    brush.fill();
    brush.beginPath();
    brush.moveTo(x, y);
    brush.bezierCurveTo(x - 4, y - 10, x - 12, y - 15, x - 12, y - 24);
    brush.arc(x, y - 24, 12, Math.PI, 0);
    brush.bezierCurveTo(x + 12, y - 15, x + 4, y - 10, x, y);
    brush.fillStyle = colour("pin");
    brush.fill();
    brush.lineWidth = 2;
    brush.strokeStyle = "#fff";
    brush.stroke();
    brush.beginPath();
    brush.arc(x, y - 24, 4.5, 0, 7);
    brush.fillStyle = "#fff";
    brush.fill();
  }

  paintRuler(brush, colour) {
    if (this.width < 260) return;
    const metres = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((each) => each * this.scale > 56) ?? 10000;
    const [x, y, wide] = [12, this.height - 12, metres * this.scale];
    brush.strokeStyle = colour("ink");
    brush.lineWidth = 1.5;
    brush.beginPath();
    brush.moveTo(x, y - 5);
    brush.lineTo(x, y);
    brush.lineTo(x + wide, y);
    brush.lineTo(x + wide, y - 5);
    brush.stroke();
    brush.font = `500 12px ${FONT}`;
    brush.fillStyle = colour("ink");
    brush.fillText(metres < 1000 ? `${metres} m` : `${metres / 1000} km`, x + 5, y - 9);
  }
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);

function centre(ring) {
  let [area, x, y] = [0, 0, 0];
  ring.forEach(([ax, ay], index) => {
    const [bx, by] = ring[(index + 1) % ring.length];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  });
  return area ? [x / (3 * area), y / (3 * area)] : ring[0];
}

function inside(polygon, [x, y]) {
  let hit = false;
  for (const ring of polygon) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) hit = !hit;
    }
  }
  return hit;
}
