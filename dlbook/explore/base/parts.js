// What all pages share: the colours of the library, controls, and pictures made of numbers.

import { _ } from "./words.js";

const BLUE = [0, 114, 178], WHITE = [255, 255, 255], VERMILLION = [213, 94, 0];
export const COLOURS = { data: "#0072B2", target: "#009E73", parameter: "#CC79A7", context: "#6E6E6E" };

/** Return [red, green, blue] of a byte on the signed scale: 0 blue, 127.5 white, 255 vermillion. */
export function colour(byte) {
  const t = byte / 255;
  const [from, to, part] = t < 0.5 ? [BLUE, WHITE, 2 * t] : [WHITE, VERMILLION, 2 * t - 1];
  return from.map((value, i) => Math.round(value + part * (to[i] - value)));
}

/** Return [red, green, blue] of a number whose full colours are at -limit and limit. */
export function signed(value, limit) {
  return colour(127.5 + 127.5 * Math.max(-1, Math.min(1, value / limit)));
}

/**
 * Return [red, green, blue] of a number in a picture whose greys go from 0 to `one`: below 0 it
 * turns blue, above `one` vermillion. With `ink`, 0 is white and `one` is black.
 */
export function grey(value, one, ink) {
  const t = value / one, inside = Math.max(0, Math.min(1, t)), out = Math.min(1, Math.abs(t - inside));
  const shade = 255 * (ink ? 1 - inside : inside), to = t < 0 ? BLUE : VERMILLION;
  return to.map((end) => Math.round(shade + out * (end - shade)));
}

/** Return the bytes of a trait of bytes, wherever they lie. */
export function bytesOf(view) {
  return new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, view.byteLength);
}

/** Return a small canvas with one pixel for each number, coloured by `shade`. */
export function raster(values, rows, columns, shade) {
  const small = new OffscreenCanvas(columns, rows), context = small.getContext("2d");
  const image = context.createImageData(columns, rows);
  for (let i = 0, to = 0; i < rows * columns; i++) {
    const [red, green, blue] = shade(values[i]);
    image.data[to++] = red;
    image.data[to++] = green;
    image.data[to++] = blue;
    image.data[to++] = 255;
  }
  context.putImageData(image, 0, 0);
  return small;
}

/** Return a function that does `act` once in the next frame of the screen, however often it is called. */
export function later(act) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    requestAnimationFrame(() => ((waits = false), act()));
  };
}

export function element(parent, tag, properties = {}) {
  const node = Object.assign(document.createElement(tag), properties);
  parent.append(node);
  return node;
}

export function button(parent, textContent, act, label = "") {
  const node = element(parent, "button", { textContent, type: "button" });
  if (label) node.ariaLabel = node.title = label;
  node.addEventListener("click", act);
  return node;
}

/** Add a list of options for a trait; it follows the trait, and the trait follows it. */
export function choice(model, row, trait, label, options) {
  const box = element(row, "label", { textContent: label + " " });
  const select = element(box, "select", { ariaLabel: label });
  for (const value of options) element(select, "option", { value, textContent: value });
  const show = () => (select.value = String(model.get(trait)));
  select.addEventListener("change", () => {
    const kind = typeof model.get(trait);
    model.set(trait, kind === "number" ? Number(select.value) : select.value);
    model.save_changes();
  });
  model.on(`change:${trait}`, show);
  show();
  return select;
}

/** Return whether the reader asked the system for less motion. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Keep keys and the menu for this page: JupyterLab wants arrow keys, space and letters, too. */
export function keep(el, model) {
  el.classList.add("dlbook-page");
  const own = ({ target }) => (target.dataset.lmSuppressShortcuts = "true");
  el.addEventListener("focusin", own); // Jupyter Notebook asks what has the focus before it sends a key
  el.addEventListener("keydown", (event) => event.stopPropagation());
  watch(el, model);
}

/**
 * Say so when the kernel restarts, and switch off the controls: nothing would answer. A comm is
 * live when a page is made, and changes that once.
 */
function watch(el, model) {
  const note = element(el, "p", { className: "dlbook-asleep", role: "status" });
  model.on("comm_live_update", () => {
    note.textContent = _("Run this cell again to move it.");
    for (const control of el.querySelectorAll("button, input, select")) control.disabled = true;
    for (const pad of el.querySelectorAll(".dlbook-pad")) pad.inert = true;
  });
}

/** Return a model that remembers who listens, and a function that makes all of them stop. */
export function listening(model) {
  const heard = [];
  const on = (event, act) => (heard.push([event, act]), model.on(event, act));
  const own = new Proxy(model, {
    get: (it, name) => (name === "on" ? on : typeof it[name] === "function" ? it[name].bind(it) : it[name]),
  });
  return [own, () => heard.forEach(([event, act]) => model.off(event, act))];
}
