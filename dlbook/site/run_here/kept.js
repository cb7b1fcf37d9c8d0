// Where a browser lets a page keep nothing, as one that blocks cookies, JupyterLite keeps what is
// written until the page is closed. A bar above the page says so before somebody has written much.

import { _ } from "./words.js";

if (!(keeps("localStorage") || keeps("indexedDB"))) tell();

function keeps(storage) {
  try {
    return Boolean(window[storage]);
  } catch {
    return false; // it is blocked
  }
}

function tell() {
  const bar = document.createElement("div");
  bar.id = "dlbook-kept";
  bar.setAttribute("role", "status");
  bar.style = "position:fixed;z-index:10000;left:0;right:0;bottom:0;padding:8px 16px;" +
    "background:#fff;color:#222;border-top:2px solid #d55e00;font:14px/1.5 sans-serif";
  bar.append(_("This browser keeps nothing for this page: allow it to store data, or download your notebook (menu File) before you close the page. "));
  const hide = document.createElement("button");
  hide.textContent = _("I know");
  hide.addEventListener("click", () => bar.remove());
  bar.append(hide);
  document.body.append(bar);
}
