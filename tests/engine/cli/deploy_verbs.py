#!/usr/bin/env python3
"""plan, deploy, graph --counts, check --against-data and the editor's lenses beside a real daemon,
which is killed in between: deploy_verbs.py SLUICE"""

import json
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lsp_client import Client  # noqa: E402

PATIENCE_S = 60
SLUICE = ""

SHOP = """customer {
  email         text  optional personal
  time_zone     timezone optional
  email_status  one of "subscribed", "unsubscribed"  default "subscribed"
}
event Order Placed { order_id text key  total money  colour text optional }
event Refund Asked
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email_status is "subscribed"
}
lifecycle Club {
  state Buyer when any Order Placed
  state Guest otherwise
}
message Thanks { topic News  email { subject "SUBJECT" body "<p>Thanks</p>" } }
flow Thank You {
  starts when Order Placed
  wait WAIT
  send email Thanks
}
flow Sorry {
  starts when Refund Asked
  only if any Order Placed where colour is "red"
  send email Thanks
}
"""


class Daemon:
    def __init__(self, folder):
        self.folder = folder
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [SLUICE, "dev", str(self.folder / "first"), "--data", str(self.folder / "data"),
             "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        # A start after a kill may have something to log first.
        said = []
        while not said or "listening on" not in said[-1]:
            said.append(self.process.stdout.readline())
            assert said[-1], "".join(said)
        line = said[-1]
        self.url = line.split()[-1]
        # Nobody reads further output: a full pipe must not stop the daemon.
        self.reader = threading.Thread(target=self.process.stdout.read, daemon=True)
        self.reader.start()

    def end(self, how):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_S)
            self.reader.join(PATIENCE_S)
            self.process.stdout.close()

    def call(self, path, body=None):
        request = urllib.request.Request(
            self.url + path, data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return json.load(answer)

    def order(self, who):
        self.call("/v1/batch", {"batch": [
            {"type": "identify", "userId": who, "traits": {"email": who + "@x.example"}},
            {"type": "track", "userId": who, "event": "Order Placed", "messageId": "m-" + who,
             "properties": {"order_id": who, "total": 10}},
            {"type": "track", "userId": who, "event": "Refund Aksed", "properties": {}}]})

    def mails(self, count):
        """Subjects by customer, once there are so many."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            entries = self.call("/mailbox.json")["entries"]
            if len(entries) >= count or time.monotonic() > give_up:
                return sorted((one["customer"], one["subject"]) for one in entries)
            time.sleep(0.05)


class DeployVerbs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.write("first", "2 hours")
        self.daemon = Daemon(self.folder)
        self.addCleanup(lambda: self.daemon.end(signal.SIGKILL))
        self.daemon.start()

    def write(self, name, wait, subject="Thank you"):
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / "shop.flow").write_text(
            SHOP.replace("WAIT", wait).replace("SUBJECT", subject))
        return self.folder / name

    def sluice(self, *arguments):
        ran = subprocess.run([SLUICE, *map(str, arguments)], cwd=self.folder, capture_output=True,
                             check=False, text=True, timeout=PATIENCE_S)
        return ran.returncode, ran.stdout, ran.stderr

    def good(self, *arguments):
        code, out, err = self.sluice(*arguments)
        self.assertEqual((code, err), (0, ""), out)
        return out

    def restart(self, how=signal.SIGKILL):
        self.daemon.end(how)
        self.daemon.start()

    def plan_of(self, directory, *more):
        out = self.good("plan", directory, "--data", "data", *more)
        found = re.search(r"^Plan (\S+)$", out, re.MULTILINE)
        self.assertIsNotNone(found, out)
        self.assertEqual(
            json.loads(self.good("plan", directory, "--data", "data", "--json", *more))["plan"],
            found.group(1))
        return found.group(1), out


class PlansTest(DeployVerbs):
    def test_what_was_looked_at_is_what_is_deployed(self):
        self.daemon.order("ana")
        later = self.write("later", "3 hours")
        name, out = self.plan_of(later)
        self.assertIn("1 person is waiting: they keep their promised time", out)
        (later / "shop.flow").write_text((later / "shop.flow").read_text() + "# a word\n")
        code, _, err = self.sluice("deploy", later, "--url", self.daemon.url, "--plan", name)
        self.assertEqual(code, 1)
        self.assertIn("the files are not those the plan was made of", err)
        name, _ = self.plan_of(later, "--sweep")
        code, _, err = self.sluice("deploy", later, "--url", self.daemon.url, "--plan", name)
        self.assertEqual(code, 1)
        self.assertIn("made with other flags", err)
        self.restart()
        done = self.good("deploy", later, "--url", self.daemon.url, "--plan", name, "--sweep")
        self.assertIn("they keep their promised time", done)
        self.assertTrue(done.endswith("deployed: release 2 is running\n"), done)
        code, _, err = self.sluice("deploy", later, "--url", self.daemon.url, "--plan", name,
                                   "--sweep")
        self.assertEqual(code, 1)
        self.assertIn("made while release 1 ran, and now release 2 runs", err)

    def test_without_a_plan_it_says_what_it_does(self):
        self.daemon.order("ana")
        out = self.good("deploy", self.write("later", "3 hours"), "--url", self.daemon.url)
        self.assertIn("~ wait 2 hours -> wait 3 hours", out)
        told = json.loads(self.good("deploy", self.write("later", "4 hours"), "--url",
                                    self.daemon.url, "--json"))
        self.assertEqual(told["release"], 3)
        self.assertIn("wait 4 hours", told["told"])
        self.assertIn("no daemon answers", self.sluice(
            "deploy", self.folder / "later", "--url", "http://127.0.0.1:1")[2])


class RealTimeTest(DeployVerbs):
    """Real waits of a second or two: nobody is lost or served twice by kill -9 around a deploy."""

    def test_promises_are_kept_by_a_daemon_that_is_killed(self):
        quick = self.write("quick", "2 seconds", "Quick")
        self.good("deploy", quick, "--url", self.daemon.url)
        for who in ("ana", "bo", "cora"):
            self.daemon.order(who)
        self.restart()
        slow = self.write("slow", "3 hours", "Slow")
        self.good("deploy", slow, "--url", self.daemon.url)
        self.restart()
        self.daemon.order("dora")  # in the new version: three hours
        found = self.daemon.mails(3)
        self.restart()
        # Promised after two seconds; the text is that of the version they moved to, unless they
        # were through before it came.
        self.assertEqual([who for who, _ in found], ["ana", "bo", "cora"])
        self.assertTrue(all(subject in ("Quick", "Slow") for _, subject in found), found)
        out = self.good("deploy", self.write("slow", "1 second", "Again"), "--url", self.daemon.url,
                        "--retime", "Thank You@s1")
        self.assertIn("their wait counts anew", out)
        self.restart()
        self.assertEqual(self.daemon.mails(4)[3], ("dora", "Again"))
        self.assertEqual(self.daemon.call("/v1/doubts"), {"doubts": []})


class PeopleTest(DeployVerbs):
    def setUp(self):
        super().setUp()
        for who in ("ana", "bo"):
            self.daemon.order(who)

    def pictures(self, *where):
        for name, format_, wanted in (
                ("Thank You", "ascii", "─ 2 ─"), ("Thank You", "mermaid", "wait"),
                ("Thank You", "mermaid", "2 people"), ("Thank You", "dot", "2 people"),
                ("Thank You", "svg", ">2</text>"), ("Club", "ascii", "─ 2 ─"),
                ("Club", "mermaid", "2 people"), ("Club", "svg", ">2</text>"),
                ("", "mermaid", "2 people"), ("", "dot", "0 people"), ("", "svg", ">2</text>")):
            out = self.good("graph", "first", *([name] if name else []), "--format", format_,
                            "--counts", *where)
            self.assertIn(wanted, out, f"{name} {format_}")

    def test_people_are_in_the_pictures_of_a_daemon_and_of_its_data(self):
        self.pictures("--url", self.daemon.url)
        self.daemon.end(signal.SIGKILL)
        self.pictures("--data", "data")
        (self.folder / "sluice.yaml").write_text(
            f"flows: first\ndata: {self.folder / 'data'}\nlisten: {{ port: {unused_port()} }}\n"
            "connectors: { box: { type: mailbox } }\nroutes: { email: box }\n")
        self.pictures("--config", "sluice.yaml")  # nobody answers there: its data does
        code, _, err = self.sluice("graph", "first", "--counts", "--url", "http://127.0.0.1:1")
        self.assertEqual(code, 1)
        self.assertIn("no daemon answers", err)

    def test_other_files_than_those_that_run_are_told(self):
        code, out, err = self.sluice("graph", self.write("other", "9 days"), "Thank You", "--format",
                                     "ascii", "--counts", "--url", self.daemon.url)
        self.assertEqual(code, 0)
        self.assertIn("─ 2 ─", out)
        self.assertIn("release 1 runs, and it is not these files", err)

    def test_what_data_does_not_have_is_warned_of(self):
        for where in (("--url", self.daemon.url), ("--data", "data")):
            found = [json.loads(line) for line in
                     self.good("check", "first", "--against-data", *where, "--json").splitlines()]
            said = {one["message"] for one in found[:-1]}
            self.assertEqual({one["code"] for one in found[:-1]}, {"W412"})
            self.assertEqual(said, {
                "Nobody has sent `Refund Asked` in the last 30 days:",
                "`Order Placed` has come 2 times in the last 30 days, and never with a `colour`:",
                "Of 2 customers, none has been given a `time_zone`:",
                "Of 2 customers, none has been given a `email_status`:"})
            helped = next(one["help"] for one in found if "Refund" in one.get("message", ""))
            self.assertIn('event Refund Asked from "Refund Aksed"', helped)
        self.assertNotIn("W412", self.good("check", "first"))
        code, _, err = self.sluice("check", "first", "--against-data", "--data", "nowhere")
        self.assertEqual(code, 1)
        self.assertIn("there is no data", err)


class LensTest(DeployVerbs):
    def lenses(self, *arguments):
        client = Client([SLUICE, "lsp", *arguments], self.folder)
        try:
            client.initialize()
            client.open("first/shop.flow")
            about = {"textDocument": {"uri": client.uri("first/shop.flow")}}
            began = time.monotonic()
            found = client.ask("textDocument/codeLens", about)
            took = time.monotonic() - began
            picture = client.ask("workspace/executeCommand", {
                "command": "sluice.showGraph",
                "arguments": [client.uri("first/shop.flow"), "Thank You"]})
            self.assertEqual(client.finish(), 0)
        finally:
            client.close()
        return [one["command"]["title"] for one in found], took, picture["text"]

    def test_people_stand_above_their_flow(self):
        self.daemon.order("ana")
        titles, _, picture = self.lenses("--url", self.daemon.url)
        self.assertEqual(titles, ["Show graph", "1 person inside", "Show graph",
                                  "0 people inside", "Show graph"])
        self.assertIn("─ 1 ─", picture)

    def test_silence_is_neither_waited_for_nor_told(self):
        mute = socket.socket()
        self.addCleanup(mute.close)
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        for url in (f"http://127.0.0.1:{mute.getsockname()[1]}", "http://127.0.0.1:1", "nonsense"):
            titles, took, _ = self.lenses("--url", url)
            self.assertEqual(titles, ["Show graph"] * 3)
            self.assertLess(took, 5)
        self.assertEqual(self.lenses("--config", "no/such.yaml")[0], ["Show graph"] * 3)


def unused_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


if __name__ == "__main__":
    SLUICE = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=1)
