#!/usr/bin/env python3
"""simulate, replay and explain where one person has many ids: identity_verbs.py SLUICE"""

import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

PATIENCE_S = 60
SLUICE = ""

SHOP = """customer {
  email         text  optional personal
  email_status  one of "subscribed", "unsubscribed"  default "subscribed"
  time_zone     timezone optional
}
event Cart Started { cart_id text key }
event Order Placed { cart_id text key }
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email_status is "subscribed"
}
message Reminder { topic News  email { subject "Your cart" body "<p>Waiting</p>" } }
flow Cart {
  starts when Cart Started as cart
  one run per cart.cart_id
  goal Order Placed where cart_id is cart.cart_id within 2 days
  wait 3 hours
  if at least 2 Cart Started in the last 1 day { send email Reminder }
}
"""


def at(hour):
    return f"2026-03-02T{hour:02d}:00:00Z"


def track(hour, event, cart, **who):
    return {"type": "track", "event": event, "timestamp": at(hour),
            "messageId": f"{event}{hour}{cart}", "properties": {"cart_id": cart}, **who}


def told(hour, kind, **who):
    return {"type": kind, "timestamp": at(hour), "messageId": f"{kind}{hour}", **who}


# web-1 is former's, former is ana's; the browser web-1 is bo's in the end.
HISTORY = [
    track(8, "Cart Started", "1", anonymousId="web-1"),
    told(9, "identify", userId="former", anonymousId="web-1"),
    track(10, "Cart Started", "2", userId="ana"),
    told(12, "alias", previousId="former", userId="ana"),
    told(12, "identify", userId="ana", traits={"email": "ana@x.example"}),
    told(14, "identify", userId="bo", anonymousId="web-1"),
    track(15, "Cart Started", "3", anonymousId="web-1"),
]


class IdentityVerbs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        (self.folder / "flows").mkdir()
        (self.folder / "flows" / "shop.flow").write_text(SHOP)
        self.events = self.folder / "events.ndjson"

    def sluice(self, *arguments):
        ran = subprocess.run([SLUICE, *map(str, arguments)], cwd=self.folder, capture_output=True,
                             check=False, text=True, timeout=PATIENCE_S)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def simulated(self, history):
        self.events.write_text("".join(json.dumps(call) + "\n" for call in history))
        out = self.sluice("simulate", "flows", "--events", self.events)
        return [json.loads(line) for line in out.splitlines()]

    def test_the_past_of_an_id_is_the_persons(self):
        log = self.simulated(HISTORY)
        entered = [(row["at"][11:13], row["customer"]) for row in log
                   if row.get("kind") == "entered"]
        self.assertEqual(entered, [("08", "ana"), ("10", "ana"), ("15", "bo")])
        sent = [(row["at"][11:13], row["customer"], row["outcome"]) for row in log
                if "message" in row]
        # At eleven there is no address yet; both carts count.
        self.assertEqual(sent, [("11", "ana", "skipped"), ("13", "ana", "sent")])

    def test_the_order_of_the_links_makes_no_difference_to_who_she_is(self):
        former = told(9, "identify", userId="former", anonymousId="web-1")
        later = dict(former, timestamp=at(13), messageId="later")
        moved = [later if call == former else call for call in HISTORY]
        self.assertEqual([row["customer"] for row in self.simulated(moved)],
                         [row["customer"] for row in self.simulated(HISTORY)])

    def test_replay_counts_persons(self):
        self.simulated(HISTORY)
        out = self.sluice("replay", "--events", self.events, "--from", "flows", "--against",
                          "flows", "--json")
        self.assertEqual(json.loads(out)["customers"], 2)

    def test_explain_tells_one_story_whichever_id_is_asked_for(self):
        daemon = subprocess.Popen(
            [SLUICE, "dev", str(self.folder / "flows"), "--data", str(self.folder / "data"),
             "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(lambda: daemon.poll() is None and daemon.kill())
        line = daemon.stdout.readline()
        self.assertIn("listening on", line)
        url = line.split()[-1]
        reader = threading.Thread(target=daemon.stdout.read, daemon=True)
        reader.start()
        for call in HISTORY[:4]:
            request = urllib.request.Request(
                url + "/v1/batch", data=json.dumps({"batch": [call]}).encode(),
                headers={"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                self.assertEqual(answer.status, 200)
        give_up = time.monotonic() + PATIENCE_S
        story = ""
        while story.count("is one person with") < 2 and time.monotonic() < give_up:
            story = self.sluice("explain", "ana", "--data", self.folder / "data")
        daemon.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.wait(PATIENCE_S), 0)
        reader.join(PATIENCE_S)
        daemon.stdout.close()
        story = self.sluice("explain", "ana", "--data", self.folder / "data")
        self.assertEqual(story.count("Cart Started  {"), 2, story)
        self.assertIn("is one person with former", story)
        for asked in ("former", "anonymous:web-1"):
            self.assertEqual(self.sluice("explain", asked, "--data", self.folder / "data"), story)


if __name__ == "__main__":
    SLUICE = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
