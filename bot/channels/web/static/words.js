// What the page was told about itself, its words, times in the city's zone, and the making of elements.
export const about = JSON.parse(document.getElementById("about").textContent);
export const lang = document.documentElement.lang;
export const $ = (id) => document.getElementById(id);

export function say(key, values = {}) {
  return about.words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// An element: text is always put in as text, never read as HTML.
export function el(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === false || value === null) continue;
    if (name === "text") element.textContent = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(svg.namespaceURI, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const zone = { timeZone: about.zone };
const clock = new Intl.DateTimeFormat(lang, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(lang, { ...zone, month: "long", day: "numeric", weekday: "short" });
const dated = new Intl.DateTimeFormat(lang, { ...zone, year: "numeric", month: "long", day: "numeric" });
const number = new Intl.DateTimeFormat("en-CA", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" });

export const time = (at) => clock.format(at);
export const dayOf = (at) => number.format(at);

// 今天, 昨天, or the date; `now` is the service's clock, which in the demo is not the wall's.
export function dayName(at, now) {
  if (dayOf(at) === dayOf(now)) return say("today");
  if (dayOf(at) === dayOf(now - 86400000)) return say("yesterday");
  return (dayOf(at).slice(0, 4) === dayOf(now).slice(0, 4) ? date : dated).format(at);
}

// A small store that a browser may refuse: then nothing is remembered.
export const store = {
  get(name) {
    try { return JSON.parse(localStorage.getItem(`jieyou:${about.base}:${name}`)); } catch { return null; }
  },
  set(name, value) {
    try { localStorage.setItem(`jieyou:${about.base}:${name}`, JSON.stringify(value)); } catch { /* private browsing */ }
  },
};
