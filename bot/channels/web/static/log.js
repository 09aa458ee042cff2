// The conversation: its messages in order, days between them, what was not read yet.
import { bubble } from "./bubble.js";
import { $, about, dayName, dayOf, el, say, store } from "./words.js";

const TOGETHER = 5 * 60000; // messages of one person within five minutes stand close together
const NEAR = 90;
const scroll = $("scroll");
const list = $("log");
const title = document.title;

export class Log {
  constructor(actions, isMine) {
    this.actions = actions;
    this.isMine = isMine;
    this.messages = new Map(); // by key
    this.items = new Map();
    this.days = new Map();
    this.local = new Map(); // pictures of one's own, from this browser, by key
    this.now = 0;
    this.unread = 0;
    this.seen = store.get("seen") ?? 0;
    this.freshFrom = null;
    scroll.addEventListener("scroll", () => this.look(), { passive: true });
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("focus", () => this.look());
    let height = 0;
    new ResizeObserver(() => {
      if (this.atEnd || scroll.scrollHeight - scroll.scrollTop - height < NEAR) this.toEnd(false);
      height = scroll.clientHeight;
    }).observe(scroll);
    new ResizeObserver(() => { if (this.atEnd) this.toEnd(false); }).observe(list);
    $("jump").addEventListener("click", () => this.toEnd(true));
    this.atEnd = true;
  }

  // Messages with an id stand in its order; those on their way stand below.
  order() {
    return [...this.messages.values()].sort((a, b) => (a.id ?? Infinity) - (b.id ?? Infinity) || a.at - b.at);
  }

  // Adds or changes messages. `live`: they came just now, so they move, flash and count as unread.
  put(messages, live) {
    let changed = false;
    for (const message of messages) {
      const old = this.messages.get(message.key);
      if (old?.change && old.change >= (message.change ?? 0) && message.id) continue;
      const shown = this.local.has(message.key) && message.photos ? { ...message, photos: this.local.get(message.key) } : message;
      this.messages.set(message.key, shown);
      this.now = Math.max(this.now, message.at);
      if (!old && live && message.id && !this.isMine(message) && !message.silent) this.count(message);
      if (old) this.replace(shown, live && Boolean(old.id));
      if (!old?.id) changed = true;
    }
    if (changed) this.arrange(live);
    this.look();
  }

  // The same messages with new links to their pictures.
  renew(messages) {
    for (const message of messages) {
      if ((!message.picture && !message.photos) || !this.messages.has(message.key)) continue;
      this.messages.set(message.key, message);
      this.replace(message, false);
    }
  }

  remove(key) {
    this.messages.delete(key);
    this.arrange(false);
  }

  clear() {
    this.messages.clear();
    this.arrange(false);
  }

  redraw() {
    this.items.clear();
    this.arrange(false);
  }

  // The list as it should be; items that stand already are kept, so that focus and pictures stay.
  arrange(live) {
    const stay = this.atEnd;
    const wanted = [];
    let before = null;
    for (const message of this.order()) {
      if (!before || dayOf(before.at) !== dayOf(message.at)) {
        wanted.push(this.day(message.at));
        before = null;
      }
      const fresh = message.key === this.freshFrom;
      if (fresh) wanted.push(el("li", { class: "fresh", text: say("unread", { n: this.freshCount }) }));
      const run = !fresh && before && this.who(before) === this.who(message) && message.at - before.at < TOGETHER;
      let item = this.items.get(message.key);
      if (!item) {
        item = this.draw(message, run, live);
        this.items.set(message.key, item);
      }
      item.classList.toggle("run", Boolean(run));
      wanted.push(item);
      before = message;
    }
    for (const key of this.items.keys()) if (!this.messages.has(key)) this.items.delete(key);
    sync(list, wanted);
    if (stay) this.toEnd(false);
  }

  // Kept, so that a screen reader does not hear the day again with each message.
  day(at) {
    const key = dayOf(at);
    if (!this.days.has(key)) this.days.set(key, el("li", { class: "day" }, el("span")));
    const [item, name] = [this.days.get(key), dayName(at, this.now)];
    if (item.textContent !== name) item.firstChild.textContent = name;
    return item;
  }

  who(message) { return this.isMine(message) ? "" : message.author; }

  draw(message, run, fresh) {
    return bubble(message, { mine: this.isMine(message), run, fresh }, this.actions);
  }

  replace(message, flash) {
    const old = this.items.get(message.key);
    if (!old) return;
    const token = old.contains(document.activeElement) ? document.activeElement.dataset.token ?? "" : null;
    const item = this.draw(message, old.classList.contains("run"), false);
    this.items.set(message.key, item);
    old.replaceWith(item);
    if (flash) item.classList.add("changed");
    // Who pressed a button by keyboard stays where he was.
    if (token !== null) (item.querySelector(`[data-token="${CSS.escape(token)}"]`) ?? item.querySelector(".choice") ?? $("words")).focus({ preventScroll: true });
    if (this.atEnd) this.toEnd(false);
  }

  count(message) {
    if (this.reading()) return;
    if (!this.unread) this.freshFrom = this.messages.size > 1 ? message.key : null;
    this.unread += 1;
    this.freshCount = this.unread;
    const line = list.querySelector(".fresh");
    if (line) line.textContent = say("unread", { n: this.freshCount });
    this.tell();
  }

  // After a reload: what came since the person last looked.
  restore() {
    const missed = this.order().filter((message) => message.id > this.seen && !this.isMine(message));
    if (!this.seen || !missed.length || missed.length === this.messages.size) return this.look();
    [this.freshFrom, this.freshCount] = [missed[0].key, missed.length];
    this.arrange(false);
    const line = list.querySelector(".fresh");
    if (line && list.scrollHeight - line.offsetTop > scroll.clientHeight) {
      this.atEnd = false;
      scroll.scrollTop = line.offsetTop - 60;
      this.unread = missed.length;
      this.tell();
    }
    this.look();
  }

  // One's own sending ends what was new.
  settle() {
    if (!this.freshFrom) return;
    this.freshFrom = null;
    list.querySelector(".fresh")?.remove();
  }

  reading() {
    // Beside other chats in one window a page can be read without having the focus.
    return this.atEnd && !document.hidden && scroll.clientHeight > 0 && (document.hasFocus() || window !== window.parent);
  }

  look() {
    this.atEnd = scroll.clientHeight === 0 ? this.atEnd : scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
    if (this.reading()) {
      this.unread = 0;
      const last = this.order().findLast((message) => message.id);
      if (last && last.id > this.seen) store.set("seen", (this.seen = last.id));
    }
    this.tell();
  }

  tell() {
    $("jump").hidden = this.atEnd;
    $("jump").setAttribute("aria-label", this.unread ? say("jump", { n: this.unread }) : say("jump_down"));
    $("jump-count").textContent = this.unread || "";
    document.title = this.unread ? `(${this.unread}) ${title}` : title;
    if (window !== window.parent) window.parent.postMessage({ unread: this.unread, base: about.base }, location.origin);
  }

  toEnd(smooth) {
    this.atEnd = true;
    scroll.scrollTo({ top: scroll.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.look();
  }

  jump(key) {
    const item = this.items.get(key);
    if (!item) return;
    item.scrollIntoView({ block: "center", behavior: "smooth" });
    item.classList.remove("changed");
    requestAnimationFrame(() => item.classList.add("changed"));
  }

  // Earlier messages go above without moving what one reads.
  prepend(messages) {
    const height = scroll.scrollHeight;
    this.put(messages, false);
    scroll.scrollTop += scroll.scrollHeight - height;
  }
}

function sync(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  wanted.forEach((child, index) => { if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null); });
}
