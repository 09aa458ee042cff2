// What stands below: the text box, photos to be sent, the menu, who is answered, who speaks.
import { menuRows, speaker } from "./bubble.js";
import { upload } from "./net.js";
import { isPhoto, prepare } from "./photo.js";
import { $, about, el, icon, say, store } from "./words.js";

const CROSS = "M6 6l12 12M18 6L6 18";
const box = $("words");
const tray = $("tray");

export class Composer {
  // `send(parts, local, extra)` takes what is ready; `complain(words)` tells a trouble.
  constructor({ send, place, press, complain, speaks }) {
    Object.assign(this, { deliver: send, press, complain });
    this.photos = [];
    this.answering = null;
    $("composer").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    box.addEventListener("input", () => this.fresh());
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.answer(null);
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    box.addEventListener("paste", (event) => this.take([...event.clipboardData.files], event));
    $("photo").addEventListener("click", () => $("files").click());
    $("files").addEventListener("change", () => { this.take([...$("files").files]); $("files").value = ""; });
    $("place").addEventListener("click", place);
    $("quoting-off").addEventListener("click", () => { this.answer(null); box.focus(); });
    this.catchDrops();
    for (const radio of document.querySelectorAll("[name=speaker]")) {
      if (store.get("speaker") === radio.value) radio.checked = true;
      radio.addEventListener("change", () => { store.set("speaker", radio.value); speaks(); });
    }
  }

  get sender() {
    return document.querySelector("[name=speaker]:checked")?.value ?? about.people[0]?.id ?? "";
  }

  fresh() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
    $("composer").classList.toggle("ready", Boolean(box.value.trim() || this.photos.length));
  }

  catchDrops() {
    let depth = 0;
    const files = (event) => event.dataTransfer?.types.includes("Files");
    const over = (change) => { depth += change; $("drop").hidden = depth <= 0; };
    document.addEventListener("dragenter", (event) => { if (files(event)) { event.preventDefault(); over(1); } });
    document.addEventListener("dragleave", (event) => { if (files(event)) over(-1); });
    document.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
    document.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      depth = 0;
      over(0);
      this.take([...event.dataTransfer.files]);
    });
  }

  // Photos are made ready and uploaded while the person still writes.
  take(files, event) {
    if (!files.length) return;
    event?.preventDefault();
    for (const file of files) {
      const photo = { file, name: file.name, isPhoto: isPhoto(file) };
      photo.ready = this.ready(photo);
      photo.ready.catch((problem) => { this.leave(photo); this.complain(problem.message); });
      this.photos.push(photo);
    }
    this.showTray();
    box.focus();
  }

  async ready(photo) {
    Object.assign(photo, photo.isPhoto ? await prepare(photo.file) : { blob: photo.file, shown: false });
    if (photo.blob.size > about.largest) throw new Error(say("too_large"));
    if (photo.shown) photo.src = URL.createObjectURL(photo.blob);
    this.showTray();
    photo.upload = await upload(photo.blob);
    photo.done = true;
    this.showTray();
  }

  leave(photo) {
    this.photos = this.photos.filter((other) => other !== photo);
    this.showTray();
  }

  showTray() {
    tray.replaceChildren(...this.photos.map((photo, index) => el("li", { class: photo.done ? "" : "busy" },
      photo.src ? el("img", { src: photo.src, alt: "" }) : el("span", { text: photo.name }),
      el("button", { class: "icon", type: "button", "aria-label": say("photo_remove", { n: index + 1 }), on: { click: () => { this.leave(photo); box.focus(); } } }, icon(CROSS)))));
    tray.hidden = !this.photos.length;
    this.fresh();
  }

  submit() {
    const [text, photos, reply] = [box.value.trim(), this.photos, this.answering?.key ?? ""];
    if (!text && !photos.length) return;
    const words = text ? [{ type: "text", text }] : [];
    const album = photos.length > 1 ? photos.length + "-" + Math.random().toString(16).slice(2, 14) : "";
    photos.forEach((photo, index) => {
      const part = photo.ready.then(() => photo.isPhoto
        ? { type: "photo", upload: photo.upload, ...(photo.width ? { width: photo.width, height: photo.height } : {}) }
        : { type: "file", upload: photo.upload, mime: photo.file.type, size: photo.file.size, name: photo.name.slice(0, 200) });
      const local = photo.isPhoto ? { photos: [{ src: photo.src, width: photo.width, height: photo.height, name: photo.name }] } : { file: { name: photo.name } };
      this.deliver(part.then((one) => [one, ...(index ? [] : words)]), { ...local, text: index ? "" : text }, { reply_to: reply, album });
    });
    if (!photos.length) this.deliver(Promise.resolve(words), { text }, { reply_to: reply });
    this.photos = [];
    box.value = "";
    this.answer(null);
    this.showTray();
    box.focus();
  }

  answer(message) {
    this.answering = message;
    $("quoting").hidden = !message;
    if (!message) return;
    $("quoting-name").textContent = say("reply_to", { name: speaker(message) });
    $("quoting-text").textContent = message.text?.split("\n")[0] || say("picture");
    box.focus();
  }

  // The newest menu that the bot brought stays above the text box.
  menu(messages) {
    const newest = messages.filter((message) => message.author === "bot" && menuRows(message).length).sort((a, b) => a.id - b.id).pop();
    if (!newest || newest.id < (this.menuFrom ?? 0)) return;
    this.menuFrom = newest.id;
    $("menu").replaceChildren(...menuRows(newest).flat().map((choice) => el("button", { type: "button", text: choice.label, "data-token": choice.token, on: { click: (event) => this.press(newest, choice, event.currentTarget) } })));
    $("menu").hidden = false;
  }
}
