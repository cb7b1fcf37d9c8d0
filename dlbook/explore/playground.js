// The playground's page: controls, the plane with its points, and two loss curves.
// All numbers come from the kernel; this file only draws them.
import { bytesOf, calm, choice, colour, element, keep, listening, raster } from "./base/parts.js";

const CURVES = { points: "#009E73", seen: "#0072B2", held: "#009E73", context: "#6E6E6E" };
const SIDE = 320;

/** Return where a point of the plane, seen from -reach to reach, lies on a square of `side` pixels. */
export function place([x, y], reach, side) {
  return [((x + reach) / (2 * reach)) * side, ((reach - y) / (2 * reach)) * side];
}

function drawField(context, bytes, size) {
  context.globalAlpha = 0.6;
  context.clearRect(0, 0, SIDE, SIDE);
  context.drawImage(raster(bytes, size, size, colour), 0, 0, SIDE, SIDE);
  context.globalAlpha = 1;
}

function drawPoints(context, points, reach) {
  context.strokeStyle = context.fillStyle = CURVES.points;
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
  [CURVES.seen, CURVES.held].forEach((stroke, which) => {
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

function render({ model: given, el }) {
  const [model, stop] = listening(given);
  keep(el, model);
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
  curves.style.borderLeft = curves.style.borderBottom = `1px solid ${CURVES.context}`;
  let frames = 0;

  const draw = () => {
    const frame = model.get("frame"), context = plane.getContext("2d");
    drawField(context, bytesOf(model.get("field")), frame.size);
    drawPoints(context, model.get("points"), frame.reach);
    drawCurves(curves.getContext("2d"), frame.curves);
    plane.ariaLabel = curves.ariaLabel = frame.says;
    status.textContent = frame.says;
    el.dataset.frames = ++frames;
  };
  const label = () => {
    run.textContent = model.get("running") ? "pause" : "run";
    status.ariaLive = model.get("running") ? "off" : "polite"; // not every frame is read out
  };
  model.on("change:frame", draw);
  model.on("change:running", label);
  label();
  draw();
  model.set("calm", calm());
  model.save_changes();
  return stop;
}

export default { render };
