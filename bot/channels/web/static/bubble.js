// One message as it stands in the chat.
import { drawSmall } from "./place.js";
import { about, el, icon, say, time } from "./words.js";

const MENU = "menu:";
const SENT = "M4 12.5l5 5L20 6.5";
const WAITING = "M12 7v5l3 2M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17";
const WARN = "M12 7v6M12 16.5v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17";
const MARKS = { sending: [WAITING, "sending"], sent: [SENT, "sent"], failed: [WARN, "failed"] };
const NUMBER = /([A-Z]{2,}-\d{8}-\d{4})/;
const SAFE = /^(https?:|tel:|mailto:)/i;

export const isMenu = (row) => row.length > 0 && row.every((choice) => choice.token.startsWith(MENU));
export const underRows = (message) => (message.rows ?? []).filter((row) => !isMenu(row));
export const menuRows = (message) => (message.rows ?? []).filter(isMenu);
export const speaker = (message) => (message.author === "bot" ? say("bot") : message.name || say("you"));

// A case's number is never broken over two lines.
const numbered = (text) => text.split(NUMBER).map((piece, index) => (index % 2 ? el("span", { class: "number", text: piece }) : piece));

// The words with their links; in a group the first line of a card stands out.
function words(message) {
  const box = el("div", { class: "words" });
  let rest = message.text;
  const card = about.kind === "group" && message.author === "bot" && rest.split("\n").length > 2;
  if (card) {
    const end = rest.indexOf("\n");
    box.append(el("span", { class: "head" }, ...numbered(rest.slice(0, end))));
    rest = rest.slice(end);
  }
  for (const link of message.links ?? []) {
    const at = rest.indexOf(link.label);
    if (at < 0 || !SAFE.test(link.url)) continue;
    box.append(...numbered(rest.slice(0, at)), el("a", { href: link.url, target: "_blank", rel: "noopener noreferrer", text: link.label }));
    rest = rest.slice(at + link.label.length);
  }
  box.append(...numbered(rest));
  return box;
}

function shot(picture, act, label) {
  const image = el("img", { src: picture.src, alt: "", width: picture.width, height: picture.height, decoding: "async" });
  const button = el("button", { class: "shot", type: "button", "aria-label": label, on: { click: () => act.view(picture.src) } }, image);
  image.addEventListener("error", () => { // a link does not hold for ever; a HEIC can be shown once it was kept
    const again = el("button", { class: "noimage", type: "button", text: `🖼 ${say("picture")}`, on: { click: () => again.replaceWith(shot(picture, act, label)) } });
    button.replaceWith(again);
    act.renew();
  }, { once: true });
  return button;
}

function quote(message, act) {
  const there = act.find(message.reply);
  if (!there) return null;
  const text = there.text?.split("\n").slice(0, 2).join(" ") || say(there.place ? "place_sent" : "picture");
  return el("button", { class: "quote", type: "button", on: { click: () => act.jump(message.reply) } },
    el("b", { text: speaker(there) }), el("span", {}, ...numbered(text)));
}

function place(message) {
  const canvas = el("canvas", { class: "small-map", "aria-hidden": "true" });
  requestAnimationFrame(() => drawSmall(canvas, message.place).catch(() => canvas.remove())); // no map: the words stay
  return [canvas, el("div", { class: "words", text: `📍 ${message.place.label || say("place_sent")}` })];
}

function meta(message, mine, act) {
  const [path, words] = (mine && MARKS[message.state ?? "sent"]) || [];
  const answer = message.id && el("button", { class: "reply", type: "button", text: say("reply"), "aria-label": say("reply_to", { name: speaker(message) }), on: { click: () => act.reply(message) } });
  return el("div", { class: "meta" }, answer,
    message.edited && message.author === "bot" ? el("span", { text: say("edited") }) : null,
    el("time", { datetime: new Date(message.at).toISOString(), text: time(message.at) }),
    path ? icon(path) : null,
    path ? el("span", { class: "unseen", text: say(words) }) : null);
}

function rows(message, act) {
  const under = underRows(message);
  if (!under.length) return null;
  const step = under.length > 1 || about.kind === "private"; // a card's only button is no invitation
  return el("div", { class: "rows" }, ...under.map((row, index) => el("div", { class: "row" }, ...row.map((choice) => el("button", {
    class: `choice${step && index === 0 && row.length === 1 ? " main" : ""}`, type: "button", "data-token": choice.token, text: choice.label,
    on: { click: (event) => act.press(message, choice, event.currentTarget) },
  })))));
}

function trouble(message, act) {
  if (message.state !== "failed") return null;
  return el("div", { class: "trouble" }, el("span", { text: message.problem || say("failed") }),
    message.final ? null : el("button", { type: "button", text: say("retry"), on: { click: () => act.retry(message) } }),
    el("button", { type: "button", text: say("remove"), on: { click: () => act.remove(message) } }));
}

function avatar(message) {
  if (message.author === "bot") return el("div", { class: "avatar", "aria-hidden": "true" }, el("img", { src: document.querySelector(".seal").src, alt: "" }));
  const hue = [...message.author].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 360, 7);
  const box = el("div", { class: "avatar", "aria-hidden": "true", text: [...speaker(message)][0] });
  box.style.setProperty("--hue", hue);
  return box;
}

// `act`: view, find, jump, press, retry, remove, reply, renew.
export function bubble(message, { mine, run, fresh }, act) {
  const pictures = [message.picture, ...(message.photos ?? [])].filter(Boolean);
  const only = message.text && pictures.length ? "pictured" : pictures.length ? "pictured bare" : "";
  const content = el("div", { class: "bubble" },
    el("span", { class: "unseen", text: `${mine ? say("you") : speaker(message)}: ` }),
    message.reply ? quote(message, act) : null,
    ...pictures.map((picture) => picture.src ? shot(picture, act, say("open_photo")) : el("p", { class: "noimage", text: `🖼 ${picture.name ?? say("picture")}` })),
    ...(message.place ? place(message) : []),
    message.file ? el("div", { class: "words", text: `📄 ${message.file.name || say("file")}` }) : null,
    message.text ? words(message) : null,
    meta(message, mine, act));
  const signs = message.reactions?.length ? el("div", { class: "reactions" }, ...message.reactions.map((sign) => el("span", { text: sign }))) : null;
  const stack = el("div", { class: "stack" }, el("span", { class: "name", "aria-hidden": "true", text: speaker(message) }), content, signs, rows(message, act), trouble(message, act));
  return el("li", { class: `message ${mine ? "mine" : "theirs"} ${only}${run ? " run" : ""}${fresh ? " new" : ""}${message.author === "bot" ? " card" : ""}`, "data-key": message.key },
    avatar(message), stack);
}
