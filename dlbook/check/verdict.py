"""How one check ended, as text and as a card."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree

from dlbook.check.safe_text import clean
from dlbook.i18n import N_, _


class Verdict(StrEnum):
    """How one check ended; a crash is never a zero in disguise, so each way has its own name."""

    RIGHT = "right"
    KNOWN_MISTAKE = "known mistake"
    WRONG = "wrong"
    ERROR = "error"
    TIME_OUT = "time out"
    OUT_OF_MEMORY = "out of memory"
    TOO_MUCH_OUTPUT = "too much output"
    KERNEL_DIED = "kernel died"
    NOT_ATTEMPTED = "not attempted"
    UNREADABLE = "unreadable"


_LOOK = {  # symbol and colour: green = truth, vermillion = what to change, grey = context
    Verdict.RIGHT: ("✓", "#009E73"),
    Verdict.NOT_ATTEMPTED: ("○", "#6E6E6E"),
}
_PROBLEM = ("✗", "#D55E00")
_LINE = "margin-top:4px;overflow-wrap:anywhere"  # nothing sticks out of a narrow window
_ROWS = "white-space:pre;overflow-x:auto"  # rows of an array stay rows

_ON_OTHERS = N_("Right on the inputs that the notebook shows, not on others: which cases are left?")
_ON_FRESH = N_(
    "Right on the numbers that the notebook draws, and not when the same check draws others: are "
    "numbers written into the code?"
)


def hint_lines(hints: Iterable[str]) -> list[str]:
    """Return hints as lines; of several that fit the same values, not all are facts."""
    lines = [_("Hint: {hint}").format(hint=hint) for hint in hints]
    return [_("One of these:"), *lines] if len(lines) > 1 else lines


@dataclass(frozen=True)
class Step:
    """One step on for whoever is stuck: title, text, and where it leads to, '' for nowhere."""

    title: str
    text: str
    link: str = ""

    def line(self) -> str:
        """Return the step as text, for where nothing folds."""
        line = _("{title}: {text}").format(title=self.title, text=self.text)
        return line + (_(" ({kind})").format(kind=self.link) if self.link else "")


@dataclass(frozen=True)
class Outcome:
    """The verdict of one check: the hints it deserves, and how the values differ or what broke.

    `fingerprint` is equal for equal wrong values, so that one new hint can serve all who have them.
    Of a hidden outcome students see the verdict, our own hints and `case` alone: the first labelled
    case that is not right, in words of the check's labels. It may be that of the visible check, run
    once more on fresh inputs. `example` is that case with both values, for the learner's own eyes:
    no report holds it. `parts` is how many labelled values the check has, without the arguments
    that it looks at again, and `parts_right` how many of them are right.
    """

    exercise: str
    verdict: Verdict
    hints: tuple[str, ...] = ()
    detail: str = ""
    hidden: bool = False
    fingerprint: str = ""
    fresh: bool = False
    case: str = ""
    example: str = ""
    parts: int = 0
    parts_right: int = 0

    @property
    def headline(self) -> str:
        """The verdict in one line, with a symbol so that colour is never alone."""
        symbol, _colour = _LOOK.get(self.verdict, _PROBLEM)
        words = _("{exercise} ({kind}): {verdict}") if self.kind else _("{exercise}: {verdict}")
        told = words.format(
            exercise=self.exercise, kind=_(self.kind), verdict=_(self.verdict.value)
        )
        return f"{symbol} {told}"

    @property
    def kind(self) -> str:
        """Which check it is, in words; '' for that of the notebook."""
        if self.fresh:
            return N_("visible check, other inputs")
        return N_("hidden check") if self.hidden else ""

    @property
    def remark(self) -> str:
        """What a learner reads about how the values differ; of hidden checks only in which case."""
        if not self.hidden:
            return clean(self.detail)
        told = []
        if not self.hints and self.verdict in (Verdict.WRONG, Verdict.ERROR):
            told.append(_(_ON_FRESH if self.fresh else _ON_OTHERS))
        if self.case:
            told.append(_("The first that is not right: {case}.").format(case=clean(self.case)))
        return " ".join(told)

    @property
    def lines(self) -> list[str]:
        """What a learner reads below the headline: the remark, then hints."""
        hints = hint_lines(self.hints)
        return [self.remark, *hints] if self.remark else hints

    def text(self, more: str = "") -> str:
        """Return the card as text, with a last line on where there is more."""
        lines = [self.headline, *self.lines, *([more] if more else [])]
        return "\n".join(lines).replace("\n", "\n  ")

    def html(self, steps: Sequence[Step] = ()) -> str:
        """Return the card; the text of a learner's error is escaped as the elements are written.

        Words have the colour of the page, so that they can be read on white and on black.

        Args:
            steps: what is folded below it, for whoever wants more.
        """
        _symbol, colour = _LOOK.get(self.verdict, _PROBLEM)
        frame = f"border-left:4px solid {colour};padding:4px 12px;max-width:42em"
        card = ElementTree.Element("div", role="status", style=f"{frame};white-space:pre-wrap")
        ElementTree.SubElement(card, "b").text = self.headline
        for line in self.lines:
            ElementTree.SubElement(card, "div", style=_LINE).text = line
        for step in steps:
            folded = ElementTree.SubElement(card, "details", style=_LINE)
            summary = ElementTree.SubElement(folded, "summary", style="cursor:pointer")
            summary.text = step.title
            if step.link:
                body = ElementTree.SubElement(folded, "a", href=step.link)
            elif "\n" in step.text:
                body = ElementTree.SubElement(folded, "pre", style=_ROWS)
            else:
                body = ElementTree.SubElement(folded, "div")
            body.text = step.text
        return ElementTree.tostring(card, encoding="unicode", method="html")
