// The page of the feature maps: a pad on the left; on the right one row for each layer of the
// network. All numbers come from the kernel; this file only draws them.
import { bytesOf, choice, colour, element, keep, later, listening, raster, signed } from "./base/parts.js";
import { HINT, Pad } from "./base/pad.js";

const SIDE = 208, WIDTH = 424, LENS = 128;

/** Return where the bytes of each stage begin. */
export function starts(plan) {
  let at = 0;
  return plan.map(({ shown, rows, columns }) => {
    const start = at;
    at += shown * rows * columns;
    return start;
  });
}

/** Return the numbers of one map, as signed bytes: 127 is the limit of the stage. */
export function mapOf(bytes, plan, stage, channel) {
  const { rows, columns } = plan[stage], count = rows * columns;
  const start = starts(plan)[stage] + channel * count;
  return Array.from(bytes.subarray(start, start + count), (byte) => (byte << 24) >> 24);
}

/** Return the side of a tile in pixels: a large map gets a large tile, and a row holds them all. */
export function side({ shown, columns }) {
  const room = Math.floor(WIDTH / Math.min(shown, 16)) - 3;
  return Math.max(20, Math.min(room, 3.25 * columns, 52));
}

const SHADES = [...Array(256).keys()].map((i) => colour(127.5 + (127.5 * (i - 128)) / 127));
const shade = (byte) => SHADES[byte + 128];

/** A row of tiles: a canvas, its name, and which map is chosen by mouse or arrow keys. */
class Row {
  constructor(parent, plan, names, choose) {
    const line = element(parent, "div", { className: "dlbook-stage" });
    const words = element(line, "div");
    element(words, "span", { textContent: names[0] });
    element(words, "br");
    element(words, "small", { textContent: names[1] });
    this.tile = plan.tile ?? side(plan);
    this.step = plan.step ?? this.tile + 3;
    this.across = Math.max(1, Math.floor(WIDTH / this.step));
    this.plan = plan;
    const lines = Math.ceil(plan.shown / this.across);
    this.canvas = element(line, "canvas", {
      width: Math.min(plan.shown, this.across) * this.step + 1,
      height: lines * (this.tile + 3) + 1,
      tabIndex: 0,
      role: "img",
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const box = this.canvas.getBoundingClientRect();
      const scale = this.canvas.width / box.width; // a narrow window shows it smaller
      const column = Math.floor((scale * (event.clientX - box.left)) / this.step);
      const row = Math.floor((scale * (event.clientY - box.top)) / (this.tile + 3));
      const channel = row * this.across + Math.min(column, this.across - 1);
      if (channel >= 0 && channel < plan.shown) choose(channel);
    });
    this.canvas.addEventListener("focus", () => choose(null));
    this.canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.across, ArrowDown: this.across }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      choose("by", step);
    });
  }

  at(channel) {
    const across = channel % this.across, down = Math.floor(channel / this.across);
    return [across * this.step + (this.step - this.tile - 1) / 2, down * (this.tile + 3) + 1];
  }

  draw(values, size, chosen, paint) {
    const context = this.canvas.getContext("2d"), { tile } = this, [rows, columns] = size;
    const all = raster(values, rows * this.plan.shown, columns, paint);
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (let channel = 0; channel < this.plan.shown; channel++) {
      const [left, top] = this.at(channel);
      context.drawImage(all, 0, channel * rows, columns, rows, left, top, tile, tile);
      const mine = channel === chosen;
      context.strokeStyle = mine ? "#009E73" : "#B8B8B8";
      context.lineWidth = mine ? 3 : 1;
      context.strokeRect(left, top, tile, tile);
    }
  }
}

class Bars {
  constructor(parent, count) {
    const head = element(parent, "div", { className: "dlbook-head", textContent: "probabilities" });
    head.style.marginTop = "8px";
    this.box = element(parent, "div", { className: "dlbook-bars", role: "img" });
    this.bars = [...Array(count).keys()].map((digit) => {
      const bar = element(this.box, "div");
      return [element(bar, "i"), element(bar, "span", { textContent: digit })];
    });
    this.says = element(parent, "div", { role: "status" });
  }

  draw({ shares, says }) {
    const most = Math.max(...shares);
    shares.forEach((share, digit) => {
      const [bar, name] = this.bars[digit];
      bar.style.height = `${56 * share}px`;
      name.style.fontWeight = share === most ? "bold" : "normal";
      bar.parentNode.title = `${digit}: ${(100 * share).toFixed(1)} %`;
    });
    this.box.ariaLabel = shares.map((share, digit) => `${digit}: ${Math.round(100 * share)} %`).join(", ");
    this.says.textContent = says;
  }
}

function render({ model: given, el }) {
  const [model, stop] = listening(given), plan = model.get("plan");
  keep(el, model);
  const both = element(el, "div", { className: "dlbook-side" });
  const left = element(both, "div"), right = element(both, "div");
  left.style.width = `${SIDE + 2}px`;
  element(left, "div", { className: "dlbook-head", textContent: "draw a digit" });
  const top = element(left, "div", { className: "dlbook-row" });
  choice(model, top, "digit", "start from", model.get("choices").digit);
  new Pad(model, left, SIDE, { label: "Pad for a digit", origin: "digit" });
  element(left, "div", { className: "dlbook-hint", textContent: HINT });
  const bars = new Bars(left, model.get("frame").shares.length);

  element(right, "div", { className: "dlbook-head", textContent: "what each layer makes of it" });
  let chosen = [0, 0];
  const look = (stage) => (channel, step = 0) => {
    const stays = chosen[0] === stage ? chosen[1] : 0;
    const next = channel === null ? stays : channel === "by" ? stays + step : channel;
    chosen = [stage, Math.max(0, Math.min(plan[stage].shown - 1, next))];
    redraw();
  };
  const kernels = plan[0].kernels;
  const filters = kernels && {
    shown: kernels.length,
    rows: kernels[0].length,
    columns: kernels[0][0].length,
    limit: Math.max(...kernels.flat(2).map(Math.abs)),
  };
  if (filters) Object.assign(filters, { tile: Math.min(26, side(plan[0])), step: side(plan[0]) + 3 });
  const size = filters && `${filters.rows} × ${filters.columns}`;
  const first = filters && new Row(right, filters, ["kernels", size], look(0));
  if (first) first.canvas.ariaLabel = `${filters.shown} kernels ${size}; arrow keys choose one to see its map large`;
  const rows = plan.map((stage, i) => {
    const count = stage.shown < stage.channels ? `${stage.shown} of ${stage.channels}` : stage.shown;
    return new Row(right, stage, [stage.label, `${count} maps ${stage.rows} × ${stage.columns}`], look(i));
  });
  const lens = element(right, "div", { className: "dlbook-stage" });
  element(lens, "div", { textContent: "enlarged" });
  const large = element(lens, "canvas", { className: "dlbook-map", width: LENS, height: LENS, role: "img" });
  const words = element(lens, "span", { className: "dlbook-hint" });
  words.style.maxWidth = `${WIDTH - LENS - 16}px`;
  let frames = 0;

  const draw = () => {
    const bytes = bytesOf(model.get("maps")), frame = model.get("frame"), from = starts(plan);
    const whole = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    const [stage, channel] = chosen;
    if (first) {
      const mine = stage === 0 ? channel : -1;
      const paint = (value) => signed(value, filters.limit);
      first.draw(kernels.flat(2), [filters.rows, filters.columns], mine, paint);
    }
    rows.forEach((row, i) => {
      const { rows: height, columns, shown, label } = plan[i], mine = i === stage ? channel : -1;
      const part = whole.subarray(from[i], from[i] + shown * height * columns);
      row.draw(part, [height, columns], mine, shade);
      row.canvas.ariaLabel = `${label}, ${shown} maps; arrow keys choose one to see it large`;
    });
    const { label, rows: height, columns, shown } = plan[stage];
    const [least, most] = frame.ends[stage][channel];
    const context = large.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(raster(mapOf(bytes, plan, stage, channel), height, columns, shade), 0, 0, LENS, LENS);
    large.ariaLabel = words.textContent =
      `${label}, map ${channel + 1} of ${shown}: from ${least} to ${most}. Vermillion is positive, ` +
      "blue negative, white 0. Point at a map, or move to a row with Tab and choose with arrow keys.";
    bars.draw(frame);
    el.dataset.frames = ++frames;
  };
  const redraw = later(draw);
  model.on("change:frame", redraw);
  draw();
  return stop;
}

export default { render };
