// The line to the server: history, the stream of changes, and an outbox that survives a broken connection and a reload.
import { about, say, store } from "./words.js";

export const page = crypto.getRandomValues(new Uint32Array(3)).join("-");
const WAITS = [0, 1000, 3000];
const QUIET = 60000;

// A random id (version 4); crypto.randomUUID exists on secure pages only, and a station may serve plain http inside.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The server will not take it, however often it is sent.
class Refusal extends Error {
  final = true;
}

async function post(path, body, type) {
  let answer;
  for (const wait of WAITS) {
    await pause(wait);
    try {
      answer = await fetch(`${about.base}/${path}`, { method: "POST", body, headers: { "Content-Type": type } });
    } catch {
      continue; // no connection: try again
    }
    if (answer.ok) return answer.json();
    if (answer.status < 500) throw new Refusal((await answer.json().catch(() => ({}))).error ?? say("failed"));
  }
  throw new Error(say("failed"));
}

export const upload = (blob) =>
  post("upload", blob, blob.type.startsWith("image/") ? blob.type : "application/octet-stream").then((got) => got.upload);

export async function history(before) {
  const answer = await fetch(`${about.base}/history${before ? `?before=${before}` : ""}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

let map;
export function cityMap() {
  map ??= fetch(`${about.base}/map.json`).then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }).catch((problem) => { map = undefined; throw problem; });
  return map;
}

// The outbox: what was not yet confirmed. Each sending has a key of its own, so that sending it twice is harmless.
const waiting = new Map((store.get("outbox") ?? []).map((sending) => [sending.key, sending]));
const keep = () => store.set("outbox", [...waiting.values()]);
export const unsent = () => [...waiting.values()];
let line = Promise.resolve();

// Sends one after the other, in order; resolves to the message that stands in the chat now, or throws in plain words.
export function send(sending, kept = true) {
  if (kept) { waiting.set(sending.key, sending); keep(); }
  const result = line.then(() => post("send", JSON.stringify({ ...sending, page }), "application/json"));
  line = result.catch(() => {});
  return result.then((got) => { drop(sending.key); return got.message; });
}

export function drop(key) {
  waiting.delete(key);
  keep();
}

// The stream of changes. It goes on from the last change seen, whatever happened to the connection meanwhile.
export class Stream {
  constructor(listeners, state) {
    this.listeners = listeners;
    this.state = state;
    this.since = 0;
    document.addEventListener("visibilitychange", () => this.rest());
  }

  open(since = this.since) {
    this.since = since;
    clearTimeout(this.again);
    this.source?.close();
    const source = new EventSource(`${about.base}/events?since=${this.since}&page=${page}`);
    this.source = source;
    source.onopen = () => this.state(true);
    source.onerror = () => {
      this.state(false);
      if (source.readyState === EventSource.CLOSED) this.again = setTimeout(() => this.open(), 2500);
    };
    for (const [name, act] of Object.entries(this.listeners)) {
      source.addEventListener(name, (event) => {
        if (event.lastEventId) this.since = Number(event.lastEventId);
        act(JSON.parse(event.data));
      });
    }
  }

  // Several chats in one window share the browser's few connections: a hidden one lets go of its own.
  rest() {
    clearTimeout(this.resting);
    if (window === window.parent) return;
    if (document.hidden) this.resting = setTimeout(() => { this.source?.close(); this.source = null; }, QUIET);
    else if (!this.source) this.open();
  }
}
