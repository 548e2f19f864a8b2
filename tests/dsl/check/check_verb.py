#!/usr/bin/env python3
"""The verbs `sluice check` and `sluice explain CODE` as a person meets them: check_verb.py SLUICE"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE = ""

SCHEMA = 'customer {\n  email text optional personal\n  country text optional\n}\nevent Joined { from text }\n'
POLICY = 'policy Default {\n  time zone "Europe/Berlin"\n  consent email when customer.country is "DE"\n}\n'
WRONG = "flow A {\n  starts when Joind as join\n  wait until 9am\n  wait 1 day\n}\n"
RIGHT = "flow A {\n  starts when Joined\n  wait until 09:00\n  wait 1 day\n}\n"


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)
        (self.path / "00-schema.flow").write_text(SCHEMA)

    def sluice(self, *arguments):
        ran = subprocess.run([SLUICE, *arguments], cwd=self.path, capture_output=True, check=False)
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def test_fix_writes_what_it_says_until_nothing_is_left(self):
        (self.path / "flows").mkdir()
        flow = self.path / "flows/a.flow"
        flow.write_text(WRONG)
        flow.chmod(0o640)
        schema = os.stat(self.path / "00-schema.flow").st_ino
        code, out, err = self.sluice("check", "--fix", ".")
        self.assertEqual((code, err), (0, ""), out)
        self.assertEqual(flow.read_text(), RIGHT)
        self.assertEqual(flow.stat().st_mode & 0o7777, 0o640)
        self.assertEqual(os.listdir(flow.parent), ["a.flow"])
        self.assertEqual(os.stat(self.path / "00-schema.flow").st_ino, schema, "not touched")
        for line in ("fixed flows/a.flow:2:15  E201  `Joind` became `Joined`",
                     "fixed flows/a.flow:3:14  E120  `9am` became `09:00`",
                     "fixed flows/a.flow:2:21  W207  removed ` as join`"):
            self.assertIn(line, out)
        self.assertIn("no errors, 0 warnings", out)
        self.assertNotIn("fixed", self.sluice("check", "--fix", ".")[1])

    def test_what_needs_a_decision_stays(self):
        flow = self.path / "a.flow"
        flow.write_text("flow A {\n  starts when Joined\n  stop\n  wait 1 day\n}\n")
        code, out, _ = self.sluice("check", "--fix", ".")
        self.assertEqual(code, 1)
        self.assertIn("E401", out)
        self.assertIn("  stop\n", flow.read_text())

    def test_json_ends_in_a_summary(self):
        (self.path / "a.flow").write_text(
            "segment Often when at least 3 Joined in the last 9 days\n"
            "segment Never when any Joined and no Joined\n")
        code, out, err = self.sluice("check", "--json", ".")
        self.assertEqual((code, err), (0, ""))
        warning, last = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(warning["code"], "W411")
        summary = last["summary"]
        self.assertEqual((summary["errors"], summary["warnings"]), (0, 1))
        self.assertEqual(summary["memory"], [{"file": "a.flow", "bytes_per_customer": 80}])
        self.assertEqual(summary["bytes_per_customer"], 80)

    def test_verbose_says_what_is_remembered(self):
        (self.path / "a.flow").write_text("segment Some when any Joined\n")
        code, out, _ = self.sluice("check", "--verbose", ".")
        self.assertEqual(code, 0)
        self.assertIn("      56 bytes  a.flow\n", out)

    def test_a_date_that_is_over_is_told_here(self):
        (self.path / "a.flow").write_text(
            "flow A {\n  starts when Joined\n  wait until 2020-01-01 at 10:00\n  wait 1 day\n}\n")
        code, out, _ = self.sluice("check", ".")
        self.assertEqual(code, 1)
        self.assertIn("E404", out)

    def test_explain_shows_the_page_of_a_code(self):
        code, out, err = self.sluice("explain", "e410")
        self.assertEqual((code, err), (0, ""))
        self.assertTrue(out.startswith("E410: The goal ends the flow at once\n"), out)
        self.assertIn("    flow Example {\n", out)
        self.assertNotIn("```", out)
        self.assertEqual(self.sluice("explain", "E999")[0], 2)


if __name__ == "__main__":
    SLUICE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
