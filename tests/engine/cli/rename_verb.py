#!/usr/bin/env python3
"""The verb `sluice rename` as a person meets it: rename_verb.py SLUICE"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SLUICE = ""


class RenameTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.shop = Path(self.folder.name) / "shop"
        shutil.copytree(ROOT / "tests/data/shop", self.shop)

    def sluice(self, *arguments):
        ran = subprocess.run([SLUICE, *map(str, arguments)], capture_output=True, check=False,
                             timeout=60)
        return ran.returncode, ran.stdout.decode(), ran.stderr.decode()

    def rename(self, *arguments):
        return self.sluice("rename", *arguments, self.shop)

    def texts(self):
        return {path.relative_to(self.shop): path.read_bytes()
                for path in sorted(self.shop.rglob("*")) if path.is_file()}

    def dump(self):
        code, out, _ = self.sluice("check", "--dump", self.shop)
        self.assertEqual(code, 0, out)
        return out

    def test_there_and_back_is_where_it_was(self):
        before = self.texts()
        dump = self.dump()
        code, out, err = self.rename("Order Placed", "2nd Sale")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("00-schema.flow  1\n", out)
        self.assertIn('renamed event: "Order Placed" is now "2nd Sale" in ', out)
        self.assertIn('write `from "Order Placed"`', out)
        self.assertIn('event "2nd Sale"', (self.shop / "00-schema.flow").read_text())
        after = self.dump().replace('"2nd Sale"', "Order Placed").replace("2nd Sale", "Order Placed")
        self.assertEqual(sorted(after.split("\n")), sorted(dump.split("\n")))
        self.assertEqual(self.rename("2nd Sale", "Order Placed")[0], 0)
        self.assertEqual(self.texts(), before)

    def test_fields_of_the_customer_and_of_events(self):
        code, out, _ = self.rename("customer.points", "score")
        self.assertEqual(code, 0)
        self.assertIn("add 50 to customer.score",
                      (self.shop / "13-after-first-order.flow").read_text())
        self.assertIn("must use the new name", out)
        self.assertEqual(self.rename("Review Posted.stars", "rating")[0], 0)
        self.assertIn("review.rating >= 4", (self.shop / "13-after-first-order.flow").read_text())
        self.dump()

    def test_bodies_are_edited(self):
        path = self.shop / "emails" / "welcome-hello.html"
        path.write_text(path.read_text() + "{{ customer.country | default: '' }}")
        self.assertEqual(self.rename("customer.country", "home_country")[0], 0)
        self.assertIn("{{ customer.home_country |", path.read_text())
        self.dump()

    def test_what_is_meant_must_be_clear(self):
        before = self.texts()
        code, out, err = self.rename("Back In Stock", "Returned")
        self.assertEqual((code, out), (2, ""))
        self.assertIn('--kind "message"', err)
        self.assertIn('--kind "flow"', err)
        self.assertEqual(self.texts(), before)
        self.assertEqual(self.rename("Back In Stock", "Returned", "--kind", "flow")[0], 0)
        self.assertIn("flow Returned {", (self.shop / "16-back-in-stock.flow").read_text())

    def test_refusals_change_nothing(self):
        before = self.texts()
        code, _, err = self.rename("Win Back", "Birthday")
        self.assertEqual(code, 1)
        self.assertIn("already a flow called `Birthday`", err)
        code, _, err = self.rename("Win Bakc", "Other")
        self.assertEqual(code, 2)
        self.assertIn('did you mean "Win Back"?', err)
        self.assertEqual(self.rename("customer.email", "mail")[0], 1)
        self.assertEqual(self.rename("Win Back", "Other", "--dry-run")[0], 0)
        self.assertEqual(self.texts(), before)
        with (self.shop / "zz.flow").open("w") as out:
            out.write("segment S when any Sodl\n")
        code, _, err = self.rename("Win Back", "Other")
        self.assertEqual(code, 1)
        self.assertIn("fix the errors first", err)

    def test_nothing_is_left_behind_and_permissions_stay(self):
        path = self.shop / "15-win-back.flow"
        path.chmod(0o640)
        names = set(os.listdir(self.shop))
        self.assertEqual(self.rename("Win Back", "Come Again")[0], 0)
        self.assertEqual(path.stat().st_mode & 0o7777, 0o640)
        self.assertEqual(set(os.listdir(self.shop)), names)


if __name__ == "__main__":
    SLUICE = sys.argv.pop(1)
    unittest.main()
