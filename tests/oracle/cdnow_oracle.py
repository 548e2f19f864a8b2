#!/usr/bin/env python3
"""What the flows of examples/cdnow must do, said a second time in plain Python.

    cdnow_oracle.py EVENTS UNTIL LOG

The flows below are written from the words of the .flow files, one customer is played at a time, and
every condition looks through the whole list of orders. Nothing is shared with the engine.
"""

import json
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

from calendar_rules import (FRIDAY, WEEKDAYS, between, instant, next_wall, plus_days,  # noqa: E402
                            text_of)

HOME_ZONE = ZoneInfo("America/New_York")
QUIET = {"email": (21, 8, 12), "sms": (20, 9, 14)}  # from, to, hold up to hours
CAPS = {"email": (3, 7), "sms": (1, 14)}            # messages, days
ADDRESS = {"email": "email", "sms": "phone"}


# ---- the flows: a generator each; it yields what it waits for, and returns why it stopped

def big_basket(run):
    run.send("email", "Big Basket Thanks")
    yield run.until(next_wall(run.base(), 16, 0, run.zone, FRIDAY, sharp=False))
    run.send("email", "Weekend Listening")
    yield run.until(next_wall(plus_days(run.base(), 30, run.zone), 16, 30, run.zone))
    if len(run.customer.orders_in_last(60)) <= 1:
        run.send("email", "Listening Room")


def replenishment(run):
    yield run.until(office_hours(plus_days(run.base(), 35, run.zone), run.zone))
    run.send("email", "Time To Restock")
    yield run.until(plus_days(run.base(), 12, run.zone))
    if run.customer.can_get("sms"):
        at = run.base()
        inside = between(at, 10, 18, run.zone)
        yield run.until(at if inside else next_wall(at, 10, 0, run.zone))
        run.send("sms", "Restock Reminder")
    else:
        run.send("email", "Restock Last Call")


def office_hours(at, zone):
    """`then until between 09:00 and 17:00 on a weekday`."""
    if at.astimezone(zone).weekday() in WEEKDAYS and between(at, 9, 17, zone):
        return at
    return next_wall(at, 9, 0, zone, WEEKDAYS)


def second_order_nudge(run):
    yield run.until(next_wall(plus_days(run.base(), 21, run.zone), 10, 30, run.zone))
    if run.orders_since_entry():
        return "ordered again"
    run.send("email", "Second Order Ideas")
    second = yield run.order_up_to(plus_days(run.base(), 14, run.zone))
    if second:
        yield run.until(next_wall(plus_days(run.base(), 1, run.zone), 10, 30, run.zone))
        if second["total"] >= 30:
            run.send("email", "Thanks Again")
    else:
        run.send("email", "Second Order Gift")
    return None


def first_order_welcome(run):
    run.send("email", "Order Thanks", transactional=True)
    yield run.until(run.base() + timedelta(hours=26))
    run.send("email", "How It Works")
    yield run.until(plus_days(run.base(), 3, run.zone))
    if run.order["total"] >= 50:
        run.send("email", "Collectors Corner")
    else:
        run.send("email", "Staff Picks")


def win_back(run):
    yield run.until(next_wall(plus_days(run.base(), 90, run.zone), 11, 0, run.zone))
    if not run.orders_since_entry():
        run.send("email", "We Miss You")
    yield run.until(plus_days(run.base(), 7, run.zone))
    if not run.orders_since_entry():
        if run.send("sms", "We Miss You Short") == "skipped":
            run.send("email", "We Saved Your Place")
    yield run.until(next_wall(plus_days(run.base(), 14, run.zone), 11, 0, run.zone, WEEKDAYS))
    run.send("email", "Come Back Offer")


class Flow:
    def __init__(self, name, steps, priority, starts, open_again=None, restart=False, goal=None):
        self.name = name
        self.steps = steps
        self.priority = priority        # higher goes first
        self.starts = starts            # (customer, order) -> whether this order starts it
        self.open_again = open_again    # (customer, entered at) -> whether it may be entered again
        self.restart = restart
        self.goal = goal                # (days, order -> whether it is the goal)


def is_first(customer, _order):
    return len(customer.orders) == 1


FLOWS = sorted([  # in order of their files, then by priority
    Flow("Big Basket", big_basket, 1, lambda c, o: o["total"] >= 100, restart=True),
    Flow("Replenishment", replenishment, 1, lambda c, o: len(c.orders_in_last(180)) >= 3,
         open_again=lambda c, entered: c.now >= plus_days(entered, 60, c.zone),
         goal=(75, lambda o: True)),
    Flow("Second Order Nudge", second_order_nudge, 1, is_first, open_again=lambda c, e: False),
    Flow("First Order Welcome", first_order_welcome, 2, is_first, open_again=lambda c, e: False,
         goal=(30, lambda o: True)),
    Flow("Win Back", win_back, 0, lambda c, o: True, goal=(150, lambda o: o["total"] >= 10)),
], key=lambda flow: -flow.priority)


# ---- one run of one customer

class Run:
    def __init__(self, customer, flow, order):
        self.customer, self.flow, self.order = customer, flow, order
        self.entered_at = self.hand_over = customer.now
        self.number = next(customer.numbers)
        self.running, self.goal_reached = True, False
        self.due, self.waits_for_order, self.parked = None, False, 0
        self.steps = flow.steps(self)

    @property
    def zone(self):
        return self.customer.zone

    def base(self):
        """What a wait counts from: now, or the end of the quiet hours that hold the last message."""
        return max(self.customer.now, self.hand_over)

    def until(self, at):
        return at, False

    def order_up_to(self, at):
        return at, True

    def orders_since_entry(self):
        return [o for o in self.customer.orders if o["at"] > self.entered_at]

    def send(self, channel, message, transactional=False):
        return self.customer.request(self, channel, message, transactional)

    def advance(self, value=None):
        """Runs to the next wait that lies ahead, or to the end."""
        self.due, self.waits_for_order = None, False
        try:
            at, for_order = self.steps.send(value)
            while at <= self.customer.now:
                at, for_order = self.steps.send(None)
        except StopIteration as stop:
            self.end(stop.value or "completed")
            return
        self.due, self.waits_for_order = at, for_order
        self.parked = next(self.customer.numbers)

    def end(self, reason):
        self.running, self.due = False, None
        self.customer.note(kind="ended", flow=self.flow.name, reason=reason)

    def watches_goal(self, order):
        if not self.flow.goal or self.goal_reached or not self.flow.goal[1](order):
            return False
        days = self.flow.goal[0]
        return self.running or self.customer.now < plus_days(self.entered_at, days, self.zone)


# ---- one customer

class Customer:
    def __init__(self, name):
        self.name, self.now, self.zone = name, None, HOME_ZONE
        self.traits, self.orders, self.runs, self.held = {}, [], [], []
        self.sent = []      # (at, channel)
        self.entries = []   # (flow, at)
        self.log = []
        self.numbers = count()

    def note(self, **row):
        self.log.append({"at": text_of(self.now), "customer": self.name, **row})

    def orders_in_last(self, days):
        border = plus_days(self.now, -days, self.zone)
        return [o for o in self.orders if o["at"] > border]

    # -- messages

    def unreachable(self, channel, transactional=False):
        if not self.traits.get(ADDRESS[channel]):
            return "no address"
        if not transactional and self.traits.get(channel + "_status") != "subscribed":
            return "no consent"
        return None

    def can_get(self, channel):
        return self.unreachable(channel) is None

    def request(self, run, channel, message, transactional):
        row = {"run": run, "channel": channel, "message": message, "asked": self.now,
               "number": next(self.numbers), "transactional": transactional}
        return self.judge(row)

    def judge(self, row):
        """Sends, skips or holds one message now; says which."""
        channel, free = row["channel"], row["transactional"]
        reason = self.unreachable(channel, free)
        if reason:
            return self.outcome(row, "skipped", reason)
        start, end, hold_hours = QUIET[channel]
        if not free and between(self.now, start, end, self.zone):
            row["release"] = next_wall(self.now, end, 0, self.zone)
            if row["release"] > row["asked"] + timedelta(hours=hold_hours):
                return self.outcome(row, "skipped", "quiet")
            row["run"].hand_over = max(row["run"].hand_over, row["release"])
            self.held.append(row)
            return "held"
        most, days = CAPS[channel]
        border = plus_days(self.now, -days, self.zone)
        if not free and sum(at > border and c == channel for at, c in self.sent) >= most:
            return self.outcome(row, "skipped", "capped")
        self.sent.append((self.now, channel))
        return self.outcome(row, "sent", "sent")

    def outcome(self, row, outcome, reason):
        self.note(flow=row["run"].flow.name, channel=row["channel"], message=row["message"],
                  outcome=outcome, reason=reason)
        return outcome

    # -- time

    def play_until(self, limit, limit_too):
        """Fires what is due before `limit` (or at it): held messages first, then runs as they parked."""
        while True:
            dues = [h["release"] for h in self.held] + [r.due for r in self.runs if r.due]
            if not dues or min(dues) > limit or (min(dues) == limit and not limit_too):
                return
            self.now = min(dues)
            ready = [h for h in self.held if h["release"] == self.now]
            if ready:
                self.held = [h for h in self.held if h["release"] != self.now]
                for row in sorted(ready, key=lambda h: (-h["run"].flow.priority, h["number"])):
                    self.judge(row)
                continue
            due = [r for r in self.runs if r.due == self.now]
            min(due, key=lambda r: r.parked).advance()

    # -- events

    def identify(self, at, traits):
        self.play_until(at, True)
        self.now = at
        assert not self.runs, "the oracle does not know how to move a waiting customer's zone"
        self.traits.update(traits)
        self.zone = ZoneInfo(self.traits["time_zone"]) if "time_zone" in self.traits else HOME_ZONE

    def order(self, at, properties):
        self.play_until(at, True)
        self.now = at
        order = {"at": at, **properties}
        self.orders.append(order)
        woken = [(run, order) for run in self.watching(order)]
        started = [(run, None) for run in self.starting(order)]
        for run, value in sorted(woken + started,
                                 key=lambda w: (-w[0].flow.priority, w[0].number)):
            run.advance(value)
        self.runs = [r for r in self.runs if r.running or r.flow.goal]

    def watching(self, order):
        """Goals first; then the runs that waited for an order."""
        for run in self.runs:
            if run.watches_goal(order):
                run.goal_reached = True
                self.note(kind="goal", flow=run.flow.name, reason="")
                if run.running:
                    self.leave(run, "goal")
            elif run.waits_for_order:
                yield run

    def leave(self, run, reason):
        run.waits_for_order = False
        run.end(reason)
        for row in [h for h in self.held if h["run"] is run]:
            self.outcome(row, "skipped", "run ended")
        self.held = [h for h in self.held if h["run"] is not run]

    def starting(self, order):
        for flow in FLOWS:
            if not flow.starts(self, order):
                continue
            before = [r for r in self.runs if r.flow is flow and r.running]
            if before and not flow.restart:
                continue
            entries = [at for entered, at in self.entries if entered is flow]
            if flow.open_again and not all(flow.open_again(self, at) for at in entries):
                continue
            for run in before:
                run.goal_reached = True
                self.leave(run, "restarted")
            run = Run(self, flow, order)
            self.runs.append(run)
            self.entries.append((flow, self.now))
            self.note(kind="entered", flow=flow.name, reason="")
            yield run


def decisions(calls, until):
    """Every decision about every customer, by time, then customer."""
    histories = {}
    for call in calls:
        histories.setdefault(call["userId"], []).append(call)
    log = []
    for name in sorted(histories):
        customer = Customer(name)
        for call in histories[name]:
            at = instant(call["timestamp"])
            if call["type"] == "identify":
                customer.identify(at, call["traits"])
            else:
                customer.order(at, call["properties"])
        customer.play_until(until, False)
        log.extend(customer.log)
    return sorted(log, key=lambda row: (row["at"], row["customer"]))


def main(arguments) -> int:
    if len(arguments) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    with open(arguments[1], encoding="utf-8") as file:
        calls = [json.loads(line) for line in file]
    log = decisions(calls, instant(arguments[2]))
    with open(arguments[3], "w", encoding="utf-8") as out:
        for row in log:
            out.write(json.dumps(row) + "\n")
    print(f"oracle: {len(log)} decisions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
