"""The calendar rules of the language by way of Python's zoneinfo: a second implementation.

Instants are aware datetimes in UTC; zones are ZoneInfo objects."""

from datetime import datetime, time, timedelta, timezone

UTC = timezone.utc
EVERY_DAY = range(7)
WEEKDAYS = range(5)  # Monday is 0
FRIDAY = (4,)


def instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def text_of(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def resolve(wall: datetime, zone) -> datetime:
    """fold=0 is the rule: the first pass of an overlap, and in a gap the offset before it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_of(at: datetime, zone) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def plus_days(at: datetime, days: int, zone) -> datetime:
    """Days keep the clock on the wall; they are not 24 hours."""
    return resolve(wall_of(at, zone) + timedelta(days=days), zone)


def next_wall(at: datetime, hour: int, minute: int, zone, days=EVERY_DAY, sharp=True) -> datetime:
    """The first instant with this wall time on one of `days`, not before `at`; after it, if not sharp."""
    today = wall_of(at, zone).date()
    for ahead in range(-1, 9):
        day = today + timedelta(days=ahead)
        found = resolve(datetime.combine(day, time(hour, minute)), zone)
        if day.weekday() in days and (found > at or (sharp and found == at)):
            return found
    raise AssertionError("a week has every day")


def between(at: datetime, start: int, end: int, zone) -> bool:
    """Whether the wall clock shows a time in [start, end) hours; a window may cross midnight."""
    hour = wall_of(at, zone).hour
    return start <= hour < end if start < end else hour >= start or hour < end
