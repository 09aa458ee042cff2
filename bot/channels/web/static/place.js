// The sheet in which a person shows a place: by the device's position, a name, a tap, or the arrow keys.
import { CityMap, distance } from "./map.js";
import { cityMap } from "./net.js";
import { $, el, say } from "./words.js";

const STEP = 12; // pixels an arrow key moves the pin
const CLOSE = 2; // pixels a metre when looking at one place
const BESIDE = 15; // metres
const NEAR = 150;
const sheet = $("place-sheet");
const canvas = $("place-map");
let map = null;
let label = "";
let accuracy = null;
let outside = null; // a position where there is no map to show it on
let deliver = null;

export function openPlace(send) {
  deliver = send;
  if (!sheet.open) sheet.showModal();
  if (map) { map.fit(); canvas.focus(); return; }
  cityMap().then((data) => {
    map = new CityMap(canvas, data);
    map.fit();
    canvas.focus();
    find(false);
  }, () => { $("place-words").textContent = say("place_unmapped"); });
}

export function watchColours(redraw) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

// A still map with its pin, for a place that was sent.
export async function drawSmall(element, { lon, lat }) {
  const small = new CityMap(element, await cityMap());
  small.pin = small.metres([lon, lat]);
  small.centre = [small.pin[0], small.pin[1] - 8];
  small.scale = 0.9;
  small.fit();
  watchColours(() => small.draw());
}

function put(point, name = "", within = null) {
  map.pin = point;
  map.accuracy = within ?? 0;
  [label, accuracy, outside] = [name, within, null];
  map.draw();
  tell();
}

function tell() {
  const near = map.nearest(map.pin);
  const grid = map.gridAt(map.pin);
  const words = label || nearby(near) || grid?.name || say("place_outside");
  $("place-words").textContent = accuracy ? `${words} · ${say("place_accuracy", { n: Math.round(accuracy) })}` : words;
  $("place-send").disabled = false;
}

function nearby(near) {
  if (!near || near.metres > NEAR) return "";
  if (near.metres <= BESIDE) return say("place_beside", { name: near.mark.name });
  return say("place_near", { name: near.mark.name, n: Math.round(near.metres / 5) * 5 });
}

function sendPlace() {
  if (!map?.pin && !outside) return;
  const [lon, lat] = outside ?? map.degrees(map.pin);
  const round = (degrees) => Number(degrees.toFixed(6));
  sheet.close();
  deliver({ type: "location", lon: round(lon), lat: round(lat), accuracy_m: accuracy, label });
}

// The device's position. Not `asked` for (the sheet has just opened): it only helps, and moves nothing the person did.
function find(asked = true) {
  const without = () => { if (asked || !map?.pin) $("place-words").textContent = say(asked ? "place_denied" : "place_hint"); };
  if (!navigator.geolocation) return without();
  if (asked || !map?.pin) $("place-words").textContent = say("place_finding");
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const place = [coords.longitude, coords.latitude];
    if (!asked && (map.pin || !map.knows(map.metres(place)))) return without();
    if (map) {
      map.look(map.metres(place), CLOSE);
      put(map.metres(place), "", coords.accuracy);
    } else {
      [outside, accuracy, label] = [place, coords.accuracy, ""];
      $("place-words").textContent = say("place_accuracy", { n: Math.round(coords.accuracy) });
      $("place-send").disabled = false;
    }
    if (asked) $("place-send").focus();
  }, without, { enableHighAccuracy: true, timeout: 12000, maximumAge: 20000 });
}

function search() {
  const asked = $("place-search").value.trim().toLowerCase().replace(/\s+/g, "");
  const plain = (name) => name.toLowerCase().replace(/\s+/g, "");
  const found = !asked || !map ? [] : map.landmarks.filter((mark) => [mark.name, ...mark.also].some((name) => plain(name).includes(asked))).slice(0, 8);
  $("place-results").replaceChildren(...found.map((mark) => el("li", {}, el("button", { type: "button", text: mark.name, on: { click: () => pick(mark) } }))));
  $("place-results").hidden = !found.length;
  if (asked) $("place-words").textContent = found.length ? say("place_found", { n: found.length }) : say("place_none");
}

function pick(mark) {
  $("place-results").hidden = true;
  $("place-search").value = mark.name;
  map.look(mark.point, CLOSE);
  put(mark.point, mark.name);
  $("place-send").focus();
}

function tap(at) {
  const mark = map.landmarkAt(at);
  put(mark ? mark.point : map.ground(at), mark?.name);
}

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function key(event) {
  if (!map) return;
  if (event.key in STEPS) {
    const far = (event.shiftKey ? STEP * 5 : STEP) / map.scale;
    const from = map.pin ?? map.centre;
    const point = [from[0] + STEPS[event.key][0] * far, from[1] + STEPS[event.key][1] * far];
    const [x, y] = map.screen(point);
    if (x < 24 || y < 48 || x > map.width - 24 || y > map.height - 24) map.look(point);
    put(point);
  } else if (event.key === "+" || event.key === "=") map.zoom(1.5);
  else if (event.key === "-") map.zoom(1 / 1.5);
  else if (event.key === "Enter") sendPlace();
  else return;
  event.preventDefault();
}

// One finger moves, two pinch, a short touch sets the pin.
const fingers = new Map();
let moved = 0;

const spot = (event) => {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  if (!fingers.size) moved = 0;
  fingers.set(event.pointerId, spot(event));
});
canvas.addEventListener("pointermove", (event) => {
  const from = fingers.get(event.pointerId);
  if (!from || !map) return;
  const to = spot(event);
  const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
  moved += distance(from, to);
  if (other) {
    map.zoom(Math.max(distance(to, other), 1) / Math.max(distance(from, other), 1), [(to[0] + other[0]) / 2, (to[1] + other[1]) / 2]);
    moved = 99;
  } else if (moved > 6) map.move((from[0] - to[0]) / map.scale, (from[1] - to[1]) / map.scale);
  fingers.set(event.pointerId, to);
});
canvas.addEventListener("pointerup", (event) => {
  if (fingers.delete(event.pointerId) && !fingers.size && moved <= 6 && map) tap(spot(event));
});
canvas.addEventListener("pointercancel", (event) => fingers.delete(event.pointerId));
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  map?.zoom(Math.exp(-event.deltaY / 400), spot(event));
}, { passive: false });
canvas.addEventListener("keydown", key);
new ResizeObserver(() => sheet.open && map?.fit()).observe(canvas);
watchColours(() => map?.draw());
$("zoom-in").addEventListener("click", () => map?.zoom(1.5));
$("zoom-out").addEventListener("click", () => map?.zoom(1 / 1.5));
$("place-mine").addEventListener("click", () => find());
$("place-send").addEventListener("click", sendPlace);
$("place-close").addEventListener("click", () => sheet.close());
$("place-search").addEventListener("input", search);
$("place-search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  $("place-results").querySelector("button")?.click();
});
sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
