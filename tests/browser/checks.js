// What every page must hold to; each function names what does not.
const seen = (it) => it.checkVisibility({ opacityProperty: true });

// Controls and pictures without a name.
function unnamed() {
  const named = (it) => it.getAttribute("aria-label") || it.labels?.[0]?.textContent.trim() || it.textContent.trim() || it.title
    || document.getElementById(it.getAttribute("aria-labelledby"))?.textContent;
  return [...document.querySelectorAll("button, a, input, textarea, select, img, iframe, canvas, dialog[open]")]
    .filter((it) => seen(it) && !it.closest("[aria-hidden=true]"))
    .filter((it) => (it.tagName === "IMG" ? !it.hasAttribute("alt") : !named(it)))
    .map((it) => it.outerHTML.slice(0, 120));
}

// Buttons too small for a finger (WCAG 2.2, 2.5.8: 24 px; ours are 30 and more, but for a word in a line).
function small() {
  return [...document.querySelectorAll("button")]
    .filter(seen)
    .map((it) => [it, it.getBoundingClientRect(), it.classList.contains("reply") ? 24 : 30])
    .filter(([, box, least]) => box.width > 0 && (box.height < least || box.width < least))
    .map(([it]) => it.ariaLabel || it.textContent);
}

// Text whose contrast with the nearest solid background is below AA (4.5; large text 3).
function faint() {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return text.startsWith("color(") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const behind = (it) => {
    for (; it; it = it.parentElement) {
      const colour = parse(getComputedStyle(it).backgroundColor);
      if (colour[3] > 0.7) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const [text, it] = [walk.currentNode.textContent.trim(), walk.currentNode.parentElement];
    if (!text || !seen(it) || it.closest(".unseen, script, .choice.pressed")) continue;
    const style = getComputedStyle(it);
    const [a, b] = [light(parse(style.color)), light(behind(it))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) found.push([text.slice(0, 30), ratio.toFixed(2)]);
  }
  return found;
}
