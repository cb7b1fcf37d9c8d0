"""Dates and times as a lecturer writes them, in one time zone that is always told."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

FORM = "2026-11-20 23:59"
Zone = ZoneInfo | None  # None is the time zone of this machine
_CLOCK = r"(?:[T ]+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?)?"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})([-/])(?P<month>\d\d?)\2(?P<day>\d\d?){_CLOCK}"
    r" ?(?P<offset>Z|UTC|[+-]\d\d:?\d\d)?"
)
_DOTS = re.compile(rf"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{{4}}){_CLOCK}")
_FIELDS = ("year", "month", "day", "hour", "minute", "second")


def read_moment(text: str, zone: Zone) -> datetime | None:
    """Return the moment that a text names, in UTC, None where it cannot be read.

    Read are 2026-11-20 23:59, 2026/11/20 23:59 and 20.11.2026 23:59, with or without seconds, the
    first two also with an offset such as +01:00. A date alone means the end of that day, as 24:00
    does. Dates with slashes that do not begin with the year are not read: countries differ in which
    number is the month.
    """
    found = _ISO.fullmatch(text.strip()) or _DOTS.fullmatch(text.strip())
    if found is None:
        return None
    parts = found.groupdict()
    try:
        numbers = [int(parts[name] or 0) for name in _FIELDS]
        is_end = parts["hour"] is None or numbers[3:] == [24, 0, 0]
        moment = datetime(*numbers[: 3 if is_end else 6])  # type: ignore[arg-type]
        if is_end:
            moment += timedelta(days=1)
        # in UTC: Python compares two times of one zone by their clocks, also where these change
        return _placed(moment, parts.get("offset") or "", zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _placed(moment: datetime, offset: str, zone: Zone) -> datetime:
    if offset in ("Z", "UTC"):
        return moment.replace(tzinfo=UTC)
    if offset:
        return datetime.fromisoformat(moment.isoformat() + offset)
    return moment.replace(tzinfo=zone) if zone else moment.astimezone()


def shown(moment: datetime, zone: Zone) -> str:
    """Return a moment as it reads in the time zone, with seconds where there are any."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}".removesuffix(":00")


def shown_end(moment: datetime, zone: Zone) -> str:
    """Return when a time is over, as `shown` does; midnight is 24:00 of the day that ends."""
    local = moment.astimezone(zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return shown(moment, zone)


def is_date_alone(text: str) -> bool:
    """Return whether a text is a date without a clock, which says nothing of early or late."""
    found = _ISO.fullmatch(text.strip()) or _DOTS.fullmatch(text.strip())
    return found is not None and found["hour"] is None


def wall_clock(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return what clocks on the wall say at a moment, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None)


def zone_name(zone: Zone) -> str:
    """Return the time zone in words."""
    return zone.key if zone else f"the time zone of this machine, {datetime.now().astimezone():%Z}"
