// The files that a browser keeps for this course, as JupyterLite stores them.

export const SITE = new URL("../", location).pathname; // one host may have several courses
const STORE = `dlbook ${SITE}`; // where JupyterLite keeps files: `contentsStorageName` in lite.py
const FILES = "files";

/** Return a file, null where the browser keeps none. */
export async function get(key) {
  const known = indexedDB.databases ? await indexedDB.databases() : [{ name: STORE }];
  if (!known.some(({ name }) => name === STORE)) return null; // nothing is kept yet
  return inStore("readonly", (files) => files.get(key));
}

/** Do something with the files and let go of them: JupyterLite waits while somebody holds them. */
export async function inStore(mode, act) {
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
