#!/usr/bin/env python3
"""The verb `sluice fmt` as a person meets it: fmt_verb.py SLUICE"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SLUICE = ""

UGLY = "event   A\r\nflow F {\nwait 1 days # why\n}"
TIDY = "event A\n\nflow F {\n  wait 1 day  # why\n}\n"
BROKEN = "flow F {\n   wait   soon\n}\n"


class FmtTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        return path

    def fmt(self, *arguments, stdin=""):
        ran = subprocess.run([SLUICE, "fmt", *map(str, arguments)], cwd=self.path,
                             input=stdin.encode(), capture_output=True, check=False)
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def test_writes_what_changed_and_says_so(self):
        ugly = self.write("b/ugly.flow", UGLY)
        tidy = self.write("tidy.flow", TIDY)
        before = os.stat(tidy).st_ino
        self.assertEqual(self.fmt(), (0, "b/ugly.flow\n1 of 2 files changed\n", ""))
        self.assertEqual(ugly.read_text(), TIDY)
        self.assertEqual(os.stat(tidy).st_ino, before, "a file in its layout is not written")
        self.assertEqual(self.fmt("."), (0, "0 of 2 files changed\n", ""))

    def test_leaves_nothing_behind_and_keeps_permissions_and_links(self):
        ugly = self.write("real/ugly.flow", UGLY)
        ugly.chmod(0o640)
        link = self.path / "link.flow"
        link.symlink_to("real/ugly.flow")
        self.assertEqual(self.fmt("link.flow")[0], 0)
        self.assertTrue(link.is_symlink())
        self.assertEqual(ugly.read_text(), TIDY)
        self.assertEqual(ugly.stat().st_mode & 0o7777, 0o640)
        self.assertEqual(os.listdir(ugly.parent), ["ugly.flow"])

    def test_check_writes_nothing_and_shows_the_first_difference(self):
        ugly = self.write("ugly.flow", UGLY)
        self.assertEqual(self.fmt("--check"), (1, "ugly.flow:1\n  - event   A  (and a CR)\n"
                                               "  + event A\n1 of 1 files would change\n", ""))
        self.assertEqual(ugly.read_bytes().decode(), UGLY)
        self.write("ugly.flow", TIDY)
        self.assertEqual(self.fmt("--check"), (0, "0 of 1 files would change\n", ""))

    def test_check_names_what_cannot_be_seen(self):
        self.write("a.flow", "event A")
        self.assertIn("a.flow:1\n  the last line has no line end\n", self.fmt("--check")[1])
        self.write("a.flow", "flow F {\n  stop\n}\nflow G {\n  stop\n}\n")
        self.assertIn("a.flow:4\n  - flow G {\n  + (an empty line)\n", self.fmt("--check")[1])

    def test_files_with_errors_are_left_alone_and_the_others_are_not(self):
        broken = self.write("broken.flow", BROKEN)
        ugly = self.write("ugly.flow", UGLY)
        code, out, err = self.fmt()
        self.assertEqual((code, out), (1, "ugly.flow\n1 of 2 files changed\n"))
        self.assertIn("broken.flow:2:11  E102", err)
        self.assertIn("1 left alone because of errors", err)
        self.assertEqual(broken.read_text(), BROKEN)
        self.assertEqual(ugly.read_text(), TIDY)
        self.assertEqual(self.fmt("--check", "broken.flow")[0], 1)

    def test_prints_one_file_or_standard_input(self):
        self.write("ugly.flow", UGLY)
        self.assertEqual(self.fmt("--stdout", "ugly.flow"), (0, TIDY, ""))
        self.assertEqual((self.path / "ugly.flow").read_bytes().decode(), UGLY)
        self.assertEqual(self.fmt("-", stdin=UGLY), (0, TIDY, ""))
        self.assertEqual(self.fmt("--check", "-", stdin=TIDY), (0, "", ""))
        self.assertEqual(self.fmt("--check", "-", stdin=UGLY)[0], 1)
        code, out, err = self.fmt("-", stdin=BROKEN)
        self.assertEqual((code, out), (1, BROKEN))
        self.assertIn("standard input:2:11  E102", err)

    def test_hidden_files_and_other_endings_are_not_flow_files(self):
        for name in (".hidden.flow", ".git/a.flow", "a.txt"):
            self.write(name, UGLY)
        self.write("a.flow", UGLY)
        self.assertEqual(self.fmt()[1], "a.flow\n1 of 1 files changed\n")
        self.assertEqual(self.fmt("a.flow", "a.flow", ".")[1], "0 of 1 files changed\n")

    def test_wrong_usage(self):
        self.assertEqual(self.fmt("nowhere")[0], 2)
        self.assertEqual(self.fmt()[0], 2, "no flow file below")
        self.write("a.flow", UGLY)
        self.write("b.flow", UGLY)
        self.assertEqual(self.fmt("--stdout")[0], 2)
        self.assertEqual(self.fmt("-", "a.flow")[0], 2)
        self.assertEqual(self.fmt("--stdout", "--check", "a.flow")[0], 2)
        self.assertEqual((self.path / "a.flow").read_bytes().decode(), UGLY)

    def test_what_a_project_compiles_to_is_the_same(self):
        shutil.copytree(ROOT / "tests/data/shop", self.path / "shop")
        for flow in (self.path / "shop").rglob("*.flow"):
            flow.write_text(flow.read_text().replace("\n  ", "\n     "))
        dump = [SLUICE, "check", "shop", "--dump"]
        before = subprocess.check_output(dump, cwd=self.path)
        code, out, _ = self.fmt("shop")
        self.assertEqual(code, 0)
        self.assertNotIn("\n0 of", "\n" + out)
        self.assertGreater(len(before), 10_000)
        self.assertEqual(subprocess.check_output(dump, cwd=self.path), before)

    def test_the_example_is_in_its_layout(self):
        self.assertEqual(self.fmt("--check", ROOT / "examples/cdnow")[0], 0)


if __name__ == "__main__":
    SLUICE = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
