// The page of the kernel painter: a picture, a kernel to be written, and the response beside them.
// The response is computed here, so that it answers at once; a test holds it against dlbook.
import { button, choice, element, grey, keep, later, listening, raster, signed } from "./base/parts.js";
import { HINT, Pad } from "./base/pad.js";

const SIDE = 244, STEP = 0.5;

/** Return the kernel turned by half a circle. */
export function turned(kernel) {
  return kernel.map((row) => [...row].reverse()).reverse();
}

/** Return the response of a correlation, row by row, where the whole window fits into the picture. */
export function respond(pixels, rows, columns, kernel) {
  const size = kernel.length, high = rows - size + 1, wide = columns - size + 1;
  const out = new Float64Array(Math.max(0, high) * Math.max(0, wide));
  for (let row = 0; row < high; row++) {
    for (let column = 0; column < wide; column++) {
      let sum = 0;
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          sum += kernel[i][j] * (pixels[(row + i) * columns + column + j] / 255);
        }
      }
      out[row * wide + column] = sum;
    }
  }
  return out;
}

/** Return the products below a kernel whose middle is at [row, column], or null at the edge. */
export function products(pixels, rows, columns, kernel, [row, column]) {
  const half = (kernel.length - 1) / 2, top = row - half, left = column - half;
  const fits = top >= 0 && left >= 0 && top + 2 * half < rows && left + 2 * half < columns;
  if (!fits) return null;
  return kernel.map((weights, i) =>
    weights.map((weight, j) => [pixels[(top + i) * columns + left + j] / 255, weight]));
}

/** Return the sum of a kernel if its response is best shown as a picture, else null. */
export function brightness(kernel) {
  const all = kernel.flat(), sum = all.reduce((so, weight) => so + weight, 0);
  const sizes = all.reduce((so, weight) => so + Math.abs(weight), 0);
  return sum > 0.05 * sizes ? sum : null;
}

/** Return a number as text, at most three decimals. */
export function text(value) {
  return String(Math.round(value * 1000) / 1000).replace("-", "−");
}

function written(parent, table) {
  const cell = ([value, weight]) => {
    const factor = weight < 0 ? `(${text(weight)})` : text(weight);
    const room = " ".repeat(Math.max(0, 7 - factor.length));
    return `<b>${value.toFixed(2)}</b>·<i>${factor}</i>${room}`;
  };
  const total = table.flat().reduce((sum, [value, weight]) => sum + value * weight, 0);
  const lines = table.map((row, i) => (i ? "+ " : "  ") + row.map(cell).join("+ "));
  parent.innerHTML = `${lines.join("\n")}\n= ${text(total)}`;
  return total;
}

class Cells {
  constructor(parent, model, hear) {
    Object.assign(this, { model, hear, chosen: 0 });
    this.box = element(parent, "div", { className: "dlbook-cells", role: "group" });
    this.box.ariaLabel = "kernel";
    const row = element(parent, "div", { className: "dlbook-row dlbook-tools" });
    button(row, "−", () => this.add(-STEP), "make the chosen cell smaller");
    button(row, "+", () => this.add(STEP), "make the chosen cell larger");
    button(row, "0", () => this.write(this.chosen, 0), "set the chosen cell to 0");
    button(row, "all 0", () => this.clear(), "set all cells to 0");
    model.on("change:weights", () => this.show());
    this.show();
  }

  show() {
    const weights = this.model.get("weights"), size = weights.length;
    if (this.inputs?.length !== size ** 2) {
      this.box.replaceChildren();
      this.box.dataset.size = size;
      this.chosen = (size ** 2 - 1) / 2;
      this.box.style.gridTemplateColumns = `repeat(${size}, auto)`;
      this.inputs = weights.flat().map((_, i) => {
        const at = `row ${Math.floor(i / size) + 1}, column ${(i % size) + 1}`;
        const input = element(this.box, "input", { type: "number", step: "any", ariaLabel: at });
        input.addEventListener("keydown", (event) => this.key(event, i));
        input.addEventListener("input", () => {
          this.typing = i;
          this.write(i, input.valueAsNumber);
        });
        input.addEventListener("focus", () => {
          this.chosen = i;
          this.mark();
          input.select();
        });
        input.addEventListener("blur", () => this.show());
        return input;
      });
    }
    const most = Math.max(...weights.flat().map(Math.abs)) || 1;
    weights.flat().forEach((weight, i) => {
      const input = this.inputs[i], [red, green, blue] = signed(weight, 1.6 * most);
      input.style.background = `rgb(${red}, ${green}, ${blue})`;
      const now = Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
      const active = input === input.getRootNode().activeElement;
      const rounded = Math.round(weight * 1000) / 1000;
      if (now === rounded || (active && this.typing === i)) return;
      input.value = rounded;
      if (active) input.select(); // what is typed next takes its place
    });
    this.mark();
    this.hear();
  }

  mark() {
    this.inputs.forEach((input, i) => input.classList.toggle("dlbook-chosen", i === this.chosen));
  }

  add(step) {
    const now = this.model.get("weights").flat()[this.chosen];
    this.write(this.chosen, Math.round(1000 * (now + step)) / 1000);
  }

  clear() {
    this.model.set({ weights: this.model.get("weights").map((row) => row.map(() => 0)), preset: "your own" });
    this.model.save_changes();
  }

  /** Up and down change a number by a half, left and right go to the next cell. */
  key(event, i) {
    const size = this.model.get("weights").length;
    const step = { ArrowUp: STEP, ArrowDown: -STEP }[event.key];
    const next = { ArrowLeft: i - 1, ArrowRight: i + 1 }[event.key];
    if (step !== undefined) {
      this.typing = null;
      this.add(step);
    } else if (next !== undefined) this.inputs[(next + size ** 2) % size ** 2].focus();
    else return;
    event.preventDefault();
  }

  write(i, value) {
    if (!Number.isFinite(value)) return; // half a number, such as a minus: wait for the rest
    const weights = this.model.get("weights").map((row) => [...row]), size = weights.length;
    weights[Math.floor(i / size)][i % size] = value;
    this.model.set({ weights, preset: "your own" });
    this.model.save_changes();
  }
}

function render({ model: given, el }) {
  const [model, stop] = listening(given), choices = model.get("choices");
  keep(el, model);
  const top = element(el, "div", { className: "dlbook-row" });
  for (const [trait, label] of Object.entries(model.get("labels"))) {
    choice(model, top, trait, label, choices[trait]);
  }
  const flip = button(top, "flip the kernel", () => {
    model.set("flip", !model.get("flip"));
    model.save_changes();
  });
  const way = element(top, "span", { role: "status" });
  const both = element(el, "div", { className: "dlbook-side" });
  const column = (words) => {
    const box = element(both, "div");
    return [box, element(box, "div", { className: "dlbook-head", textContent: words })];
  };
  const [left] = column("picture"), [middle] = column("kernel"), [right] = column("response");
  const room = element(middle, "div");
  const sum = element(middle, "div");
  const hint = "Click a cell and type, or change it by ↑ and ↓; ← and → go to the next cell.";
  for (const node of [sum, element(middle, "div", { className: "dlbook-hint", textContent: hint })]) {
    node.style.maxWidth = "200px";
    node.style.marginTop = "6px";
  }
  const canvas = element(right, "canvas", { className: "dlbook-map", role: "img" });
  const scale = element(right, "div", { className: "dlbook-hint" });
  scale.style.maxWidth = `${SIDE}px`;
  const here = element(el, "div", { className: "dlbook-head" });
  const terms = element(el, "pre", { className: "dlbook-sum" });
  let pad = null, cells = null, frames = 0;

  const draw = () => {
    if (!pad || !cells) return;
    const { rows, columns, pixels } = pad, kernel = model.get("weights"), size = kernel.length;
    const used = model.get("flip") ? turned(kernel) : kernel;
    const high = rows - size + 1, wide = columns - size + 1, half = (size - 1) / 2;
    const response = respond(pixels, rows, columns, used);
    const most = response.reduce((so, value) => Math.max(so, Math.abs(value)), 0) || 1;
    canvas.width = pad.canvas.width;
    canvas.height = pad.canvas.height;
    const context = canvas.getContext("2d"), s = pad.scale;
    context.imageSmoothingEnabled = false;
    const one = brightness(kernel), ink = model.get("ink");
    const shade = one ? (value) => grey(value, one, ink) : (value) => signed(value, most);
    const shown = raster(response, high, wide, shade);
    context.drawImage(shown, half * s, half * s, wide * s, high * s);
    pad.frame(context, 1);
    words(kernel, most, one, ink);
    point(used);
    el.dataset.frames = ++frames;
  };
  const words = (kernel, most, one, ink) => {
    const total = kernel.flat().reduce((so, weight) => so + weight, 0);
    const flat = Math.abs(total) < 5e-4 ? "a flat area gives 0" :
      Math.abs(total - 1) < 5e-4 ? "a flat area stays as it is" : `a flat area becomes ${text(total)} times itself`;
    sum.textContent = `sum ${text(total)}: ${flat}`;
    const ends = ink ? ["white", "black"] : ["black", "white"], limit = most.toPrecision(2);
    scale.textContent = one
      ? `${ends[0]} 0, ${ends[1]} ${text(one)}; blue is below 0, vermillion above ${text(one)}`
      : `blue −${limit}, white 0, vermillion ${limit}`;
    canvas.ariaLabel = `response: ${scale.textContent}; ${sum.textContent}`;
    const same = JSON.stringify(turned(kernel)) === JSON.stringify(kernel);
    const on = model.get("flip");
    flip.ariaPressed = String(on);
    const note = same ? " (this kernel looks the same when turned)" : "";
    way.textContent = (on ? "convolution: turned by half a circle" : "correlation: as it is written") + note;
  };
  const point = (used) => {
    const [row, column] = pad.cursor;
    const table = products(pad.pixels, pad.rows, pad.columns, used, pad.cursor);
    here.textContent = `response at row ${row + 1}, column ${column + 1}: picture · kernel, summed`;
    if (table) written(terms, table);
    else terms.textContent = "  the kernel hangs over the edge here: no response";
    pad.window = used.length;
    pad.draw();
  };
  const redraw = later(draw);
  pad = new Pad(model, left, SIDE, {
    label: "Picture",
    origin: "source",
    onCursor: () => redraw(),
  });
  const words_ = element(left, "div", { className: "dlbook-hint", textContent: HINT });
  words_.style.maxWidth = `${SIDE}px`;
  cells = new Cells(room, model, () => redraw());
  canvas.addEventListener("pointermove", (event) => pad.point(pad.place(event, canvas)));
  for (const event of ["change:weights", "change:flip", "change:pixels", "change:shape"]) model.on(event, redraw);
  redraw();
  return stop;
}

export default { render };
