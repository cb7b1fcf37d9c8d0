// Python comes in a few dozen files. When one of them does not arrive, as where the network is lost,
// JupyterLite waits for it and says nothing: a bar above the page says what is missing and what to do.

import { _ } from "./words.js";

const PYTHON = "/pyodide/"; // the folder with Python: errors of the page name the file in it

listen();

/** Hear of it from Python's worker, and from the page where not even the worker begins. */
function listen() {
  const Plain = window.Worker;
  window.Worker = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => data?.lost && tell(data.lost));
    }
  };
  window.addEventListener("unhandledrejection", ({ reason }) => {
    const name = String(reason?.message ?? reason).split(PYTHON)[1]?.match(/^[\w.-]+/)?.[0];
    if (name) tell(name);
  });
}

function tell(name) {
  document.getElementById("dlbook-lost")?.remove();
  const bar = document.createElement("div");
  bar.id = "dlbook-lost";
  bar.setAttribute("role", "alert");
  bar.style = "position:fixed;z-index:10000;left:0;right:0;bottom:0;padding:8px 16px;" +
    "background:#fff;color:#222;border-top:2px solid #d55e00;font:14px/1.5 sans-serif";
  bar.append(_("A file of Python did not arrive: {name}. Look to your connection, then load the page anew. What you wrote stays. ").replace("{name}", name));
  const anew = document.createElement("button");
  anew.textContent = _("load the page anew");
  anew.addEventListener("click", async () => {
    await window.jupyterapp?.commands.execute("docmanager:save");
    await fetch(`../pyodide/${name}`, { cache: "reload" }).catch(() => {}); // a kept 404 goes, too
    location.reload();
  });
  bar.append(anew);
  document.body.append(bar);
}
