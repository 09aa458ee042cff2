// The page with several chats: tabs on a narrow screen, with the number of unread messages on each.
const tabs = [...document.querySelectorAll("[role=tab]")];
const panes = [...document.querySelectorAll(".pane")];
const frames = [...document.querySelectorAll("iframe")];

function show(index, focus) {
  tabs.forEach((tab, i) => {
    tab.setAttribute("aria-selected", String(i === index));
    tab.tabIndex = i === index ? 0 : -1;
    panes[i].classList.toggle("shown", i === index);
  });
  if (focus) tabs[index].focus();
}

tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => show(index));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    show((index + step + tabs.length) % tabs.length, true);
  });
});

window.addEventListener("message", (event) => {
  const index = frames.findIndex((frame) => frame.contentWindow === event.source);
  if (event.origin !== location.origin || index < 0 || typeof event.data?.unread !== "number") return;
  const badge = tabs[index].querySelector(".badge");
  badge.textContent = String(event.data.unread);
  badge.hidden = event.data.unread === 0;
});
