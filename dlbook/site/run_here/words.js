// The door between the words of a bar and the language of its page: `_("wait")` is "wait" on the
// English page, and on another one what its catalogue says. Python puts the words in (lite.py).
const WORDS = {};

// JupyterLite writes "en" as the language of each page, so the address tells it: notebooks-zh/.
const language = location.pathname.match(/\/notebooks-(\w+)\//)?.[1] ?? "en";

/** Return a text in the language of the page. */
export function _(text) {
  return WORDS[language]?.[text] ?? text;
}
