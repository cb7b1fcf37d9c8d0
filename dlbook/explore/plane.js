// The playground's page: controls, the plane with its points, and two loss curves.
// All numbers come from the kernel; this file only draws them.

const BLUE = [0, 114, 178], WHITE = [255, 255, 255], VERMILLION = [213, 94, 0];
const COLOURS = { points: "#009E73", seen: "#0072B2", held: "#009E73", context: "#6E6E6E" };
const SIDE = 320;

/** Return [red, green, blue] for a probability stored as a byte: 0 blue, 127.5 white, 255 vermillion. */
export function colour(byte) {
  const t = byte / 255;
  const [from, to, part] = t < 0.5 ? [BLUE, WHITE, 2 * t] : [WHITE, VERMILLION, 2 * t - 1];
  return from.map((value, i) => Math.round(value + part * (to[i] - value)));
}

/** Return where a point of the plane, seen from -reach to reach, lies on a square of `side` pixels. */
export function place([x, y], reach, side) {
  return [((x + reach) / (2 * reach)) * side, ((reach - y) / (2 * reach)) * side];
}

function drawField(context, bytes, size) {
  const image = context.createImageData(size, size);
  for (let i = 0; i < size * size; i++) image.data.set([...colour(bytes[i]), 255], 4 * i);
  const small = new OffscreenCanvas(size, size);
  small.getContext("2d").putImageData(image, 0, 0);
  context.globalAlpha = 0.6;
  context.clearRect(0, 0, SIDE, SIDE);
  context.drawImage(small, 0, 0, SIDE, SIDE);
  context.globalAlpha = 1;
}

function drawPoints(context, points, reach) {
  context.strokeStyle = context.fillStyle = COLOURS.points;
  context.lineWidth = 1.5;
  for (const [x, y, kind] of points) {
    const [left, top] = place([x, y], reach, SIDE);
    context.beginPath();
    if (kind) {
      context.arc(left, top, 3.5, 0, 2 * Math.PI);
      context.fill();
    } else {
      context.moveTo(left - 3, top - 3);
      context.lineTo(left + 3, top + 3);
      context.moveTo(left - 3, top + 3);
      context.lineTo(left + 3, top - 3);
      context.stroke();
    }
  }
}

function drawCurves(context, curves) {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  const most = Math.max(0.7, ...curves.flat());
  [COLOURS.seen, COLOURS.held].forEach((stroke, which) => {
    context.strokeStyle = stroke;
    context.setLineDash(which ? [5, 3] : []);
    context.beginPath();
    curves.forEach((pair, i) => {
      const x = (i / Math.max(1, curves.length - 1)) * width;
      const y = height - 2 - (pair[which] / most) * (height - 4);
      i ? context.lineTo(x, y) : context.moveTo(x, y);
    });
    context.stroke();
  });
}

function element(parent, tag, properties = {}) {
  const node = Object.assign(document.createElement(tag), properties);
  parent.append(node);
  return node;
}

function choice(model, row, trait, label, options) {
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

function render({ model, el }) {
  el.addEventListener("keydown", (event) => event.stopPropagation()); // JupyterLab wants arrow keys
  const style = "display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center;margin:4px 0";
  const buttons = element(el, "div", { style });
  const run = element(buttons, "button");
  run.addEventListener("click", () => {
    model.set("running", !model.get("running"));
    model.save_changes();
  });
  for (const command of ["step", "reset"]) {
    const button = element(buttons, "button", { textContent: command });
    button.addEventListener("click", () => model.send({ command }));
  }
  const status = element(buttons, "span", { role: "status" });
  const row = element(el, "div", { style });
  for (const [trait, label] of model.get("labels")) {
    choice(model, row, trait, label, model.get("choices")[trait]);
  }
  const pictures = element(el, "div", { style });
  const plane = element(pictures, "canvas", { width: SIDE, height: SIDE, role: "img" });
  const side = element(pictures, "div");
  element(side, "div", { textContent: "loss: solid on the points shown, dashed on points held out" });
  const curves = element(side, "canvas", { width: 300, height: 160, role: "img" });
  curves.style.borderLeft = curves.style.borderBottom = `1px solid ${COLOURS.context}`;
  let frames = 0;

  const draw = () => {
    const frame = model.get("frame"), context = plane.getContext("2d");
    const view = model.get("field");
    const bytes = new Uint8Array(view.buffer ?? view, view.byteOffset ?? 0, frame.size ** 2);
    drawField(context, bytes, frame.size);
    drawPoints(context, model.get("points"), frame.reach);
    drawCurves(curves.getContext("2d"), frame.curves);
    plane.ariaLabel = curves.ariaLabel = frame.says;
    status.textContent = frame.says;
    el.dataset.frames = ++frames;
  };
  const label = () => (run.textContent = model.get("running") ? "pause" : "run");
  model.on("change:frame", draw);
  model.on("change:running", label);
  label();
  draw();
}

export default { render };
