// Puts the course's newer version of a notebook in the place of a learner's, which stays beside it.
// This page has nothing else: JupyterLite, which would write its own state back, is not here.

import { get, inStore } from "./store.js";

const asked = new URLSearchParams(location.search);
const path = asked.get("path"), beside = asked.get("beside");

take().finally(() => location.replace(`../notebooks/index.html?path=${encodeURIComponent(path)}`));

async function take() {
  const mine = await get(path);
  if (!mine || (await get(beside))) return;
  const file = await fetch(`../files/${encodeURI(path)}`, { cache: "reload" }); // not a kept one
  await file.text();
  if (!file.ok) return;
  await inStore("readwrite", (files) =>
    files.put({ ...mine, name: beside.split("/").pop(), path: beside }, beside));
  await inStore("readwrite", (files) => files.delete(path));
}
