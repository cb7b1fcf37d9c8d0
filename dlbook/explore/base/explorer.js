// The page of an explorer whose picture the kernel draws: the browser's own controls above it.
// The browser makes them operable by key and readable for a screen reader.
import { button, calm, element, keep, listening } from "./parts.js";
import { _, isTranslated } from "./words.js";

const REST = 700; // milliseconds without a new picture, after which its words are said

/** Return a number as it is read: with the decimals that its step has. */
export function reading(value, step) {
  const decimals = (String(step).split(".")[1] ?? "").length;
  return value.toFixed(decimals).replace("-", "−");
}

function range(parent, { label, min, max, step }, set) {
  const input = element(element(parent, "label", { textContent: label }), "input", { type: "range" });
  Object.assign(input, { min, max, step, ariaLabel: label });
  const readout = element(parent, "span", { className: "dlbook-readout", ariaHidden: "true" });
  const read = () => {
    readout.textContent = input.ariaValueText = reading(input.valueAsNumber, step);
  };
  input.addEventListener("input", () => (read(), set(input.valueAsNumber)));
  return { input, show: (value) => ((input.value = value), read()) };
}

function menu(parent, { label, options, words }, set) {
  const select = element(element(parent, "label", { textContent: label }), "select", { ariaLabel: label });
  words.forEach((textContent) => element(select, "option", { textContent }));
  select.addEventListener("change", () => set(options[select.selectedIndex]));
  return { show: (value) => (select.selectedIndex = options.indexOf(value)) };
}

/**
 * Add a button that moves a slider step by step, from the start if it stands at its end. Where
 * the reader wants no motion, each press makes one step. Return a function that says whether it
 * plays, and one that stops it.
 */
function player(parent, input, pause) {
  let clock = null;
  const step = () => {
    if (input.value === input.max) input.value = input.min;
    else input.stepUp();
    input.dispatchEvent(new Event("input"));
  };
  const stop = () => {
    clearInterval(clock);
    clock = null;
    it.textContent = calm() ? _("next step") : _("play");
  };
  const tick = () => (it.disabled || (step(), input.value === input.max)) && stop();
  const it = button(parent, "", () => {
    if (calm()) step();
    else if (clock) stop();
    else {
      it.textContent = _("pause");
      clock = setInterval(tick, pause);
      tick();
    }
  });
  stop();
  return [() => clock !== null, stop];
}

/** Return a function that says some words once no others came for a while, and `busy` is over. */
function speaker(el, busy) {
  const region = element(el, "p", { className: "dlbook-said", ariaLive: "polite" });
  let wait = null;
  const say = (words) => {
    clearTimeout(wait);
    wait = setTimeout(() => (busy() ? say(words) : (region.textContent = words)), REST);
  };
  return say;
}

function render({ model: given, el }) {
  const [model, stop] = listening(given);
  keep(el, model);
  const row = element(el, "div", { className: "dlbook-row" }), players = [];
  const shows = Object.entries(model.get("_panel")).map(([name, plan]) => {
    const box = element(row, "span", { className: "dlbook-control" });
    const { input, show } = (plan.options ? menu : range)(box, plan, (value) => {
      model.set("_values", { ...model.get("_values"), [name]: value });
      model.save_changes();
    });
    if (plan.pause) players.push(player(box, input, plan.pause));
    return () => show(model.get("_values")[name]);
  });
  const image = element(el, "img");
  const below = isTranslated && element(el, "p", { className: "dlbook-below", ariaHidden: "true" });
  const say = speaker(el, () => players.some(([plays]) => plays()));
  const draw = () => {
    const page = new DOMParser().parseFromString(model.get("_picture"), "text/html");
    for (const { name, value } of page.querySelector("img").attributes) image.setAttribute(name, value);
    if (below) below.textContent = image.alt; // since the words in the picture are English
  };
  const follow = () => shows.forEach((show) => show());
  model.on("change:_values", follow);
  model.on("change:_picture", () => (draw(), say(image.alt)));
  follow();
  draw();
  return () => (stop(), players.forEach(([, end]) => end()));
}

export default { render };
