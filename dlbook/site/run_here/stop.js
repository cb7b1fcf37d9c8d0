// Python runs in a worker of the page, which nobody can interrupt without headers that most hosts of
// static pages do not send. So the button that interrupts says what works instead, and offers it.

import { _ } from "./words.js";

const INTERRUPTS = ["notebook:interrupt-kernel", "kernelmenu:interrupt"];
const RESTART = "notebook:restart-kernel";

listen();

async function listen() {
  while (!window.jupyterapp) await new Promise((done) => setTimeout(done, 200));
  const { commands } = window.jupyterapp;
  commands.commandExecuted.connect((sender, { id }) => {
    if (INTERRUPTS.includes(id)) offer(commands);
  });
}

function offer(commands) {
  document.getElementById("dlbook-stop")?.remove();
  const bar = document.createElement("div");
  bar.id = "dlbook-stop";
  bar.setAttribute("role", "alert");
  bar.style = "position:fixed;z-index:10000;left:0;right:0;bottom:0;padding:8px 16px;" +
    "background:#fff;color:#222;border-top:2px solid #d55e00;font:14px/1.5 sans-serif";
  bar.append(_("In a browser, a cell that runs can be stopped only by restarting Python: what you wrote stays, variables are lost. "));
  const ways = [[_("restart Python"), () => commands.execute(RESTART)], [_("wait"), () => {}]];
  for (const [text, act] of ways) {
    const button = document.createElement("button");
    button.textContent = text;
    button.addEventListener("click", () => (bar.remove(), act()));
    bar.append(button, " ");
  }
  document.body.append(bar);
}
