// A notebook runs on the page of its language: a link in a Chinese notebook opens the English page.
// Without a notebook there is nothing to run: the front page of the book has the list.

const asked = decodeURIComponent(new URLSearchParams(location.search).get("path") ?? "");
const isChinese = document.documentElement.lang === "zh-CN";

if (!asked) location.replace(isChinese ? "../../zh/index.html" : "../../index.html");
else if (asked.startsWith("zh/") && !isChinese)
  location.replace(`../notebooks-zh/index.html${location.search}${location.hash}`);
