// The page: joins the conversation, the composer, the place sheet and the line to the server.
import { Composer } from "./composer.js";
import { Log } from "./log.js";
import * as net from "./net.js";
import { openPlace } from "./place.js";
import { $, about, el, lang, say, store } from "./words.js";

const LOCATION = "location";
const MENU = "menu:";
const BUSY = 8000;
const pressed = new Map(); // buttons that wait for their answer, by press
let answered = 0; // when a button was last pressed here: only then an answer is opened here
let earliest = null;

const isMine = (message) => (about.kind === "group" ? message.author === composer.sender : message.author !== "bot");

const log = new Log({
  view, press, retry, remove,
  find: (key) => log.messages.get(key),
  jump: (key) => log.jump(key),
  reply: (message) => composer.answer(message),
  renew,
}, isMine);

const composer = new Composer({
  send: post,
  place: () => openPlace((part) => post(Promise.resolve([part]), { place: part })),
  press,
  complain: toast,
  speaks: () => log.redraw(),
});

// Sends what was written: it stands in the chat at once, and says so when it did not arrive.
async function post(parts, local, extra = {}) {
  const key = net.newKey();
  const { sender } = composer;
  const name = about.people.find((person) => person.id === sender)?.name ?? "";
  log.settle();
  if (local.photos?.every((photo) => photo.src)) log.local.set(key, local.photos);
  log.put([{ key, author: sender || "me", name, at: log.now || Date.now(), state: "sending", reply: extra.reply_to, ...local }], true);
  log.toEnd(true);
  let ready;
  try {
    ready = await parts;
  } catch (problem) {
    return fail(key, problem.message, true);
  }
  await pass({ key, sender, language: navigator.language, parts: ready, reply_to: "", album: "", ...extra });
}

async function pass(sending) {
  try {
    const message = await net.send(sending);
    if (message) take([message]);
  } catch (problem) {
    fail(sending.key, problem.message, Boolean(problem.final), sending);
  }
}

function fail(key, problem, final, sending) {
  const message = log.messages.get(key);
  if (final) net.drop(key);
  if (message && !message.id) log.put([{ ...message, state: "failed", problem, final, sending }], false);
}

function retry(message) {
  log.put([{ ...message, state: "sending" }], false);
  pass(message.sending);
}

function remove(message) {
  net.drop(message.key);
  log.remove(message.key);
}

// A pressed button waits until the bot answers, the message changes, or eight seconds are over.
async function press(message, choice, button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  if (choice.token === LOCATION) return openPlace((part) => post(Promise.resolve([part]), { place: part }));
  if (choice.token.startsWith(MENU)) return post(Promise.resolve([{ type: "choice", token: choice.token, message: message.key, label: choice.label }]), { text: choice.label });
  const key = net.newKey();
  const group = button.closest(".rows");
  const all = [...group.querySelectorAll(".choice")];
  for (const each of all) each.setAttribute("aria-disabled", "true");
  button.classList.add("pressed");
  const free = () => {
    for (const each of all) each.removeAttribute("aria-disabled");
    button.classList.remove("pressed");
    pressed.delete(key);
    clearTimeout(late);
  };
  const late = setTimeout(free, BUSY);
  pressed.set(key, free);
  answered = Date.now();
  try {
    await net.send({ key, sender: composer.sender, language: navigator.language, reply_to: "", album: "", parts: [{ type: "choice", token: choice.token, message: message.key, label: choice.label }] }, false);
  } catch (problem) {
    free();
    toast(problem.message);
  }
}

function toast(text) {
  if (!text) return;
  const box = el("div", { class: "toast", text, on: { click: () => box.remove() } });
  $("toasts").replaceChildren(box);
  setTimeout(() => box.remove(), 4000 + text.length * 60);
}

let busyUntil;
function typing(on) {
  clearTimeout(busyUntil);
  $("typing").hidden = !on;
  $("state").textContent = on ? say("typing") : subtitle();
  $("state").classList.toggle("busy", on);
  if (!on) return;
  if (log.atEnd) log.toEnd(false);
  busyUntil = setTimeout(() => typing(false), BUSY);
}

function subtitle() {
  return about.people.length > 1 ? about.people.map((person) => person.name).join(lang === "en" ? ", " : "、") : say("subtitle");
}

// What stands in the chat now, new or changed.
function take(messages, live = true) {
  const told = messages.filter((message) => message.author === "bot");
  if (live && told.length) {
    typing(false);
    for (const free of [...pressed.values()]) free();
  }
  if (messages.length) $("empty").hidden = true;
  log.put(messages, live);
  composer.menu(messages);
  const asks = told.findLast((message) => message.answer && !message.edited);
  if (live && asks && Date.now() - answered < 15000) composer.answer(asks);
}

function view(src) {
  $("viewer-picture").src = src;
  $("viewer").classList.remove("real");
  $("viewer").showModal();
}

const stream = new net.Stream({
  hello: ({ now }) => { log.now = Math.max(log.now, now); },
  message: (message) => take([message]),
  typing: () => typing(true),
  toast: ({ press: key, text }) => { pressed.get(key)?.(); toast(text); },
  reset: ({ greet }) => load(greet),
}, (on) => {
  $("offline").hidden = on;
  if (on && $("typing").hidden) $("state").textContent = subtitle();
});

// Once a minute at most: a picture that is gone for good stays gone.
let renewed = 0;
async function renew() {
  if (Date.now() - renewed < 60000) return;
  renewed = Date.now();
  try {
    log.renew((await net.history()).messages);
  } catch { /* no connection: the picture is told in the words */ }
}

async function load(greet = true) {
  let got;
  try {
    got = await net.history();
  } catch {
    $("offline").hidden = false;
    setTimeout(load, 2500, greet);
    return;
  }
  $("log").setAttribute("aria-busy", "true"); // what was said before is not read aloud
  log.clear();
  log.now = got.now;
  take(got.messages, false);
  log.toEnd(false);
  log.restore();
  $("empty").hidden = got.messages.length > 0 || about.kind !== "private";
  requestAnimationFrame(() => $("log").removeAttribute("aria-busy"));
  older(got);
  stream.open(got.change);
  for (const sending of net.unsent()) {
    const what = shown(sending.parts);
    if (what) log.put([{ key: sending.key, author: sending.sender || "me", at: log.now, state: "sending", ...what }], false);
    pass(sending);
  }
  enter(greet && got.messages.length === 0);
}

function shown(parts) {
  const of = (type) => parts.find((part) => part.type === type);
  const what = { text: of("text")?.text ?? of("choice")?.label ?? "", place: of("location"), photos: of("photo") && [{ name: say("picture") }], file: of("file") };
  return Object.values(what).some(Boolean) ? what : null;
}

function older(got) {
  earliest = got.messages[0]?.id ?? earliest;
  $("older").hidden = !got.more;
}

// A person who opens the page for the first time, or by a link with a code, is greeted.
function enter(first) {
  const address = new URL(location.href);
  const payload = (address.searchParams.get("start") ?? "").slice(0, 64);
  if (about.kind !== "private" || !(first || payload)) return;
  address.searchParams.delete("start");
  window.history.replaceState(null, "", address);
  net.send({ key: net.newKey(), sender: composer.sender, language: navigator.language, parts: [{ type: "enter", payload }], reply_to: "", album: "" }).catch((problem) => toast(problem.message));
}

$("older").addEventListener("click", async () => {
  try {
    const got = await net.history(earliest);
    older(got);
    log.prepend(got.messages);
  } catch {
    toast(say("failed"));
  }
});
$("viewer").addEventListener("click", (event) => {
  if (event.target === $("viewer-picture")) $("viewer").classList.toggle("real");
  else $("viewer").close();
});
if (about.kind === "private") $("log").addEventListener("click", (event) => event.target.closest(".bubble")?.closest(".message").classList.toggle("open"));
window.addEventListener("online", () => {
  for (const message of log.messages.values()) if (message.state === "failed" && !message.final && message.sending) retry(message);
});
document.addEventListener("keydown", (event) => {
  // Writing begins anywhere.
  if (event.target === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) $("words").focus();
});

typing(false);
$("state").textContent = say("connecting");
load();
