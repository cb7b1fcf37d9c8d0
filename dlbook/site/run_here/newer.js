// What a learner changes stays in this browser and hides the notebook of the site. When the course
// has a newer version of it, a bar above the page says so. Nobody's work is ever replaced: whoever
// takes the newer version finds the own one beside it, under a name with the date.

import { get, SITE } from "./store.js";
import { _ } from "./words.js";

const path = decodeURIComponent(new URLSearchParams(location.search).get("path") ?? "");
const KEPT = `dlbook keeps ${SITE}${path}`; // the newest version that was not wanted

tell();

async function tell() {
  const mine = path && (await get(path));
  if (!mine) return;
  const versions = await (await fetch("../versions.json", { cache: "no-cache" })).json();
  const newest = versions[path];
  const kept = mine?.content?.metadata?.dlbook?.version;
  if (!newest || kept === newest) return;
  if (localStorage.getItem(KEPT) === newest) return;
  while (!open()?.isReady) await soon(); // what is still being opened cannot be saved
  show(newest);
}

/** Return the notebook as JupyterLite holds it, nothing before it is there. */
function open() {
  return window.jupyterapp?.shell.currentWidget?.context;
}

function soon() {
  return new Promise((done) => setTimeout(done, 100));
}

function show(newest) {
  const bar = document.createElement("div");
  bar.id = "dlbook-newer";
  bar.setAttribute("role", "status");
  bar.style = "position:fixed;z-index:10000;left:0;right:0;bottom:0;padding:8px 16px;" +
    "background:#fff;color:#222;border-top:2px solid #0072b2;font:14px/1.5 sans-serif";
  const name = besides(path);
  bar.append(_("This is your copy, kept in this browser. The course has a newer version of it. "));
  bar.append(_("If you take it, yours stays beside it, as {name}. ").replace("{name}", name));
  const take = button(_("take the newer version"), async () => {
    await saved();
    const beside = encodeURIComponent(name);
    location.href = `../take/index.html?path=${encodeURIComponent(path)}&beside=${beside}`;
  });
  const keep = button(_("keep mine"), () => {
    localStorage.setItem(KEPT, newest);
    bar.remove();
  });
  bar.append(take, " ", keep);
  document.body.append(bar);
}

/** Wait until what was written since is kept, too. */
async function saved() {
  await window.jupyterapp.commands.execute("docmanager:save"); // nothing, where it is being saved
  while (open()?.model.dirty) await soon();
}

function besides(path) {
  const now = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return path.replace(/\.ipynb$/, ` (mine, ${now}).ipynb`);
}

function button(text, act) {
  const made = document.createElement("button");
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}
