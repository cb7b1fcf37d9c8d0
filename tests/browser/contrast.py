"""Contrast as a checker of pages measures it: each text against the colour that lies behind it."""

from typing import Any

# WCAG 2.2, 1.4.3: 4.5, or 3 for text of 24 px, or of 18.66 px in bold
_SCRIPT = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const alpha = (c) => (c.length > 3 ? c[3] : 1);
  const over = (top, below) =>
    [0, 1, 2].map((i) => top[i] * alpha(top) + below[i] * (1 - alpha(top)));
  const linear = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const behind = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      layers.push(parse(getComputedStyle(e).backgroundColor));
      if (alpha(layers.at(-1)) === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || element.closest("script, style, mjx-assistive-mml")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const ground = behind(element);
    const pair = [light(over(parse(style.color), ground)), light(ground)].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const tag = element.outerHTML.slice(0, 120);
    found.push({ ratio, needed: large ? 3 : 4.5, text: text.slice(0, 40), tag });
  }
  return found;
}"""


def contrasts(page: Any) -> list[dict[str, Any]]:
    """Return ratio and least ratio of each text that is seen, with the text and its element."""
    return page.evaluate(_SCRIPT)
