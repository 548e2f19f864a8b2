"""A million events through `simulate`: the CDNOW history repeated under other customer names.

Usage: simulate_bench.py SLUICE EXAMPLE [EVENTS]
"""
import pathlib
import subprocess
import sys
import tempfile
import time


def main():
    binary, example = sys.argv[1], pathlib.Path(sys.argv[2])
    events = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    with tempfile.TemporaryDirectory(prefix="sluice-simulate-") as folder:
        once = pathlib.Path(folder) / "once.ndjson"
        many = pathlib.Path(folder) / "many.ndjson"
        subprocess.run([sys.executable, str(example / "convert.py"),
                        str(example / "data" / "CDNOW_master.txt"), str(once)],
                       check=True, stdout=subprocess.DEVNULL)
        lines = once.read_text(encoding="utf-8").splitlines(keepends=True)
        written = 0
        with many.open("w", encoding="utf-8") as out:
            copy = 0
            while written < events:
                for line in lines:
                    out.write(line.replace('"c', f'"k{copy}c'))
                    written += 1
                    if written == events:
                        break
                copy += 1
        start = time.perf_counter()
        told = subprocess.run([binary, "simulate", str(example / "flows"), "--events", str(many),
                               "--until", "1998-07-01T00:00:00Z", "--log",
                               str(pathlib.Path(folder) / "log.ndjson")],
                              check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - start
    print(f"simulate, {events} events: {seconds:.1f} s, {events / seconds:.0f} events/s "
          f"({told.stderr.strip()})")


if __name__ == "__main__":
    main()
