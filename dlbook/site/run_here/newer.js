// What a learner changes stays in this browser and hides the notebook of the site. When the course
// has a newer version of it, a bar above the page says so. Nobody's work is ever replaced: whoever
// takes the newer version finds the own one beside it, under a name with the date.

import { _ } from "./words.js";

const SITE = new URL("../", location).pathname; // one host may have several courses
const STORE = `dlbook ${SITE}`; // where JupyterLite keeps files: `contentsStorageName` in lite.py
const FILES = "files";

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
  show(newest);
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
    await window.jupyterapp?.commands.execute("docmanager:save"); // what was written since
    const mine = await get(path);
    await inStore("readwrite", (files) =>
      files.put({ ...mine, name: name.split("/").pop(), path: name }, name));
    await fetch(`../files/${encodeURI(path)}`, { cache: "reload" }); // not what the browser keeps of it
    await inStore("readwrite", (files) => files.delete(path));
    location.reload();
  });
  const keep = button(_("keep mine"), () => {
    localStorage.setItem(KEPT, newest);
    bar.remove();
  });
  bar.append(take, " ", keep);
  document.body.append(bar);
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

// ---- the browser's storage ----

async function get(key) {
  const known = indexedDB.databases ? await indexedDB.databases() : [{ name: STORE }];
  if (!known.some(({ name }) => name === STORE)) return null; // nothing is kept yet
  return inStore("readonly", (files) => files.get(key));
}

/** Do something with the files and let go of them: JupyterLite waits while somebody holds them. */
async function inStore(mode, act) {
  const store = await result(indexedDB.open(STORE));
  try {
    if (!store.objectStoreNames.contains(FILES)) return null;
    return await result(act(store.transaction(FILES, mode).objectStore(FILES)));
  } finally {
    store.close();
  }
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
