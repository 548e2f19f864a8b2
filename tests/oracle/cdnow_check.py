#!/usr/bin/env python3
"""`sluice simulate` on the CDNOW history against the oracle, customer by customer.

    cdnow_check.py SLUICE SOURCE WORK

Also: two simulations write the same bytes.
"""

import subprocess
import sys
import time
from pathlib import Path

UNTIL = "1998-07-01T00:00:00Z"


def run(*command):
    begun = time.monotonic()
    done = subprocess.run([str(word) for word in command], check=False)
    print(f"{Path(command[0]).name} {Path(str(command[1])).name}: "
          f"{time.monotonic() - begun:.1f} s", flush=True)
    if done.returncode:
        sys.exit(done.returncode)


def main(arguments) -> int:
    sluice, source, work = (Path(word) for word in arguments[1:4])
    work.mkdir(parents=True, exist_ok=True)
    shop, tools = source / "examples" / "cdnow", source / "tests" / "oracle"
    events, expected = work / "events.ndjson", work / "oracle.ndjson"
    first, second = work / "first.ndjson", work / "second.ndjson"
    run(sys.executable, shop / "convert.py", shop / "data" / "CDNOW_master.txt", events)
    for log in (first, second):
        run(sluice, "simulate", shop / "flows", "--events", events, "--until", UNTIL, "--log", log)
    if first.read_bytes() != second.read_bytes():
        print("two simulations of the same history wrote different logs")
        return 1
    run(sys.executable, tools / "cdnow_oracle.py", events, UNTIL, expected)
    run(sys.executable, tools / "compare.py", expected, first)
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv))
