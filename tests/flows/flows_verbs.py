#!/usr/bin/env python3
"""The verbs `new`, `ls` and `test` as a person meets them: flows_verbs.py SLUICE"""

import json
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "flows" / "library"
SMS_MAX = 160
SLUICE = ""

SHOP = """customer {
  time_zone     timezone optional
  email         text  optional personal
  email_status  one of "subscribed", "unsubscribed"  default "unsubscribed"
}

event Order Placed {
  order_id  text key
  total     money
}

policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email_status is "subscribed"
}

message Thanks {
  topic News
  email {
    subject "Thanks"
    body "<p>Thanks</p>"
  }
}

flow Thank You {
  starts when Order Placed as order
  wait 1 hour
  if order.total >= 50 {
    send email Thanks
  }
}

flow Untested {
  starts when Order Placed
  priority low
  send email Thanks
}

test "a large order is thanked for" for Thank You {
  clock 2026-03-02 09:00
  given customer { email "a@example.com" email_status "subscribed" }
  at 0 minutes Order Placed { order_id "1" total 50 }
  advance 1 day
  expect at EXPECTED email Thanks
}
"""


class VerbTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def sluice(self, *arguments):
        ran = subprocess.run([SLUICE, *map(str, arguments)], cwd=self.path, capture_output=True,
                             check=False)
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def good(self, *arguments):
        code, out, err = self.sluice(*arguments)
        self.assertEqual((code, err), (0, ""), out)
        return out

    def templates(self):
        lines = self.good("new").split("\n\n")[0].splitlines()
        return dict(line.split(None, 1) for line in lines)

    def shop(self, expected="1 hour"):
        (self.path / "shop").mkdir()
        (self.path / "shop" / "shop.flow").write_text(SHOP.replace("EXPECTED", expected))
        return "shop"


class NewTest(VerbTest):
    def test_every_flow_of_the_library_is_a_template_with_a_line_about_it(self):
        files = {path.stem for path in (LIBRARY / "flows").glob("*.flow")}
        self.assertEqual(set(self.templates()), files)
        self.assertGreaterEqual(len(files), 13)
        self.assertTrue(all(self.templates().values()))

    def test_every_template_is_a_whole_project(self):
        for name in self.templates():
            with self.subTest(name):
                out = self.good("new", name, "made/" + name)
                for command in re.findall(r"^  sluice (.*)$", out, re.MULTILINE):
                    self.good(*[word.strip('"') for word in re.findall(r'"[^"]*"|\S+', command)])
                self.assertIn("no errors, 0 warnings", self.good("check", "made/" + name))
                self.good("fmt", "--check", "made/" + name)
                self.good("test", "made/" + name, "--min-coverage", "100%")

    def test_it_holds_nothing_that_is_not_needed(self):
        self.good("new", "welcome", "made")
        found = json.loads(self.good("ls", "made", "--json"))
        self.assertEqual([flow["name"] for flow in found["flows"]], ["Welcome"])
        self.assertTrue(all(m["name"].startswith("Welcome") for m in found["messages"]))
        self.assertEqual({event["name"] for event in found["events"]},
                         {"Newsletter Joined", "Preferences Saved", "Order Placed"})
        self.assertEqual(found["lifecycles"], [])
        schema = (self.path / "made" / "schema.flow").read_text()
        self.assertNotIn("birthday", schema)
        self.assertNotIn("webhook", schema)

    def test_the_directory_is_called_like_the_template_unless_told(self):
        self.good("new", "birthday")
        self.assertTrue((self.path / "birthday" / "flows" / "birthday.flow").is_file())

    def test_nothing_is_written_over(self):
        (self.path / "mine").mkdir()
        (self.path / "mine" / "notes.txt").write_text("mine")
        code, out, err = self.sluice("new", "welcome", "mine")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("exists already", err)
        self.assertEqual([path.name for path in (self.path / "mine").iterdir()], ["notes.txt"])

    def test_an_unknown_name_is_answered_with_the_nearest(self):
        code, out, err = self.sluice("new", "welcom")
        self.assertEqual((code, out), (2, ""))
        self.assertEqual(err, 'sluice: there is no template called "welcom"; '
                              'did you mean "welcome"?\n')
        self.assertIn("`sluice new` lists them", self.sluice("new", "zzzzzz")[2])


class LibraryTest(VerbTest):
    def test_the_readme_speaks_of_every_flow(self):
        text = (LIBRARY / "README.md").read_text()
        for name in self.templates():
            self.assertIn(f"flows/{name}.flow", text)

    def test_bodies_are_whole_pages_that_a_screen_reader_can_read(self):
        bodies = sorted((LIBRARY / "emails").glob("*.html"))
        self.assertGreater(len(bodies), 30)
        for path in bodies:
            text = path.read_text()
            self.assertIn('<html lang="en">', text, path.name)
            self.assertRegex(text, r"<title>[^<]+</title>", path.name)
            self.assertEqual(text.count("<h1"), 1, path.name)
            self.assertEqual(text.count("<table"), text.count('<table role="presentation"'))
            self.assertNotIn("<img", text, path.name)

    def test_text_messages_are_short_and_every_body_is_used(self):
        used = set()
        for path in (LIBRARY / "messages").glob("*.flow"):
            text = path.read_text()
            used.update(re.findall(r'body file "([^"]+)"', text))
            for sms in re.findall(r'^  sms "(.*)"$', text, re.MULTILINE):
                self.assertLess(len(sms), SMS_MAX, sms)
        there = {f"emails/{path.name}" for path in (LIBRARY / "emails").iterdir()}
        self.assertEqual(there, used)


class TestTest(VerbTest):
    def test_what_no_test_reaches_is_told_by_place_and_words(self):
        out = self.good("test", self.shop(), "--coverage")
        self.assertIn("Thank You   80%  4 of 5 steps and ways, 1 test\n"
                      "        shop.flow:28  if order.total >= 50  >  no\n", out)
        self.assertIn("Untested     0%  0 of 1 steps and ways, 0 tests\n"
                      "        shop.flow:33  no test covers this flow (W415)\n", out)

    def test_the_bound_holds_for_every_flow(self):
        shop = self.shop()
        self.assertEqual(self.sluice("test", shop, "--min-coverage", "0%")[0], 0)
        code, _, err = self.sluice("test", shop, "--min-coverage", "80")
        self.assertEqual((code, err), (1, "sluice: not every flow comes up to 80% coverage\n"))
        self.assertEqual(self.sluice("test", shop, "--min-coverage", "101%")[0], 2)
        self.assertEqual(self.sluice("test", shop, "--min-coverage", "much")[0], 2)

    def test_coverage_as_json(self):
        lines = self.good("test", self.shop(), "--coverage", "--json").splitlines()
        test, thanks, untested = map(json.loads, lines)
        self.assertTrue(test["passed"])
        self.assertEqual(thanks["unreached"],
                         [{"line": 28, "step": "if order.total >= 50", "way": "no"}])
        self.assertEqual((thanks["percent"], thanks["points"], thanks["reached"]), (80, 5, 4))
        self.assertEqual((untested["percent"], untested["tests"]), (0, 0))

    def test_junit_of_tests_that_pass(self):
        self.good("test", self.shop(), "--junit", "out.xml")
        root = xml.parse(self.path / "out.xml").getroot()
        self.assertEqual((root.get("tests"), root.get("failures")), ("1", "0"))
        self.assertEqual(root.find("testsuite").get("name"), "Thank You")
        self.assertIsNone(root.find(".//failure"))

    def test_a_failure_is_marked_in_the_timeline_and_told_to_the_build_server(self):
        code, out, _ = self.sluice("test", self.shop("30 minutes"), "--junit", "out.xml")
        self.assertEqual(code, 1)
        self.assertIn("""\
    Mon 2026-03-02 09:00  s1      wait 1 hour  until Mon 2026-03-02 10:00
  > Mon 2026-03-02 09:30  line 44  expect at 30 minutes email Thanks
    Mon 2026-03-02 10:00  s1      the wait ended (time)
""", out)
        case = xml.parse(self.path / "out.xml").getroot().find(".//testcase")
        self.assertEqual(case.get("classname"), "Thank You")
        failure = case.find("failure")
        self.assertEqual(failure.get("message"),
                         "expect at 30 minutes email Thanks, but sent email Thanks")
        self.assertIn("> Mon 2026-03-02 09:30", failure.text)

    def test_a_junit_file_that_cannot_be_written(self):
        code, _, err = self.sluice("test", self.shop(), "--junit", "no/such/folder/out.xml")
        self.assertEqual(code, 2)
        self.assertIn("cannot write", err)


class LsTest(VerbTest):
    def test_the_outline(self):
        self.assertEqual(self.good("ls", self.shop()), """\
Flows
  Thank You       3 steps  1 test   shop.flow:25  when Order Placed as order
  Untested   low  1 step   0 tests  shop.flow:33  when Order Placed

Messages
  Thanks  email  News

Events
  Order Placed    order_id, total

""")

    def test_the_outline_of_the_library_as_json(self):
        found = json.loads(self.good("ls", LIBRARY, "--json"))
        states = {life["name"]: life["states"] for life in found["lifecycles"]}
        self.assertEqual(states["Membership"], ["VIP", "Member"])
        carts = next(flow for flow in found["flows"] if flow["name"] == "Abandoned Cart")
        self.assertEqual(carts["priority"], "high")
        self.assertEqual(carts["starts"], ["when Checkout Started where total >= 20 as cart"])
        self.assertGreater(carts["tests"], 3)
        restocked = next(e for e in found["events"] if e["name"] == "Product Restocked")
        self.assertTrue(restocked["catalog"])
        self.assertIn("in_stock", restocked["fields"])

    def test_what_does_not_compile_is_not_listed(self):
        (self.path / "a.flow").write_text("flow Bad {\n  wiat 1 day\n}\n")
        code, out, err = self.sluice("ls", ".")
        self.assertEqual((code, out), (1, ""))
        self.assertIn("wiat", err)


if __name__ == "__main__":
    SLUICE = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=1)
