// A browser that opens the page as a file loads none of its scripts but the plain ones: it would
// stay white. The words for it stand in the page, since modules with words are not loaded either.

if (location.protocol === "file:")
  addEventListener("DOMContentLoaded", () => {
    const note = document.createElement("p");
    note.id = "dlbook-from-file";
    note.style = "margin:10vh auto;max-width:34em;padding:0 16px;font:18px/1.6 sans-serif";
    note.textContent = document.documentElement.dataset.fromFile;
    document.body.append(note);
  });
