#!/usr/bin/env python3
"""The verb `sluice graph` as a person meets it: graph_verb.py SLUICE"""

import json
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests" / "data" / "examples"
SVG = "{http://www.w3.org/2000/svg}"
SLUICE = ""


class GraphTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def graph(self, *arguments):
        ran = subprocess.run([SLUICE, "graph", *map(str, arguments)], cwd=self.path,
                             capture_output=True, check=False)
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def test_draws_each_format(self):
        starts = {"svg": "<svg ", "mermaid": "flowchart TD\n", "dot": "digraph \"Birthday\" {\n",
                  "ascii": " ╭─"}
        for name, start in starts.items():
            code, out, err = self.graph(EXAMPLES, "Birthday", "--format", name)
            self.assertEqual((code, err), (0, ""), name)
            self.assertTrue(out.startswith(start), out[:40])
        code, out, _ = self.graph(EXAMPLES, "Birthday", "--plain")
        self.assertEqual(code, 0)
        self.assertTrue(out.isascii() and out.startswith(" +-"), out)

    def test_the_ending_of_the_file_says_the_format(self):
        for name, start in {"a.svg": "<svg ", "a.mmd": "flowchart", "a.dot": "digraph",
                            "a.txt": " ╭─"}.items():
            self.assertEqual(self.graph(EXAMPLES, "Win Back", "--out", name), (0, "", ""))
            text = (self.path / name).read_text()
            self.assertTrue(text.lstrip("\n").lstrip().startswith(start.lstrip()), text[:80])

    def test_a_parser_of_xml_reads_every_picture(self):
        for name in ("", "Loyalty", "Abandoned Cart", "After First Order", "Gold Welcome"):
            code, out, _ = self.graph(EXAMPLES, *([name] if name else []))
            self.assertEqual(code, 0)
            root = xml.fromstring(out)
            self.assertEqual(root.tag, SVG + "svg")
            self.assertTrue(root.findtext(SVG + "title"))
            self.assertTrue(root.findtext(SVG + "desc"))

    def test_people_are_shown(self):
        counts = self.path / "counts.json"
        counts.write_text(json.dumps({"Birthday": {"s1": 1204}}))
        code, out, _ = self.graph(EXAMPLES, "Birthday", "--counts-from", counts, "--format", "ascii")
        self.assertEqual(code, 0)
        self.assertIn("─ 1,204 ─", out)

    def test_counts_that_are_none_are_wrong_usage(self):
        for text in ("[]", "{", '{"Birthday": 3}', '{"Birthday": {"s1": "many"}}',
                     '{"Birthday": {"s1": -1}}'):
            path = self.path / "counts.json"
            path.write_text(text)
            code, out, err = self.graph(EXAMPLES, "Birthday", "--counts-from", path)
            self.assertEqual((code, out), (2, ""), text)
            self.assertIn("expected an object of flows", err)
        self.assertEqual(self.graph(EXAMPLES, "--counts-from", "nowhere.json")[0], 2)

    def test_an_unknown_name_is_answered_with_the_nearest(self):
        self.assertEqual(
            self.graph(EXAMPLES, "Abandonned Cart"),
            (1, "", 'sluice: there is no flow or lifecycle called "Abandonned Cart"; '
                    'did you mean "Abandoned Cart"?\n'))
        code, _, err = self.graph(EXAMPLES, "Something Else Entirely")
        self.assertEqual(code, 1)
        self.assertIn("\n  Relationship\n", err)

    def test_what_parses_is_drawn_in_spite_of_errors(self):
        (self.path / "a.flow").write_text("flow Good {\n  wait 1 day\n}\nflow Bad {\n  wiat 1 day\n}\n")
        code, out, err = self.graph(".", "Good", "--format", "ascii")
        self.assertEqual(code, 1)
        self.assertIn("Wait 1 day", out)
        self.assertIn("1 syntax error;", err)

    def test_wrong_usage(self):
        self.assertEqual(self.graph()[0], 2)
        self.assertEqual(self.graph("nowhere")[0], 2)
        self.assertEqual(self.graph(EXAMPLES, "--format", "png")[0], 2)
        self.assertEqual(self.graph(EXAMPLES, "--out", "no/such/folder/a.svg")[0], 2)


if __name__ == "__main__":
    SLUICE = str(Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=1)
