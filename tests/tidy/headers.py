#!/usr/bin/env python3
"""Every header compiles alone: it includes what it uses.

    headers.py ROOT BUILD [--jobs N]

Each header is compiled by itself, checking syntax only, with the flags that the sources nearest to it
have in BUILD/compile_commands.json. A header whose text, whose includes from this tree and whose flags
are as they were at its last success is not compiled again (stamps live in BUILD/header_stamps).
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import tidy  # noqa: E402

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
KEPT = ("-I", "-D", "-std", "-f", "-pthread", "-W")
PAIRED = ("-isystem", "-include")


def flags_of(command: str) -> list:
    """The flags of one compile command that decide what a header means."""
    words = shlex.split(command)
    kept, i = [], 1
    while i < len(words):
        if words[i] in PAIRED:
            # Alone means without the precompiled header of the target, too.
            kept += words[i:i + 2] if "cmake_pch" not in words[i + 1] else []
            i += 1
        elif words[i].startswith(KEPT) and words[i] != "-Winvalid-pch":
            kept.append(words[i])
        i += 1
    return kept


def common_length(a: str, b: str) -> int:
    return len(os.path.commonprefix([a, b]))


class Tree:
    def __init__(self, root: Path, build: Path):
        self.root = root
        self.stamps = build / "header_stamps"
        self.stamps.mkdir(parents=True, exist_ok=True)
        entries = json.loads((build / "compile_commands.json").read_text())
        self.commands = [(os.path.relpath(e["file"], root), e["command"], e["directory"])
                         for e in entries]
        self.compiler = os.environ.get("CXX", "g++")
        version = subprocess.run([self.compiler, "--version"], capture_output=True, text=True,
                                 check=True).stdout
        self.version = version.split("\n", maxsplit=1)[0]

    def nearest(self, header: str):
        """(flags, folder) of the source that shares the longest path with the header."""
        best = max(self.commands, key=lambda c: (common_length(c[0], header), c[0]))
        return flags_of(best[1]), best[2]

    def closure(self, path: str) -> dict:
        """Path -> text of a file and everything of this tree it includes."""
        seen, waiting = {}, [path]
        while waiting:
            name = waiting.pop()
            file = self.root / name
            if name in seen or not file.is_file():
                continue
            seen[name] = file.read_text(encoding="utf-8")
            waiting += INCLUDE.findall(seen[name])
        return seen

    def key(self, header: str, flags: list) -> str:
        digest = hashlib.sha256(json.dumps([self.version, flags]).encode())
        for name, text in sorted(self.closure(header).items()):
            digest.update(f"{name}\0{text}\0".encode())
        return digest.hexdigest()

    def check(self, header: str):
        """(header, what the compiler said, whether it ran); says nothing when all is well."""
        flags, folder = self.nearest(header)
        stamp = self.stamps / (header.replace("/", "_") + ".ok")
        key = self.key(header, flags)
        if stamp.is_file() and stamp.read_text() == key:
            return header, "", False
        # Included from a line of text, so that #pragma once is not in the main file.
        run = subprocess.run([self.compiler, *flags, "-fsyntax-only", "-x", "c++", "-"], cwd=folder,
                             input=f'#include "{header}"\n', capture_output=True, text=True,
                             check=False)
        if run.returncode == 0:
            stamp.write_text(key)
            return header, "", True
        return header, run.stderr or "the compiler failed", True


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("build", type=Path)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    options = parser.parse_args()
    tree = Tree(options.root.resolve(), options.build.resolve())
    headers = [p for p in tidy.files_of(tree.root)
               if p.endswith(".hpp") and not p.startswith(tidy.FOREIGN)]
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(tree.check, headers))
    failed = [(name, said) for name, said, _ in results if said]
    for name, said in failed:
        print(f"{name} does not compile alone:\n{said}")
    compiled = sum(ran for _, _, ran in results)
    print(f"headers: {len(headers)} checked, {compiled} compiled, {len(failed)} failed")
    return 1 if failed or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
