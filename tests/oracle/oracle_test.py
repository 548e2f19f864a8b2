#!/usr/bin/env python3
"""The oracle on histories small enough to follow by hand, and a comparison that must find fault."""

import contextlib
import io
import json
import sys
import tempfile
import unittest
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent))

import calendar_rules as rules  # noqa: E402
import cdnow_oracle  # noqa: E402
import compare  # noqa: E402

BERLIN = ZoneInfo("Europe/Berlin")


def played(orders, until="1998-07-01T00:00:00Z", **traits):
    """The decisions about one customer of New York who ordered (when, total)."""
    traits = {"email": "a@customers.example", "email_status": "subscribed", **traits}
    calls = [{"type": "identify", "userId": "c1", "timestamp": orders[0][0], "traits": traits}]
    calls += [{"type": "track", "userId": "c1", "timestamp": at,
               "properties": {"total": total, "items_count": 1}} for at, total in orders]
    return cdnow_oracle.decisions(calls, rules.instant(until))


def of_flow(log, flow):
    return [(r["at"], r.get("kind") or f"{r['message']} {r['outcome']}", r["reason"])
            for r in log if r["flow"] == flow]


class Calendar(unittest.TestCase):
    def test_the_days_on_which_clocks_change(self):
        eve = rules.instant("2026-03-28T19:00:00Z")
        self.assertEqual(rules.text_of(rules.plus_days(eve, 1, BERLIN)), "2026-03-29T18:00:00Z")
        self.assertEqual(rules.text_of(rules.next_wall(eve, 2, 30, BERLIN)), "2026-03-29T01:30:00Z")
        eve = rules.instant("2026-10-24T18:00:00Z")
        self.assertEqual(rules.text_of(rules.next_wall(eve, 2, 30, BERLIN)), "2026-10-25T00:30:00Z")

    def test_sharp_or_strictly_after(self):
        ten = rules.instant("2026-06-02T08:00:00Z")
        self.assertEqual(rules.next_wall(ten, 10, 0, BERLIN), ten)
        self.assertEqual(rules.next_wall(ten, 10, 0, BERLIN, sharp=False), ten + timedelta(days=1))


class Flows(unittest.TestCase):
    def test_a_night_moves_the_introduction_and_what_follows(self):
        log = of_flow(played([("1997-01-07T04:30:00Z", 12.0)]), "First Order Welcome")
        self.assertEqual(log, [
            ("1997-01-07T04:30:00Z", "entered", ""),
            ("1997-01-07T04:30:00Z", "Order Thanks sent", "sent"),
            ("1997-01-08T13:00:00Z", "How It Works sent", "sent"),
            ("1997-01-11T13:00:00Z", "Staff Picks sent", "sent"),
            ("1997-01-11T13:00:00Z", "ended", "completed")])

    def test_a_goal_after_the_end_is_still_a_goal(self):
        log = of_flow(played([("1997-01-06T17:00:00Z", 12.0), ("1997-02-05T16:59:59Z", 12.0)]),
                      "First Order Welcome")
        self.assertEqual(log[-2:], [("1997-01-10T19:00:00Z", "ended", "completed"),
                                    ("1997-02-05T16:59:59Z", "goal", "")])
        log = of_flow(played([("1997-01-06T17:00:00Z", 12.0), ("1997-02-05T17:00:00Z", 12.0)]),
                      "First Order Welcome")
        self.assertEqual(log[-1][1], "ended")  # exactly 30 days later is too late

    def test_restart_takes_the_held_message_along(self):
        log = of_flow(played([("1997-06-03T01:30:00Z", 120.0), ("1997-06-03T02:30:00Z", 150.0)],
                             until="1997-06-04T00:00:00Z"), "Big Basket")
        self.assertEqual(log, [
            ("1997-06-03T01:30:00Z", "entered", ""),
            ("1997-06-03T02:30:00Z", "ended", "restarted"),
            ("1997-06-03T02:30:00Z", "Big Basket Thanks skipped", "run ended"),
            ("1997-06-03T02:30:00Z", "entered", ""),
            ("1997-06-03T12:00:00Z", "Big Basket Thanks sent", "sent")])

    def test_win_back_takes_the_other_way_where_a_text_may_not_go(self):
        log = of_flow(played([("1997-03-03T17:00:00Z", 20.0)]), "Win Back")
        self.assertEqual([row[1:] for row in log], [
            ("entered", ""), ("We Miss You sent", "sent"), ("We Miss You Short skipped", "no address"),
            ("We Saved Your Place sent", "sent"), ("Come Back Offer sent", "sent"), ("ended", "completed")])


class Comparison(unittest.TestCase):
    def compared(self, change):
        log = played([("1997-01-06T17:00:00Z", 12.0)])
        changed = change([dict(row) for row in log])
        with tempfile.TemporaryDirectory() as folder:
            paths = [str(Path(folder) / name) for name in ("expected", "actual")]
            for path, rows in zip(paths, (log, changed)):
                Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
            with contextlib.redirect_stdout(io.StringIO()):
                return compare.main(["compare.py", *paths])

    def test_equal_logs_are_equal(self):
        self.assertEqual(self.compared(lambda log: log), 0)

    def test_every_kind_of_difference_is_found(self):
        def later(log):
            log[-1]["at"] = "1999-01-01T00:00:00Z"
            return log

        def other_reason(log):
            log[-1]["reason"] = "goal"
            return log

        def same_id(log):
            for row in log:
                if row.get("outcome") == "sent":
                    row["id"] = "1"
            return log

        for change in (later, other_reason, same_id, lambda log: log[:-1],
                       lambda log: log + log[-1:], lambda log: log[::-1], lambda log: []):
            self.assertEqual(self.compared(change), 1)


if __name__ == "__main__":
    unittest.main()
