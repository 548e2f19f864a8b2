#!/usr/bin/env python3
"""Runs the consoles of docs/language and compares what is printed: transcripts.py SLUICE [PAGE…]

A page gets a directory of its own. Blocks that say `file=` or `append=` are written into it; every
line of a `console` block that begins with `$ ` is run there, and what it prints must be what the
page shows below it. `[..]` stands for anything within a line. In a block that says `live`, dates,
times and long numbers in hexadecimal may be others. UPDATE_GOLDEN=1 writes what was printed into the
page instead.

`sluice dev` and `sluice serve` go on in the background, on a free port of 127.0.0.1; the pages
speak of port 8025. A console without a command shows what the running one says next, and a line
`^C` stops it.
"""

import difflib
import json
import os
import queue
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "language"
DEADLINE_SECONDS = 30
PORT = 8025
UPDATE = "UPDATE_GOLDEN" in os.environ
SLUICE = ""

WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )"
VOLATILE = re.compile(
    rf"{WEEKDAY}?\d{{4}}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?"
    rf"|{WEEKDAY}\d{{1,2}} [A-Z][a-z]{{2}} \d\d:\d\d|\b\d\d:\d\d\b|\b[0-9a-f]{{12,}}\b"
    r"|\b\d+(?:-[0-9a-f]{8}){3}\b")


class Block:
    def __init__(self, info, text, begin, end, line):
        words = re.split(r"[ ,]+", info.strip())
        self.kind = words[0]
        self.says = dict(word.partition("=")[::2] for word in words[1:])
        self.text, self.begin, self.end, self.line = text, begin, end, line


def blocks_of(page):
    return [Block(m[1], m[2], m.start(2), m.end(2), page.count("\n", 0, m.start()) + 1)
            for m in re.finditer(r"^```([^\n]*)\n(.*?)^```$", page, re.M | re.S)]


class Daemon:
    """A `sluice dev` or `sluice serve` with its lines as they come."""

    def __init__(self, command, folder):
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        first = self.next_line()
        found = re.match(r"listening on (http://127\.0\.0\.1:\d+)\n", first)
        if not found:
            self.kill()
            raise AssertionError("the daemon did not start: " + first)
        self.url = found[1]
        self.said = [first]

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def next_line(self):
        return self.lines.get(timeout=DEADLINE_SECONDS)

    def say(self, count):
        """The next so many lines."""
        while len(self.said) < count:
            line = self.next_line()
            if not line:
                break
            self.said.append(line)
        out, self.said = self.said[:count], self.said[count:]
        return "".join(out)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=DEADLINE_SECONDS)

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def shown(url, text):
    """As the page writes it: its port, and an end of the last line."""
    text = text.replace(url, f"http://127.0.0.1:{PORT}") if url else text
    return text + "\n" if text and not text.endswith("\n") else text


class Runner:
    def __init__(self, folder):
        self.folder = folder
        self.daemon = None
        self.url = ""

    def write(self, block):
        path = self.folder / (block.says.get("file") or block.says.get("append"))
        if "found" in block.says and path.read_text() != block.text:
            raise AssertionError(f"{path.name} is not what `sluice new` made")
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text() + "\n" if "append" in block.says else ""
        text = block.text
        if block.kind == "yaml":
            text = re.sub(rf"port: {PORT}\b", "port: 0", text)
        path.write_text(before + text)

    def command(self, line):
        words = shlex.split(line.replace(f"http://127.0.0.1:{PORT}", self.url))
        if words[0] == "sluice":
            if words[1] in ("deploy", "rollback") and "--url" not in words:
                words += ["--url", self.url]
            words[0] = SLUICE
        elif words[0] not in ("curl", "cat", "ls", "rm"):
            raise AssertionError("a page may run sluice, curl, cat, ls and rm, not " + words[0])
        if words[0] == "curl":
            words[1:1] = ["--max-time", str(DEADLINE_SECONDS)]
        return words

    def run(self, line, expected):
        """What a command prints, and its exit code."""
        words = self.command(line)
        if words[0] == SLUICE and words[1] in ("dev", "serve"):
            if words[1] == "dev":
                words += ["--port", "0"]
            self.stop()
            self.daemon = Daemon(words, self.folder)
            self.url = self.daemon.url
            return self.hear(expected), 0
        ran = subprocess.run(words, cwd=self.folder, stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.STDOUT, timeout=DEADLINE_SECONDS, check=False)
        return shown(self.url, ran.stdout), ran.returncode

    def hear(self, expected):
        count = max(expected.count("\n"), 1)
        return shown(self.url, self.daemon.say(count))

    def stop(self):
        if self.daemon is None:
            return 0
        code = self.daemon.stop()
        self.daemon.process.stdout.close()
        self.daemon = None
        return code


def steps_of(text):
    """(command or ^C or nothing, what is expected below it)."""
    out = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            out.append([line, ""])
        elif line == "^C\n":
            out.append([line, ""])
        elif not out:
            out.append(["", line])
        else:
            out[-1][1] += line
    return out


def same(expected, printed, live):
    if live:
        expected, printed = (VOLATILE.sub("<time>", text) for text in (expected, printed))
    expected, printed = expected.splitlines(), printed.splitlines()
    if len(expected) != len(printed):
        return False
    return all(re.fullmatch(re.escape(wanted).replace(r"\[\.\.\]", ".*?"), line)
               for wanted, line in zip(expected, printed))


class TranscriptTest(unittest.TestCase):
    maxDiff = None

    def run_page(self, path):
        page = path.read_text()
        written, copied = "", 0
        with tempfile.TemporaryDirectory() as folder:
            runner = Runner(Path(folder))
            try:
                for block in blocks_of(page):
                    text = self.run_block(runner, path, block)
                    written += page[copied:block.begin] + text
                    copied = block.end
                self.assertEqual(runner.stop(), 0, "the daemon stops in order")
            finally:
                if runner.daemon is not None:
                    runner.daemon.kill()
        if UPDATE:
            path.write_text(written + page[copied:])

    def run_block(self, runner, path, block):
        if "file" in block.says or "append" in block.says:
            runner.write(block)
        if block.kind != "console":
            return block.text
        out = ""
        exit_codes = []
        for command, expected in steps_of(block.text):
            printed = self.run_step(runner, command, expected, exit_codes)
            live = "live" in block.says
            if not same(expected, printed, live) and not UPDATE:
                place = f"docs/language/{path.relative_to(PAGES)}:{block.line}"
                diff = "".join(difflib.unified_diff(expected.splitlines(True),
                                                    printed.splitlines(True), "shown", "printed"))
                self.fail(f"{place}: {command}{diff}\nto take over what is printed:\n"
                          "UPDATE_GOLDEN=1 python3 tests/docs/transcripts.py build/dev/sluice")
            out += command + (expected if same(expected, printed, live) else printed)
        self.assertEqual(exit_codes, [0] * (len(exit_codes) - 1) +
                         [int(block.says.get("exits", 0))] if exit_codes else [],
                         f"exit codes at line {block.line}")
        return out

    def run_step(self, runner, command, expected, exit_codes):
        if not command:
            return runner.hear(expected)
        if command == "^C\n":
            self.assertEqual(runner.stop(), 0)
            return ""
        printed, code = runner.run(command[2:].strip(), expected)
        exit_codes.append(code)
        return printed


class RunnerTest(unittest.TestCase):
    """The judge itself."""

    def test_anything_within_a_line(self):
        self.assertTrue(same("release [..] of 2\n", "release 17 of 2\n", False))
        self.assertFalse(same("a [..]\n", "b c\n", False))
        self.assertFalse(same("a\n[..]\n", "a\n", False))

    def test_times_of_a_live_block(self):
        self.assertTrue(same("Mon 2026-03-02 09:00  sent 0123456789ab\n",
                             "Tue 2027-01-12 17:31  sent ba9876543210\n", True))
        self.assertFalse(same("at 09:00\n", "at 10:00\n", False))
        self.assertFalse(same("2026-03-02 3 people\n", "2026-03-02 4 people\n", True))

    def test_blocks(self):
        found = blocks_of("```console live exits=1\n$ ls\na\n```\n\n```json file=x\n{}\n```\n")
        self.assertEqual([block.kind for block in found], ["console", "json"])
        self.assertEqual(found[0].says, {"live": "", "exits": "1"})
        self.assertEqual(steps_of(found[0].text), [["$ ls\n", "a\n"]])

    def test_json_listings_are_json(self):
        for path in PAGES.rglob("*.md"):
            for block in blocks_of(path.read_text()):
                if block.kind != "json":
                    continue
                file = block.says.get("file", "")
                texts = block.text.splitlines() if file.endswith(".ndjson") else [block.text]
                for text in texts:
                    with self.subTest(f"{path.name}:{block.line}"):
                        json.loads(text)


def add_pages(paths):
    for path in paths:
        if any(block.kind == "console" for block in blocks_of(path.read_text())):
            name = "test_" + re.sub(r"\W", "_", str(path.relative_to(PAGES).with_suffix("")))
            setattr(TranscriptTest, name, lambda self, path=path: self.run_page(path))


if __name__ == "__main__":
    SLUICE = str(Path(sys.argv.pop(1)).resolve())
    chosen = [PAGES / page for page in sys.argv[1:]]
    del sys.argv[1:]
    add_pages(chosen or sorted(PAGES.rglob("*.md")))
    unittest.main(verbosity=1)
