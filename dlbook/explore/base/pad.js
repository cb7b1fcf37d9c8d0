// A pad to draw on, with mouse, finger or keys. Its pixels are bytes: 0 is nothing, 255 is full ink.
import { bytesOf, button, COLOURS, element, grey, later, raster } from "./parts.js";
import { _ } from "./words.js";

/** Return the picture after a stroke with a round, soft brush from one point [row, column] to another. */
export function stroke(pixels, rows, columns, from, to, radius, erase = false) {
  const out = Uint8Array.from(pixels);
  const [down, right] = [to[0] - from[0], to[1] - from[1]], length = down ** 2 + right ** 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const along = ((row - from[0]) * down + (column - from[1]) * right) / (length || 1);
      const part = Math.max(0, Math.min(1, along));
      const far = Math.hypot(row - from[0] - part * down, column - from[1] - part * right);
      const ink = Math.round(255 * Math.max(0, Math.min(1, radius + 0.5 - far)));
      const i = row * columns + column;
      out[i] = erase ? Math.min(out[i], 255 - ink) : Math.max(out[i], ink);
    }
  }
  return out;
}

/** Return the picture moved down and to the right; what comes in over an edge is 0. */
export function moved(pixels, rows, columns, down, right) {
  const out = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [above, left] = [row - down, column - right];
      const inside = above >= 0 && above < rows && left >= 0 && left < columns;
      if (inside) out[row * columns + column] = pixels[above * columns + left];
    }
  }
  return out;
}

const WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const MOVES = {
  ArrowLeft: _("move the picture left"),
  ArrowRight: _("move the picture right"),
  ArrowUp: _("move the picture up"),
  ArrowDown: _("move the picture down"),
};
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" };
export const HINT = [
  _("Draw with the mouse; the right button erases."),
  _("Or by keyboard: arrows move the brush, space paints, Delete erases, Shift with arrows moves the picture."),
].join(" ");

/**
 * A pad for the traits `pixels` (bytes), `shape` [rows, columns], `ink` (is 1 black?) and `stamp`,
 * which counts the pictures that came from the kernel. `origin` is a trait that says where
 * the picture comes from.
 */
export class Pad {
  constructor(model, parent, side, { label, origin, onCursor = () => {} }) {
    Object.assign(this, { model, side, origin, onCursor, erasing: false, down: null, last: -1e9 });
    this.draw = later(() => this.paintNow());
    this.canvas = element(parent, "canvas", { className: "dlbook-pad", tabIndex: 0, role: "application" });
    this.canvas.ariaLabel = _("{label}. {hint}", { label, hint: HINT });
    const row = element(parent, "div", { className: "dlbook-row dlbook-tools" });
    const tool = button(row, _("eraser"), () => {
      this.erasing = !this.erasing;
      tool.ariaPressed = String(this.erasing);
    });
    tool.ariaPressed = "false";
    button(row, _("clear"), () => this.change(new Uint8Array(this.pixels.length), "an empty pad"));
    const ways = element(row, "span", { className: "dlbook-ways" });
    for (const [key, way] of Object.entries(WAYS)) {
      button(ways, SIGNS[key], () => this.move(...way), MOVES[key]);
    }
    this.listen();
    model.on("change:stamp", () => this.load());
    model.on("change:pixels", () => performance.now() - this.last > 500 && this.load());
    this.load();
  }

  load() {
    const [rows, columns] = this.model.get("shape");
    const same = this.rows === rows && this.columns === columns;
    Object.assign(this, { rows, columns });
    if (!same) {
      this.cursor = [Math.floor(rows / 2), Math.floor(columns / 2)];
      this.scale = this.side / Math.max(rows, columns);
      this.canvas.width = Math.round(this.scale * columns);
      this.canvas.height = Math.round(this.scale * rows);
    }
    this.pixels = Uint8Array.from(bytesOf(this.model.get("pixels")));
    this.draw();
    this.onCursor(this.cursor);
  }

  change(pixels, from = "your own") {
    this.pixels = pixels;
    this.last = performance.now();
    this.draw();
    this.model.set({ pixels: new DataView(Uint8Array.from(pixels).buffer), [this.origin]: from });
    this.model.save_changes();
  }

  move(down, right) {
    this.change(moved(this.pixels, this.rows, this.columns, down, right));
  }

  paint(from, to, erase) {
    const radius = (erase ? 1.6 : 0.8) * Math.max(1, Math.max(this.rows, this.columns) / 20);
    this.change(stroke(this.pixels, this.rows, this.columns, from, to, radius, erase));
  }

  point([row, column]) {
    const clip = (value, size) => Math.max(0, Math.min(size - 1, Math.round(value)));
    this.cursor = [clip(row, this.rows), clip(column, this.columns)];
    this.draw();
    this.onCursor(this.cursor);
  }

  /** Return [row, column] of a mouse event, in pixels of the picture; a whole number is a middle. */
  place(event, canvas = this.canvas) {
    const box = canvas.getBoundingClientRect();
    const part = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
    return [part[0] * this.rows - 0.5, part[1] * this.columns - 0.5];
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("contextmenu", (event) => (event.preventDefault(), event.stopPropagation()));
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      canvas.focus({ preventScroll: true, focusVisible: false });
      event.preventDefault();
      this.wipes = this.erasing || event.button === 2;
      this.down = this.place(event);
      this.point(this.down);
      this.paint(this.down, this.down, this.wipes);
    });
    canvas.addEventListener("pointermove", (event) => {
      const to = this.place(event);
      this.point(to);
      if (this.down === null) return;
      this.paint(this.down, to, this.wipes);
      this.down = to;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => (this.down = null));
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("keyup", (event) => event.key === " " && (this.held = false));
    canvas.addEventListener("blur", () => ((this.held = false), this.draw()));
    canvas.addEventListener("focus", () => this.draw());
  }

  key(event) {
    const way = WAYS[event.key], from = this.cursor;
    if (way && event.shiftKey) this.move(...way);
    else if (way) {
      this.point([from[0] + way[0], from[1] + way[1]]);
      if (this.held) this.paint(from, this.cursor, this.erasing);
    } else if (event.key === " ") {
      this.held = true;
      this.paint(from, from, this.erasing);
    } else if (event.key === "Delete" || event.key === "Backspace") this.paint(from, from, true);
    else return;
    event.preventDefault();
  }

  paintNow() {
    const { canvas, rows, columns, scale, pixels } = this, context = canvas.getContext("2d");
    const ink = this.model.get("ink");
    context.imageSmoothingEnabled = false;
    context.drawImage(raster(pixels, rows, columns, (byte) => grey(byte, 255, ink)), 0, 0, canvas.width, canvas.height);
    if (!pixels.some((byte) => byte)) {
      context.fillStyle = COLOURS.context;
      context.font = "16px sans-serif";
      context.textAlign = "center";
      context.fillText(_("draw here"), canvas.width / 2, canvas.height / 2 - 1.5 * scale);
    }
    this.frame(context, 1);
    if (this.window > 1) this.frame(context, this.window);
  }

  /** Mark a window of `size` x `size` pixels, the cursor in its middle. */
  frame(context, size) {
    const { scale } = this, [row, column] = this.cursor, half = (size - 1) / 2;
    const box = [(column - half) * scale - 1, (row - half) * scale - 1, size * scale + 2, size * scale + 2];
    for (const [width, colour] of [[4, "white"], [2, COLOURS.target]]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.strokeRect(...box);
    }
  }
}
