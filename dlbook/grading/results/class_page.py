"""What a lecturer gets: the class on one page, and which new hint would serve how many.

It shows students' code and details of hidden checks: it is not for students.
"""

from collections import Counter
from collections.abc import Sequence

from dlbook.check.verdict import Verdict
from dlbook.grading.batch.journal import Entry
from dlbook.grading.results.changes import Change
from dlbook.grading.results.html import bar, page, text, title_of
from dlbook.grading.results.tally import LIMITS, Group, SetTally, tally

_BANDS = (  # verdicts, colour, words: from the left of a bar
    ((Verdict.RIGHT,), "#009E73", "right"),
    ((Verdict.KNOWN_MISTAKE,), "#0072B2", "known mistake, has a hint"),
    ((Verdict.WRONG,), "#D55E00", "wrong, no hint yet"),
    ((Verdict.ERROR,), "#CC79A7", "error"),
    (LIMITS, "#6E6E6E", "broke a limit"),
    ((Verdict.NOT_ATTEMPTED, Verdict.UNREADABLE), "#DDDDDD", "not attempted"),
)
_NAMES_SHOWN = 12


def class_page(entries: Sequence[Entry], changed: Sequence[Change]) -> str:
    """Return the page on a class: scores, verdicts, mistakes, groups, and who has no grade."""
    parts = ["<h1>Class report</h1>", f'<p class="sub">{text(_walls(entries))}</p>']
    parts += [_set(found) for found in tally(entries)]
    if changed:
        parts.append(_changes(changed))
    parts.append("<footer><p>For the lecturer: it shows code of students and hidden checks.</p>")
    parts.append("<p>The rows of this page are in class.csv and grades.csv.</p></footer>")
    return page("Class report", "\n".join(parts))


def _walls(entries: Sequence[Entry]) -> str:
    walls = Counter(report.isolation for entry in entries if (report := entry.report))
    told = ", ".join(f"{count} in {name}" for name, count in sorted(walls.items()))
    return f"Ran in: {told}" if told else "Nothing ran"


def _set(found: SetTally) -> str:
    parts = [f"<section><h2>{text(title_of(found.name))}</h2>", _numbers(found)]
    if found.scores:
        parts += [_histogram(found), _table(found)]
    if found.not_graded:
        parts.append(_not_graded(found.not_graded))
    parts += [_unknown(found), _known(found), _limits(found)]
    if found.same_files:
        rows = "".join(f"<li>{text(', '.join(names), 600)}</li>" for names in found.same_files)
        parts.append(f"<h2>Same file, byte for byte</h2><ul>{rows}</ul>")
    return "\n".join([*parts, "</section>"])


def _numbers(found: SetTally) -> str:
    scores = sorted(found.scores)
    told = f"{len(scores)} graded, {len(found.not_graded)} not graded"
    if scores:
        median, mean = scores[len(scores) // 2], sum(scores) / len(scores)
        told += f"; median {median}, mean {mean:.1f} of {found.points} points"
    return f'<p class="score">{told}</p>'


def _histogram(found: SetTally) -> str:
    counts = Counter(found.scores)
    top, width = max(counts.values()), 600 / (found.points + 1)
    drawn = []
    for score in range(found.points + 1):
        high, x = 70 * counts[score] / top, score * width
        drawn.append(
            f'<rect x="{x + 1:.1f}" y="{84 - high:.1f}" width="{width - 2:.1f}" '
            f'height="{high:.1f}" fill="#0072B2"><title>{score} points: {counts[score]}</title>'
            f"</rect>"
        )
        if found.points <= 25 or score % 5 == 0:
            drawn.append(
                f'<text x="{x + width / 2:.1f}" y="98" font-size="10" fill="#444" '
                f'text-anchor="middle">{score}</text>'
            )
        if counts[score]:
            drawn.append(
                f'<text x="{x + width / 2:.1f}" y="{80 - high:.1f}" font-size="10" fill="#444" '
                f'text-anchor="middle">{counts[score]}</text>'
            )
    words = f"How many students have each score, from 0 to {found.points} points."
    return (
        f'<svg viewBox="0 0 600 102" width="600" height="102" role="img" aria-label="{words}">'
        f'<line x1="0" x2="600" y1="84.5" y2="84.5" stroke="#bbb"/>{"".join(drawn)}</svg>'
        f'<p class="sub">{words}</p>'
    )


def _table(found: SetTally) -> str:
    swatch = '<svg width="12" height="12"><rect width="12" height="12" fill="{}"/></svg>'
    key = "".join(f"<span>{swatch.format(colour)}{words}</span>" for _, colour, words in _BANDS)
    rows = []
    for exercise in found.exercises:
        sizes = [sum(exercise.verdicts[v] for v in verdicts) for verdicts, _, _ in _BANDS]
        parts = [(size, c, w) for size, (_, c, w) in zip(sizes, _BANDS, strict=True)]
        words = ", ".join(f"{size} {w}" for size, _, w in parts if size)
        cells = "".join(f'<td class="n">{size or ""}</td>' for size in sizes)
        rows.append(
            f'<tr><td><code>{text(exercise.name)}</code></td><td class="bar">'
            f"{bar(parts, sum(sizes), words)}</td>{cells}</tr>"
        )
    heads = "".join(
        f'<th class="n">{word}</th>'
        for word in ("right", "known", "wrong", "error", "limit", "none")
    )
    return (
        f'<div class="key">{key}</div><table><thead><tr><th>exercise</th><th></th>{heads}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _unknown(found: SetTally) -> str:
    """Return the wrong outputs that no hint knows, largest groups first: each waits for a hint."""
    groups = [(e.name, g) for e in found.exercises for g in e.groups if not g.is_known | g.is_limit]
    groups.sort(key=lambda pair: -len(pair[1].students))
    if not groups:
        return ""
    shared = "".join(_group(name, g) for name, g in groups if len(g.students) > 1)
    single = "".join(_group(name, g) for name, g in groups if len(g.students) == 1)
    count = sum(len(g.students) == 1 for _, g in groups)
    rest = f"<details><summary>{count} more, of one student each</summary>{single}</details>"
    return (
        "<h2>Wrong in the same way, without a hint</h2><p>Outputs in a group are equal. A wrong "
        "answer with a hint, added to the solution, serves all of a group at the next run.</p>"
        f"{shared}{rest if single else ''}"
    )


def _group(exercise: str, group: Group) -> str:
    count = len(group.students)
    told = f"{count} students" if count > 1 else "1 student"
    where = ", hidden check" if group.hidden else ""
    code = f"<pre>{text(group.answer, 4_000)}</pre>" if group.answer else ""
    more = f"<details><summary>the answer of {text(group.students[0])}</summary>{code}</details>"
    return (
        f'<article class="card amiss"><div class="head"><h3 class="verdict"><code>'
        f"{text(exercise)}</code>: {group.verdict.value}{where}</h3>"
        f'<span class="points">{told}</span></div><p class="line">{text(group.what, 600)}</p>'
        f"{_names(group)}{more if code else ''}</article>"
    )


def _known(found: SetTally) -> str:
    """Return how many students got which hint, exercise by exercise."""
    parts = []
    for exercise in found.exercises:
        rows = "".join(
            f'<tr><td class="n">{len(g.students)}</td><td>{text(g.what)}{_names(g)}</td></tr>'
            for g in exercise.groups
            if g.is_known
        )
        if rows:
            parts.append(
                f"<h3><code>{text(exercise.name)}</code></h3><table><thead><tr>"
                '<th class="n">students</th><th>hint</th></tr></thead>'
                f"<tbody>{rows}</tbody></table>"
            )
    return "<h2>Known mistakes</h2>" + "".join(parts) if parts else ""


def _limits(found: SetTally) -> str:
    """Return who broke which limit, exercise by exercise."""
    rows = "".join(
        f"<tr><td><code>{text(e.name)}</code></td><td>{g.verdict.value}: {text(g.what)}"
        f"{_names(g)}</td></tr>"
        for e in found.exercises
        for g in e.groups
        if g.is_limit
    )
    head = "<thead><tr><th>exercise</th><th>limit</th></tr></thead>"
    return f"<h2>Broke a limit</h2><table>{head}<tbody>{rows}</tbody></table>" if rows else ""


def _names(group: Group) -> str:
    shown = ", ".join(group.students[:_NAMES_SHOWN])
    rest = len(group.students) - _NAMES_SHOWN
    return f'<p class="sub">{text(shown, 1_000)}{f" and {rest} more" if rest > 0 else ""}</p>'


def _not_graded(entries: Sequence[Entry]) -> str:
    rows = "".join(
        f"<tr><td>{text(e.student)}</td><td>{text(e.label, 200)}</td><td>{text(e.reason)}</td></tr>"
        for e in entries
    )
    return (
        "<h2>Not graded</h2><p>These have no score; none of them was counted as zero.</p>"
        f"<table><thead><tr><th>student</th><th>file</th><th>reason</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _changes(changed: Sequence[Change]) -> str:
    rows = "".join(
        f"<tr><td>{text(c.student)}</td><td>{text(c.before)}</td><td>{text(c.after)}</td>"
        f"<td>{text(c.exercises)}</td><td>{text(c.why)}</td></tr>"
        for c in changed
    )
    return (
        "<h2>Changed since the run before</h2><table><thead><tr><th>student</th><th>before</th>"
        f"<th>now</th><th>exercises</th><th>why</th></tr></thead><tbody>{rows}</tbody></table>"
    )
