// The door between the words of a page and a language: `_("clear")` is "clear" in the English
// edition, and in another one what its catalogue says. Python puts the catalogue in (page.py).
const CATALOGUE = {};

/** Whether the edition is in another language; words drawn into pictures are English in all. */
export const isTranslated = Object.keys(CATALOGUE).length > 0;

/** Return a text in the language of the edition; `{name}` stands for a part of that name. */
export function _(text, parts = {}) {
  return (CATALOGUE[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
}
