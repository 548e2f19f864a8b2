"""A scripted editor: speaks LSP with `sluice lsp` and checks the shape of every answer."""

import json
import queue
import subprocess
import threading
from pathlib import Path

DEADLINE_S = 30


class Client:
    def __init__(self, sluice, root):
        command = sluice if isinstance(sluice, list) else [sluice, "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.root = Path(root)
        self.incoming = queue.Queue()
        self.noticed = []
        self.answers = {}
        self.last_id = 0
        self.reader = threading.Thread(target=self.read_all, daemon=True)
        self.reader.start()

    def read_all(self):
        out = self.process.stdout
        while True:
            length = None
            while True:
                line = out.readline()
                if not line:
                    self.incoming.put(None)
                    return
                if line == b"\r\n":
                    break
                name, _, value = line.decode("ascii").partition(":")
                assert name == "Content-Length", f"not the protocol: {line!r}"
                length = int(value)
            self.incoming.put(json.loads(out.read(length)))

    def raw(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def frame(self, content):
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        return b"Content-Length: %d\r\n\r\n" % len(content) + content

    def send(self, message):
        self.raw(self.frame({"jsonrpc": "2.0", **message}))

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def take_one(self):
        message = self.incoming.get(timeout=DEADLINE_S)
        assert message is not None, "the server is gone: " + self.process.stderr.read().decode()
        assert message["jsonrpc"] == "2.0", message
        if "method" in message:
            assert "id" not in message, f"the server asks nothing: {message}"
            self.noticed.append(message)
        else:
            assert ("result" in message) != ("error" in message), message
            assert message["id"] not in self.answers, f"answered twice: {message}"
            if message["id"] is None:
                self.noticed.append(message)
            else:
                self.answers[message["id"]] = message

    def ask(self, method, params, fails=False):
        self.last_id += 1
        asked = self.last_id
        self.send({"id": asked, "method": method, "params": params})
        return self.answer(asked, fails)

    def answer(self, asked, fails=False):
        while asked not in self.answers:
            self.take_one()
        message = self.answers[asked]
        if fails:
            assert isinstance(message["error"]["code"], int), message
            assert message["error"]["message"], message
            return message["error"]
        assert "error" not in message, message
        return message["result"]

    def next_notice(self, fits):
        """The first notice from now on, or already here, that fits; those before it are dropped."""
        while True:
            while self.noticed:
                message = self.noticed.pop(0)
                if fits(message):
                    return message
            self.take_one()

    def diagnostics(self, uri, version=None):
        def fits(message):
            params = message.get("params", {})
            return (message.get("method") == "textDocument/publishDiagnostics"
                    and params["uri"] == uri and (version is None or params["version"] == version))
        found = self.next_notice(fits)["params"]["diagnostics"]
        for one in found:
            check_range(one["range"])
            assert one["severity"] in (1, 2) and one["source"] == "sluice" and one["message"]
            assert one["code"][0] in "EW" and one["code"][1:].isdigit()
            for related in one.get("relatedInformation", []):
                check_location(related["location"])
                assert related["message"]
        return found

    def initialize(self):
        result = self.ask("initialize", {
            "processId": None, "rootUri": self.root.as_uri(), "capabilities": {},
            "workspaceFolders": [{"uri": self.root.as_uri(), "name": "work"}]})
        self.notify("initialized", {})
        return result

    def uri(self, name):
        return (self.root / name).as_uri()

    def open(self, name, text=None):
        text = (self.root / name).read_bytes().decode() if text is None else text
        self.notify("textDocument/didOpen", {"textDocument": {
            "uri": self.uri(name), "languageId": "flow", "version": 1, "text": text}})
        return text

    def finish(self):
        assert self.ask("shutdown", None) is None
        self.notify("exit", None)
        return self.process.wait(DEADLINE_S)

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE_S)
        self.reader.join(DEADLINE_S)
        self.process.stdout.close()
        self.process.stderr.close()


def check_position(value):
    assert isinstance(value["line"], int) and value["line"] >= 0, value
    assert isinstance(value["character"], int) and value["character"] >= 0, value


def check_range(value):
    check_position(value["start"])
    check_position(value["end"])
    start, end = value["start"], value["end"]
    assert (start["line"], start["character"]) <= (end["line"], end["character"]), value


def check_location(value):
    assert value["uri"].startswith("file:///"), value
    check_range(value["range"])


def offset_of(text, position):
    """LSP counts UTF-16 units."""
    lines = text.split("\n")
    units = lines[position["line"]].encode("utf-16-le")[:2 * position["character"]]
    before = sum(len(line) + 1 for line in lines[:position["line"]])
    return before + len(units.decode("utf-16-le"))


def position_of(text, offset):
    before = text[:offset]
    line = before.count("\n")
    column = before[before.rfind("\n") + 1:]
    return {"line": line, "character": len(column.encode("utf-16-le")) // 2}


def position_behind(text, words):
    return position_of(text, text.index(words) + len(words))


def text_in(text, span):
    return text[offset_of(text, span["start"]):offset_of(text, span["end"])]


def applied(text, edits):
    for edit in sorted(edits, key=lambda one: offset_of(text, one["range"]["start"]), reverse=True):
        check_range(edit["range"])
        start = offset_of(text, edit["range"]["start"])
        end = offset_of(text, edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
