// A notebook runs on the page of its language: a link in a Chinese notebook opens the English page.

const asked = decodeURIComponent(new URLSearchParams(location.search).get("path") ?? "");

if (asked.startsWith("zh/") && document.documentElement.lang !== "zh-CN")
  location.replace(`../notebooks-zh/index.html${location.search}${location.hash}`);
