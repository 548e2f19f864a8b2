"""kill -9 of the daemon at random moments under load, over and over; then the books are checked.

Usage: crash.py SLUICE CYCLES [SEED]

Promises checked (each is a failure of the script when broken):
  - every acknowledged event is there after the restarts: its flow ran, its mails exist;
  - no timer is lost: the mail behind the wait exists for every acknowledged event;
  - no message is handed to the SMTP server twice;
  - a message whose fate a crash left unknown is listed by `sluice doubts`.
A mail "exists" when the SMTP server has it or it is listed in doubt.
"""
import collections
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SENDERS = 3
EVENTS_A_REQUEST = 5
STILL_SECONDS = 60      # settled, or stuck, when nothing was handed over for so long
BACKLOG_MAX = 2000      # mails that may be owed before the senders pause
LOG_LINE_BYTES = 33     # 32 hex digits and a line end


def digest(*parts: str) -> str:
    """The message id of engine/base/hash: SHA-256 over length-prefixed parts, 16 bytes."""
    framed = b"".join(len(p.encode()).to_bytes(4, "little") + p.encode() for p in parts)
    return hashlib.sha256(framed).hexdigest()[:32]


class Daemon:
    def __init__(self, binary, folder, smtp_port):
        self.binary, self.folder = binary, folder
        self.config = folder / "sluice.yaml"
        self.config.write_text(
            f"flows: {HERE / 'flows'}\n"
            f"data: {folder / 'data'}\n"
            "shards: 2\n"
            "log_level: error\n"
            "listen: { address: 127.0.0.1, port: 0 }\n"
            "connectors:\n"
            "  sink:\n"
            "    type: smtp\n"
            "    host: 127.0.0.1\n"
            f"    port: {smtp_port}\n"
            "    tls: none\n"
            "    from: Shop <shop@shop.example>\n"
            "    domain: shop.example\n"
            "routes: { email: sink }\n", encoding="utf-8")
        self.process = None
        self.port = 0

    def start(self):
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", str(self.config)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise SystemExit("the daemon did not start: " + line + self.process.stdout.read())
        self.port = int(line.rsplit(":", 1)[1])
        # Nobody reads further output: a full pipe must not stop the daemon.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(timeout=60) != 0:
            raise SystemExit("the daemon did not stop cleanly")

    def doubts(self):
        listed = subprocess.run([self.binary, "doubts", "--json", "--config", str(self.config)],
                                check=True, capture_output=True, text=True)
        return [json.loads(line) for line in listed.stdout.splitlines()]


class Load:
    """Posts orders of ever new customers and repeats what was not acknowledged, as the SDKs do."""

    def __init__(self, daemon, log):
        self.daemon, self.log = daemon, log
        self.acknowledged = []
        self.lock = threading.Lock()
        self.stopping = False
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(SENDERS)]

    def run(self, sender):
        number = 0
        while not self.stopping:
            if 2 * self.count() - self.log.stat().st_size // LOG_LINE_BYTES > BACKLOG_MAX:
                time.sleep(0.02)
                continue
            people = [f"s{sender}-{number + i}" for i in range(EVENTS_A_REQUEST)]
            number += EVENTS_A_REQUEST
            batch = []
            for person in people:
                batch.append({"type": "identify", "userId": person, "messageId": "i-" + person,
                              "traits": {"email": person + "@customers.example"}})
                batch.append({"type": "track", "userId": person, "messageId": "t-" + person,
                              "event": "Order Placed",
                              "properties": {"order_id": "o-" + person, "total": 10}})
            while not self.post(batch):
                if self.stopping:
                    return
                time.sleep(0.02)
            with self.lock:
                self.acknowledged += people

    def post(self, batch):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.daemon.port}/v1/batch",
            data=json.dumps({"batch": batch}).encode(), headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status == 200 and json.load(answer).get("success") is True
        except (urllib.error.URLError, ConnectionError, OSError, ValueError):
            return False

    def count(self):
        with self.lock:
            return len(self.acknowledged)


def expected(person):
    """The two mails of an acknowledged order, by their idempotency keys."""
    return (digest(person, "Thanks", "1", "s1", "0", "email"),
            digest(person, "Thanks", "1", "s3", "1", "email"))


def check(load, log, doubts):
    kept = collections.Counter(log.read_text(encoding="ascii").split())
    doubtful = {doubt["id"] for doubt in doubts}
    faults = [f"handed over {n} times: {key}" for key, n in kept.items() if n > 1]
    for person in load.acknowledged:
        for what, key in zip(("first mail", "mail behind the timer"), expected(person)):
            if key not in kept and key not in doubtful:
                faults.append(f"{what} of acknowledged customer {person} is missing ({key})")
    return faults, kept, doubtful


def settle(daemon, load, log):
    """Waits until every mail of the acknowledged orders exists, or nothing moves any more."""
    size, moved = 0, time.monotonic()
    while time.monotonic() - moved < STILL_SECONDS:
        faults, _, _ = check(load, log, daemon.doubts())
        if not any("missing" in fault for fault in faults):
            return
        if log.stat().st_size != size:
            size, moved = log.stat().st_size, time.monotonic()
        time.sleep(0.5)


def main():
    binary, cycles = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    dice = random.Random(seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sluice-crash-"))
    log = folder / "smtp.log"
    log.touch()
    sink = subprocess.Popen([sys.executable, str(HERE / "smtp_sink.py"), str(log)],
                            stdout=subprocess.PIPE, text=True)
    daemon = Daemon(binary, folder, int(sink.stdout.readline()))
    load = Load(daemon, log)
    started = time.monotonic()
    try:
        daemon.start()
        for thread in load.threads:
            thread.start()
        for cycle in range(cycles):
            time.sleep(dice.uniform(0.05, 0.9))
            daemon.kill()
            daemon.start()
            if cycle % 10 == 9:
                print(f"  {cycle + 1} of {cycles} crashes, {load.count()} orders acknowledged",
                      flush=True)
        time.sleep(1)
        load.stopping = True
        for thread in load.threads:
            thread.join()
        settle(daemon, load, log)
        daemon.stop()
        faults, kept, doubtful = check(load, log, daemon.doubts())
    finally:
        load.stopping = True
        if daemon.process and daemon.process.poll() is None:
            daemon.kill()
        sink.kill()
    print(f"{cycles} crashes in {time.monotonic() - started:.0f} s (seed {seed}): "
          f"{load.count()} orders acknowledged, {sum(kept.values())} mails handed over, "
          f"{len(doubtful)} in doubt, {len(faults)} faults")
    for fault in faults[:20]:
        print("  " + fault)
    if faults:
        print(f"  kept for a look: {folder}")
        raise SystemExit(1)
    if load.count() == 0:
        raise SystemExit("nothing was acknowledged: the test proves nothing")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
