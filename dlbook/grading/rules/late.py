"""The late rule: how many days late, and what part of the points that takes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from dlbook.grading.rules.moment import Zone, wall_clock

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class LateRule:
    """Grace in minutes, percent of the points that each day takes, and percent at most.

    `file_times` says that the time of a file counts where nobody has noted a better one.
    """

    grace_minutes: Fraction = Fraction(0)
    percent_per_day: Fraction = Fraction(0)
    at_most_percent: Fraction = Fraction(100)
    file_times: bool = False

    def days(self, handed_in: datetime, due: datetime, zone: Zone) -> int:
        """Return how many days late something is; a day that has begun counts as a whole one.

        Within the grace it is 0. After it, days are counted from the deadline, by the clock on the
        wall: the second day begins at the time of the deadline, also where clocks were changed.
        """
        minutes = Fraction((handed_in - due) // timedelta(microseconds=1), 60_000_000)
        if minutes <= self.grace_minutes:
            return 0
        by_the_wall = wall_clock(handed_in, zone) - wall_clock(due, zone)
        return max(1, -(-by_the_wall // _DAY))

    def percent(self, days: int) -> Fraction:
        """Return how many percent of the points so many days take."""
        return min(days * self.percent_per_day, self.at_most_percent)
