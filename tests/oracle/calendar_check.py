#!/usr/bin/env python3
"""The calendar of the engine against Python's zoneinfo: all IANA zones, 60 years of their changes.

    calendar_check.py ANSWERS [QUESTIONS_A_CHANGE]

Around every change of offset from 1978 to 2037 and at random instants, random questions are put to
ANSWERS (calendar/answers.cpp) and worked out here from the words of the rules T1, T2, T4, T5 and T6.
The seed is printed; so is every question whose answers differ.
"""

import random
import struct
import subprocess
import sys
from bisect import bisect_right
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo, available_timezones

SEED = 20260329
FIRST, LAST = datetime(1978, 1, 1), datetime(2037, 12, 1)
EPOCH = datetime(1970, 1, 1)
DAY = 86_400
# Not names of places: they are links to the machine's own zone, or have no file.
NO_ZONES = {"localtime", "posixrules", "Factory", "build/etc/localtime"}


def changes_in(path):
    """The instants at which a compiled zone changes anything: the 64-bit block of RFC 8536."""
    data = path.read_bytes()
    counts = struct.unpack(">6l", data[20:44])  # isut, isstd, leap, time, type, char
    isut, isstd, leap, times, types, chars = counts
    at = 44 + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    times = struct.unpack(">l", data[at + 32:at + 36])[0]
    return struct.unpack(f">{times}q", data[at + 44:at + 44 + 8 * times])


class Zone:
    """A zone as the list of its changes of offset, each offset as zoneinfo tells it."""

    def __init__(self, name):
        self.name, self.info = name, ZoneInfo(name)
        first, last = self.seconds(FIRST), self.seconds(LAST)
        self.starts, self.offsets = [-(10 ** 18)], [self.ask(first)]
        path = next(path for path in (Path(root) / name for root in TZPATH) if path.exists())
        for start in changes_in(path):
            if first < start < last and self.ask(start) != self.offsets[-1]:
                assert self.ask(start - 1) == self.offsets[-1], (name, start)
                self.starts.append(start)
                self.offsets.append(self.ask(start))

    @staticmethod
    def seconds(when):
        return int((when - EPOCH).total_seconds())

    def ask(self, at):
        when = datetime.fromtimestamp(at, timezone.utc).astimezone(self.info)
        return round(when.utcoffset().total_seconds())

    def offset(self, at):
        return self.offsets[bisect_right(self.starts, at) - 1]

    def wall(self, at):
        """Seconds on the wall since 1970-01-01 00:00."""
        return at + self.offset(at)

    def resolve(self, wall):
        """T4: the first instant that shows this time; in a gap, later by the gap."""
        near = bisect_right(self.starts, wall - 2 * DAY) - 1
        for place in range(max(near - 1, 0), len(self.starts)):
            start, offset = self.starts[place], self.offsets[place]
            end = self.starts[place + 1] if place + 1 < len(self.starts) else 10 ** 18
            if start <= wall - offset < end:
                return wall - offset
            if wall - offset < start:
                return wall - self.offsets[place - 1]
        raise AssertionError("time has no end")


def add(zone, at, months, days, seconds):
    if months or days:
        day, clock = divmod(zone.wall(at), DAY)
        on = date(1970, 1, 1) + timedelta(days=day)
        if months:
            year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
            on = date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))
        on += timedelta(days=days)
        at = zone.resolve((on - date(1970, 1, 1)).days * DAY + clock)
    return at + seconds


def next_wall(zone, at, minute, weekdays, sharp):
    today = zone.wall(at) // DAY
    for day in range(today - 1, today + 9):
        if weekdays >> (day + 3) % 7 & 1:
            found = zone.resolve(day * DAY + minute * 60)
            if found > at or (sharp and found == at):
                return found
    raise AssertionError("a week has every day")


def in_window(zone, at, start, end):
    minute = zone.wall(at) % DAY // 60
    if start == end:
        return True
    return start <= minute < end if start < end else minute >= start or minute < end


def question(zone, at, rng):
    """(what to ask, what is right), at an instant given in seconds."""
    kind, name, ms = rng.randrange(5), zone.name, at * 1000
    if kind == 0:
        day, clock = divmod(zone.wall(at), DAY)
        return f"local {name} {ms}", f"{day} {clock} {(day + 3) % 7} {zone.offset(at)}"
    if kind == 1:
        wall = zone.wall(at) + rng.choice((0, -1, 1, -1800, 1800, -3600, 3600, -7200, 7200))
        return f"resolve {name} {wall // DAY} {wall % DAY}", str(zone.resolve(wall) * 1000)
    if kind == 2:
        months, days = rng.choice((0, 0, 1, 2, 6, 12, 13)), rng.choice((0, 1, 2, 7, 30, 90))
        seconds = rng.choice((0, 1, 1800, 3600, 86_400))
        if at > Zone.seconds(datetime(2036, 1, 1)):
            months, days = 0, min(days, 30)
        right = add(zone, at, months, days, seconds) * 1000
        return f"add {name} {ms} {months} {days} {seconds}", str(right)
    minute = rng.choice((rng.randrange(1440), zone.wall(at) % DAY // 60, 0, 150))
    if kind == 3:
        weekdays, sharp = rng.choice((127, 31, 96, 1 << rng.randrange(7))), rng.randrange(2)
        right = next_wall(zone, at, minute, weekdays, sharp) * 1000
        return f"next {name} {ms} {minute} {weekdays} {sharp}", str(right)
    end = rng.choice((rng.randrange(1440), minute, (minute + 60) % 1440))
    return f"window {name} {ms} {minute} {end}", str(int(in_window(zone, at, minute, end)))


def main(arguments) -> int:
    answers, each = arguments[1], int(arguments[2]) if len(arguments) > 2 else 2
    rng = random.Random(SEED)
    asked, changes, zones = [], 0, 0
    for name in sorted(available_timezones() - NO_ZONES):
        zone = Zone(name)
        zones += 1
        changes += len(zone.starts) - 1
        moments = [start + rng.choice((-1, 0, 1, rng.randrange(-DAY, DAY)))
                   for start in zone.starts[1:] for _ in range(each)]
        moments += [rng.randrange(Zone.seconds(datetime(1979, 1, 1)),
                                  Zone.seconds(datetime(2037, 6, 1))) for _ in range(5 * each)]
        asked += [question(zone, at, rng) for at in moments
                  if at < Zone.seconds(datetime(2037, 11, 1))]
    told = subprocess.run([answers], input="\n".join(ask for ask, _ in asked) + "\n", check=True,
                          stdout=subprocess.PIPE, text=True).stdout.split("\n")[:-1]
    wrong = [(ask, right, got) for (ask, right), got in zip(asked, told) if right != got]
    for ask, right, got in wrong[:20]:
        print(f"{ask}: zoneinfo {right}, engine {got}")
    print(f"seed {SEED}: {zones} zones, {changes} changes of offset, {len(asked)} questions, "
          f"{len(wrong)} answered differently")
    return 1 if wrong or len(told) != len(asked) or changes < 10_000 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
