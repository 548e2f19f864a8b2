"""From the HTTP event to the hand-over over SMTP, at low load: p50 and p99.

Usage: latency_bench.py SLUICE [EVENTS [A_SECOND]]

A daemon with one flow that sends at once, an SMTP server on loopback that notes when the end of a
message arrived, and a client that posts one event after the other. A latency is the time from the
first byte of the request to the final dot, by one clock of one process.
"""
import http.client
import json
import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

FLOWS = """
customer { email text optional personal  time_zone timezone optional }
event Order Placed { order_id text key }
policy Default { time zone customer.time_zone, otherwise "UTC" }
message Thanks { transactional  email { subject "Thank you" body "<p>Thank you.</p>" } }
flow Thanks Flow { starts when Order Placed  send email Thanks }
"""
arrived = {}


class Sink(socketserver.StreamRequestHandler):
    # Replies of one pipelined group are written one by one; none may wait for the client's ACK.
    disable_nagle_algorithm = True

    def handle(self):
        say = lambda text: self.wfile.write(text + b"\r\n")
        say(b"220 sink ESMTP")
        person = ""
        while line := self.rfile.readline():
            verb = line.strip().upper()
            if verb.startswith(b"EHLO"):
                say(b"250-sink\r\n250 PIPELINING")
            elif verb.startswith(b"RCPT"):
                person = line.decode().split("<")[1].split("@")[0]
                say(b"250 ok")
            elif verb == b"DATA":
                say(b"354 go on")
                while self.rfile.readline() != b".\r\n":
                    pass
                arrived[person] = time.perf_counter()
                say(b"250 kept")
            elif verb == b"QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")


def start_daemon(binary, folder, port):
    (folder / "flows").mkdir()
    (folder / "flows" / "shop.flow").write_text(FLOWS, encoding="utf-8")
    config = folder / "sluice.yaml"
    config.write_text(
        f"flows: flows\ndata: data\nlisten: {{ address: 127.0.0.1, port: 0 }}\nlog_level: error\n"
        f"connectors:\n  sink: {{ type: smtp, host: 127.0.0.1, port: {port}, tls: none, "
        f"from: a@shop.example, domain: shop.example }}\nroutes: {{ email: sink }}\n",
        encoding="utf-8")
    daemon = subprocess.Popen([binary, "serve", "--config", str(config)], stdout=subprocess.PIPE,
                              text=True)
    return daemon, int(daemon.stdout.readline().rsplit(":", 1)[1])


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main():
    binary = sys.argv[1]
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    rate = float(sys.argv[3]) if len(sys.argv) > 3 else 50
    socketserver.ThreadingTCPServer.daemon_threads = True
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="sluice-latency-") as folder:
        daemon, port = start_daemon(binary, pathlib.Path(folder), server.server_address[1])
        client = http.client.HTTPConnection("127.0.0.1", port)
        posted = {}

        def post(path, call):
            client.request("POST", path, json.dumps(call), {"Content-Type": "application/json"})
            answer = client.getresponse()
            answer.read()
            assert answer.status == 200, answer.status

        for n in range(events):
            post("/v1/identify", {"userId": f"p{n}", "traits": {"email": f"p{n}@shop.example"}})
        begin = time.perf_counter()
        acknowledged = []
        for n in range(events):
            time.sleep(max(0.0, begin + n / rate - time.perf_counter()))
            posted[f"p{n}"] = time.perf_counter()
            post("/v1/track", {"userId": f"p{n}", "event": "Order Placed",
                               "properties": {"order_id": f"o{n}"}})
            acknowledged.append(time.perf_counter() - posted[f"p{n}"])
        deadline = time.monotonic() + 30
        while len(arrived) < events and time.monotonic() < deadline:
            time.sleep(0.01)
        daemon.terminate()
        daemon.wait()
    assert len(arrived) == events, f"{len(arrived)} of {events} arrived"
    ms = [(arrived[p] - at) * 1000 for p, at in posted.items()]
    acks = [a * 1000 for a in acknowledged]
    print(f"HTTP event to SMTP hand-over, {events} events at {rate:.0f}/s: "
          f"p50 {percentile(ms, .5):.2f} ms, p99 {percentile(ms, .99):.2f} ms "
          f"(durable answer to the client: p50 {percentile(acks, .5):.2f} ms, "
          f"p99 {percentile(acks, .99):.2f} ms)")


if __name__ == "__main__":
    main()
