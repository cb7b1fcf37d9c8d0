"""When something was handed in, when it was due, and how late that is."""

from dataclasses import dataclass, replace
from datetime import datetime

from dlbook.check.shared import _
from dlbook.grading.batch.entry import Entry
from dlbook.grading.rules.moment import read_moment, shown, shown_end
from dlbook.grading.rules.settings import Settings
from dlbook.grading.rules.understand import Understood


@dataclass(frozen=True)
class HandedIn:
    """When, by what was noted, and by when; `words` say what counts, for the student too.

    `days` is 0 unless a time that counts is after `due`, grace included. `is_open` says that the
    lecturer has to decide: something may be late, and no time is known that counts.
    """

    time: datetime | None = None
    due: datetime | None = None
    shown_time: str = ""
    shown_due: str = ""
    days: int = 0
    words: str = ""
    is_open: bool = False


def handed_in(
    entry: Entry | None, key: tuple[str, str], known: Understood, settings: Settings
) -> HandedIn:
    """Return when a student handed a set in.

    What times.csv says counts before what a system noted, and this before the time of a file, which
    counts only where the rules say so.
    """
    extension, noted = known.extensions.get(key), known.times.get(key)
    due = extension.moment if extension else known.deadlines.get(key[1])
    zone = settings.zone
    shown_due = shown_end(due, zone) if due else ""
    extended = _("extended until {due}").format(due=shown_due) if extension else ""
    if extension and extension.line["reason"]:
        extended += f" ({extension.line['reason']})"
    if entry is None and noted is None:
        return HandedIn(due=due, shown_due=shown_due, words=extended)
    time = noted.moment if noted else read_moment(entry.time if entry else "", zone)
    shown_time = shown(time, zone) if time else ""
    is_sure = bool(noted or (entry and entry.has_noted_time) or settings.late.file_times)
    is_marked = bool(entry and entry.late)
    found = HandedIn(time, due, shown_time, shown_due, words=extended)
    if time is None or due is None or not is_sure:
        return _undecided(found, is_marked)
    days = settings.late.days(time, due, zone)
    words = [extended] if extended else []
    if days:
        words.append(_late(days, shown_time, shown_due))
    elif time > due:
        words.append(_("handed in {time}, within the grace").format(time=shown_time))
    return HandedIn(time, due, shown_time, shown_due, days, "; ".join(words))


def _late(days: int, time: str, due: str) -> str:
    words = _("1 day late: handed in {time}, due {due}")
    if days > 1:
        words = _("{days} days late: handed in {time}, due {due}")
    return words.format(days=days, time=time, due=due)


def _undecided(found: HandedIn, is_marked: bool) -> HandedIn:
    """Return what is known where no time counts: a mark of the LMS takes nothing off by itself."""
    if not is_marked:
        may_be_late = bool(found.time and found.due and found.time > found.due)
        return replace(found, is_open=may_be_late)
    marked = _("marked as late by the LMS, which takes nothing off by itself")
    return replace(found, words="; ".join(filter(None, (found.words, marked))), is_open=True)
