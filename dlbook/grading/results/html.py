"""The look of a page, and its walls: no script, nothing loaded, every text of others escaped."""

import base64
import hashlib
from html import escape

from dlbook.check.safe_text import clean

_STYLE = """
:root { color-scheme: light; --right: #009E73; --amiss: #D55E00; --grey: #6E6E6E;
        --blue: #0072B2; --purple: #CC79A7; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; color: #1c1c1c;
       background: #fff; max-width: 58rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 0; } .card h3 { margin: 0; }
p { margin: .35rem 0; max-width: 46rem; }
.sub { color: var(--grey); }
.score { font-size: 1.25rem; font-weight: 600; }
.card { border: 1px solid #e2e2e2; border-left: 5px solid var(--grey); border-radius: 6px;
        padding: .6rem .9rem; margin: .6rem 0; break-inside: avoid; }
.card.right { border-left-color: var(--right); }
.card.amiss { border-left-color: var(--amiss); }
.card .head { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; }
.card .points { color: var(--grey); white-space: nowrap; font-variant-numeric: tabular-nums; }
.right .verdict { color: #007656; } .amiss .verdict { color: #B34700; }
.none .verdict { color: var(--grey); }
.verdict { font-weight: 600; }
.line { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0 0; max-width: 46rem; }
.hint { border-left: 3px solid var(--blue); padding-left: .6rem; }
code, pre { font: .875rem/1.45 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { background: #f6f6f6; border-radius: 6px; padding: .6rem .8rem; overflow: auto;
      max-height: 22rem; margin: .5rem 0; }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0;
         border-bottom: 1px solid #e8e8e8; overflow-wrap: anywhere; }
th { font-weight: 600; color: #444; white-space: nowrap; } td:first-child { min-width: 7rem; }
td.n, th.n { text-align: right; white-space: nowrap; width: 1%;
         font-variant-numeric: tabular-nums; padding-right: 1rem; }
td.bar { width: 34%; min-width: 9rem; } svg { display: block; max-width: 100%; }
details { margin: .3rem 0; } summary { cursor: pointer; color: var(--blue); }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .875rem; color: #444; }
.key span { display: inline-flex; align-items: center; gap: .35rem; }
ul { margin: .3rem 0; padding-left: 1.2rem; }
footer { margin-top: 3rem; color: var(--grey); font-size: .875rem; }
@media print { body { padding: 0; } pre { max-height: none; } }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def page(title: str, body: str, language: str = "en") -> str:
    """Return a whole HTML page; `body` is HTML of ours, `title` any text."""
    return f"""<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{text(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
{body}
</body>
</html>
"""


def text(value: object, limit: int = 2_000) -> str:
    """Return any text as HTML that shows it and does nothing."""
    return escape(clean(str(value), limit))


def title_of(set_name: str) -> str:
    """Return the name of a set for a heading: `05_backpropagation` gives `05 Backpropagation`."""
    number, _, topic = set_name.partition("_")
    return f"{number} {topic.replace('_', ' ').capitalize()}".strip() or "No set"


def bar(parts: list[tuple[int, str, str]], total: int, words: str) -> str:
    """Return a bar as SVG.

    Args:
        parts: size, colour and name of each part, from the left.
        total: the size of the whole bar.
        words: what one should see, for those who see no picture.
    """
    left, drawn = 0.0, []
    for size, colour, name in parts:
        width = 240 * size / max(total, 1)
        drawn.append(
            f'<rect x="{left:.1f}" width="{width:.1f}" height="12" fill="{colour}">'
            f"<title>{text(name)}: {size}</title></rect>"
        )
        left += width
    return (
        f'<svg viewBox="0 0 240 12" width="240" height="12" role="img" aria-label="{text(words)}">'
        f'<rect width="240" height="12" fill="#ededed"/>{"".join(drawn)}</svg>'
    )
