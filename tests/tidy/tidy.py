#!/usr/bin/env python3
"""Holds the rules of the tree that a compiler does not: layers, sizes, and the coroutine law.

    tidy.py [ROOT]      checks every file of the tree; prints path:line: rule: what; exit 1 on any

The allow list (allow.txt beside this file) may only shrink: an entry that is not needed any more, or
is larger than needed, is itself a finding, and the number of entries has a ceiling here.
"""

import re
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import cpp_scan  # noqa: E402
import layers  # noqa: E402

FILE_LINES_MAX = 600
TEST_FILE_LINES_MAX = 1000
FUNCTION_LINES_MAX = 70
NESTING_MAX = 3
ALLOW_ENTRIES_MAX = 0

CPP = (".hpp", ".cpp")
SIZED = CPP + (".py", ".sh", ".cmake", ".js")
SKIPPED_FOLDERS = ("build/", ".git/", "node_modules/", ".cache/")
# Material that is kept as it was found.
FOREIGN = ("tests/data/", "examples/cdnow/data/", "tests/node/node_modules/", "LICENSE")
# These must be able to name what they look for.
SELF = ("tests/tidy/",)

UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(?<![\w./$}])(/wor[k]/|/tmp/[bn]/|/home/\w+/|/roo[t]/)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]')
IMPURE = re.compile(r"(system_clock|steady_clock)::now|random_device|\bstd::rand\b|\bgettimeofday\b"
                    r"|\bstd::time\(|\bgetenv\b")

Finding = namedtuple("Finding", "rule path line text amount", defaults=(0,))


def is_test(path: str) -> bool:
    return path.startswith("tests/")


def check_includes(path: str, text: str):
    found = layers.layer_of(path)
    if found is None:
        yield Finding("layer", path, 1, "this folder is not in the table of tests/tidy/layers.py")
        return
    folder, layer = found
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, name = match.groups()
        if quote == '"':
            yield from check_project_include(path, number, name, folder, layer)
        else:
            yield from check_system_include(path, number, name, folder, layer)


def check_project_include(path, number, name, folder, layer):
    if "/" not in name or name.startswith("."):
        yield Finding("include", path, number, f'write "{name}" from the root of the tree')
    elif not name.startswith(layer.project + (folder,)):
        yield Finding("include", path, number, f'{folder} may not include "{name}"')


def check_system_include(path, number, name, folder, layer):
    for prefix, files in layers.ONLY_IN.items():
        if name.startswith(prefix):
            if path not in files:
                yield Finding("include", path, number, f"only {', '.join(files)} includes <{name}>")
            return
    standard = "/" not in name and "." not in name
    if not standard and not name.startswith(layer.system):
        yield Finding("include", path, number, f"{folder} may not use <{name}>")


def check_own_header(path: str, text: str, exists):
    """x.cpp includes x.hpp before anything else, which proves that the header stands alone."""
    own = path[:-4] + ".hpp"
    if not path.endswith(".cpp") or not exists(own):
        return
    for number, line in enumerate(text.split("\n"), 1):
        match = INCLUDE.match(line)
        if match:
            if match.group(2) != own:
                yield Finding("own-header", path, number, f'the first include must be "{own}"')
            return


def check_cpp(path: str, text: str, exists=lambda path: False):
    code = cpp_scan.strip(text)
    yield from check_includes(path, text)
    yield from check_own_header(path, text, exists)
    if path.endswith(".hpp") and not re.search(r"^#pragma once$", text, re.M):
        yield Finding("pragma-once", path, 1, "a header begins with #pragma once")
    for number, line in enumerate(code.split("\n"), 1):
        if re.search(r"\busing\s+namespace\b", line):
            yield Finding("using-namespace", path, number, "name what you use")
        if path.startswith(layers.PURE) and IMPURE.search(line):
            yield Finding("pure", path, number, "time and chance come in as values here")
    scan = cpp_scan.scan(text, NESTING_MAX)
    for function in scan.functions:
        if function.length > FUNCTION_LINES_MAX:
            yield Finding("function-lines", path, function.line,
                          f"{function.length} lines, at most {FUNCTION_LINES_MAX}", function.length)
    for deep in scan.deepest:
        yield Finding("nesting", path, deep.line, f"{deep.text}, at most {NESTING_MAX}")
    for law in scan.law:
        yield Finding("coroutine-law", path, law.line, law.text + ": name it first")


def check_text(path: str, text: str):
    lines = text.split("\n")
    limit = TEST_FILE_LINES_MAX if is_test(path) else FILE_LINES_MAX
    count = len(lines) - (lines[-1] == "")
    if path.endswith(SIZED) and count > limit:
        yield Finding("file-lines", path, 1, f"{count} lines, at most {limit}", count)
    for number, line in enumerate(lines, 1):
        if UNFINISHED.search(line):
            yield Finding("unfinished", path, number, "finish it, or write it down in an issue")
        match = MACHINE_PATH.search(line)
        if match:
            yield Finding("machine-path", path, number, f"a path of one machine: {match.group(1)}")


def check_file(path: str, text: str, exists=lambda path: False):
    """Every finding in one file; `path` is relative to the root, with slashes."""
    if path.startswith(FOREIGN):
        return
    if not path.startswith(SELF):
        yield from check_text(path, text)
    if path.endswith(CPP):
        yield from check_cpp(path, text, exists)


# ---- the allow list

def read_allowed(text: str):
    """Lines `rule path amount`: rule may be broken in path, up to amount (0: any number)."""
    allowed = {}
    for line in text.split("\n"):
        words = line.split("#")[0].split()
        if words:
            rule, path, amount = words
            allowed[(rule, path)] = int(amount)
    return allowed


def apply_allowed(findings, allowed, entries_max=ALLOW_ENTRIES_MAX):
    """The findings that remain, with those about the list itself."""
    worst, remain = {}, []
    for finding in findings:
        key = (finding.rule, finding.path)
        if key in allowed and finding.amount <= allowed[key]:
            worst[key] = max(worst.get(key, 0), finding.amount)
        else:
            remain.append(finding)
    for key, amount in allowed.items():
        if key not in worst:
            remain.append(Finding("allow-list", key[1], 1, f"{key[0]} holds again: drop the entry"))
        elif worst[key] < amount:
            remain.append(Finding("allow-list", key[1], 1, f"lower {key[0]} to {worst[key]}"))
    if len(allowed) > entries_max:
        remain.append(Finding("allow-list", "tests/tidy/allow.txt", 1,
                              f"{len(allowed)} entries, at most {entries_max}: it only shrinks"))
    return remain


# ---- the tree

def files_of(root: Path):
    """Files that are or would be committed; in an unpacked archive, all but build output."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"], check=True, capture_output=True, text=True)
        paths = [p for p in listed.stdout.split("\0") if p]
    except (OSError, subprocess.CalledProcessError):
        paths = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
    return sorted(p for p in paths
                  if not p.startswith(SKIPPED_FOLDERS) and "node_modules/" not in p)


def check_tree(root: Path):
    paths = files_of(root)
    known = set(paths)
    for path in paths:
        try:
            text = (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # not text, or deleted but not committed yet
        yield from check_file(path, text, known.__contains__)


def main(arguments) -> int:
    root = Path(arguments[1]).resolve() if len(arguments) > 1 else HERE.parent.parent
    allowed = read_allowed((HERE / "allow.txt").read_text())
    findings = apply_allowed(check_tree(root), allowed)
    for finding in sorted(findings, key=lambda f: (f.path, f.line)):
        print(f"{finding.path}:{finding.line}: {finding.rule}: {finding.text}")
    print(f"tidy: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
