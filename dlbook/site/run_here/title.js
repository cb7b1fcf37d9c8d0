// A chapter and its exercise set are files of one name, so the tab says which of the two it shows.

import { _ } from "./words.js";

const KINDS = { chapters: _("chapter"), exercises: _("exercises") };

const path = decodeURIComponent(new URLSearchParams(location.search).get("path") ?? "");
const kind = KINDS[path.split("/").at(-2)];

if (kind) new MutationObserver(tell).observe(document.querySelector("title"), { childList: true });

/** Add the kind to a title that JupyterLite has given the tab. */
function tell() {
  const end = ` (${kind})`;
  if (!document.title.endsWith(end)) document.title += end;
}
