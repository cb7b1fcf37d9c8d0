"""What a lecturer gets: the class on one page, and which new hint would serve how many.

It shows students' code and details of hidden checks: it is not for students.
"""

from collections import Counter
from collections.abc import Sequence

from dlbook.grading.journal import Entry
from dlbook.grading.page import bar, page, text, title_of
from dlbook.grading.regrade import Change
from dlbook.grading.report import Verdict
from dlbook.grading.tally import ExerciseTally, Group, SetTally, tally

_BANDS = (  # verdicts, colour, words: from the left of a bar
    ((Verdict.RIGHT,), "#009E73", "right"),
    ((Verdict.KNOWN_MISTAKE,), "#0072B2", "known mistake, has a hint"),
    ((Verdict.WRONG,), "#D55E00", "wrong, no hint yet"),
    ((Verdict.ERROR,), "#CC79A7", "error"),
    ((Verdict.TIME_OUT, Verdict.OUT_OF_MEMORY, Verdict.KERNEL_DIED), "#6E6E6E", "broke a limit"),
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
        parts += [_histogram(found), _table(found), *(_mistakes(e) for e in found.exercises)]
    if found.same_files:
        rows = "".join(f"<li>{text(', '.join(names), 600)}</li>" for names in found.same_files)
        parts.append(f"<h3>Same file, byte for byte</h3><ul>{rows}</ul>")
    if found.not_graded:
        parts.append(_not_graded(found.not_graded))
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


def _mistakes(exercise: ExerciseTally) -> str:
    known = [group for group in exercise.groups if group.is_known]
    unknown = [group for group in exercise.groups if not group.is_known]
    if not exercise.groups:
        return ""
    parts = [f"<h2><code>{text(exercise.name)}</code></h2>"]
    if known:
        rows = "".join(
            f'<tr><td class="n">{len(g.students)}</td><td>{text(g.what)}{_names(g)}</td></tr>'
            for g in known
        )
        parts.append(
            '<table><thead><tr><th class="n">students</th><th>known mistake, its hint</th></tr>'
            f"</thead><tbody>{rows}</tbody></table>"
        )
    parts += [_group(group) for group in unknown]
    return "".join(parts)


def _group(group: Group) -> str:
    count = len(group.students)
    same = "the same wrong output" if group.verdict is Verdict.WRONG else "the same error"
    told = f"{count} students: {same}" if count > 1 else f"1 student: {group.verdict.value}"
    where = " (hidden check)" if group.hidden else ""
    code = f"<pre>{text(group.answer, 4_000)}</pre>" if group.answer else ""
    more = f"<details><summary>the answer of {text(group.students[0])}</summary>{code}</details>"
    return (
        f'<article class="card amiss"><h3 class="verdict">{told}{where}</h3>'
        f'<p class="line">{text(group.what, 600)}</p>{_names(group)}{more if code else ""}'
        "</article>"
    )


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
