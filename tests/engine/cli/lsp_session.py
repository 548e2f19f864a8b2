#!/usr/bin/env python3
"""The language server as an editor meets it: lsp_session.py SLUICE"""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from lsp_client import (Client, applied, check_location, check_range, offset_of,  # noqa: E402
                        position_behind, position_of, text_in)

ROOT = Path(__file__).resolve().parents[3]
SLUICE = ""
CART = "shop/11-abandoned-cart.flow"
MESSAGES = "shop/03-messages.flow"
CART_TESTS = "shop/tests/11-abandoned-cart.flow"


class Session(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name).resolve()
        shutil.copytree(ROOT / "tests/data/shop", self.root / "shop")
        self.client = Client(SLUICE, self.root)
        self.addCleanup(self.client.close)
        self.version = 1

    def about(self, name, **more):
        return {"textDocument": {"uri": self.client.uri(name)}, **more}

    def at(self, name, text, words, **more):
        return self.about(name, position=position_behind(text, words), **more)

    def change(self, name, *changes):
        self.version += 1
        self.client.notify("textDocument/didChange", {
            "textDocument": {"uri": self.client.uri(name), "version": self.version},
            "contentChanges": list(changes)})
        return self.client.diagnostics(self.client.uri(name), self.version)

    def start(self, name=CART):
        self.capabilities = self.client.initialize()["capabilities"]
        text = self.client.open(name)
        self.assertEqual(self.client.diagnostics(self.client.uri(name)), [])
        return text


class WholeSession(Session):
    def test_typo_fix_and_everything_else(self):
        text = self.start()
        self.assertEqual(self.capabilities["textDocumentSync"]["change"], 2)
        broken, found = self.make_typo(text)
        self.fix_typo(text, broken, found)
        self.complete(text)
        self.look(text)
        self.rename(text)
        self.lay_out(text)
        self.outline(text)
        self.assertEqual(self.client.finish(), 0)

    def make_typo(self, text):
        at = position_behind(text, "send email Cart Re")
        broken = text.replace("send email Cart Reminder", "send email Cart Rexminder", 1)
        found = self.change(CART, {"range": {"start": at, "end": at}, "text": "x"})
        self.assertEqual([one["code"] for one in found], ["E202"])
        self.assertEqual(text_in(broken, found[0]["range"]), "Cart Rexminder")
        self.assertIn("Did you mean `Cart Reminder`", found[0]["message"])
        return broken, found

    def fix_typo(self, text, broken, found):
        actions = self.client.ask("textDocument/codeAction", self.about(
            CART, range=found[0]["range"], context={"diagnostics": found}))
        self.assertEqual([one["title"] for one in actions],
                         ["Change to `Cart Reminder`", "Declare the message `Cart Rexminder`"])
        self.assertEqual([one["isPreferred"] for one in actions], [True, False])
        change = actions[0]["edit"]["documentChanges"][0]
        self.assertEqual(change["textDocument"],
                         {"uri": self.client.uri(CART), "version": self.version})
        self.assertEqual(applied(broken, change["edits"]), text)
        self.assertEqual(actions[1]["edit"]["documentChanges"][0]["textDocument"],
                         {"uri": self.client.uri(MESSAGES), "version": None})
        edit = change["edits"][0]
        self.assertEqual(
            self.change(CART, {"range": edit["range"], "text": edit["newText"]}), [])

    def complete(self, text):
        result = self.client.ask("textDocument/completion", self.at(CART, text, "if cart."))
        self.assertFalse(result["isIncomplete"])
        labels = {item["label"]: item for item in result["items"]}
        self.assertEqual(set(labels), {"cart_id", "total", "items", "url"})
        self.assertEqual(labels["total"]["detail"], "money")
        result = self.client.ask("textDocument/completion", self.at(CART, text, "send email Ca"))
        found = [item for item in result["items"] if item["label"] == "Cart Questions"][0]
        self.assertEqual(text_in(text, found["textEdit"]["range"]), "Ca")
        result = self.client.ask("textDocument/completion", self.about(
            CART, position=position_of(text, text.index("  wait up to 22"))))
        snippets = [item for item in result["items"] if item["kind"] == 15]
        self.assertTrue(snippets)
        for item in result["items"]:
            check_range(item["textEdit"]["range"])
            self.assertEqual(item.get("insertTextFormat") == 2, item["kind"] == 15)

    def look(self, text):
        hover = self.client.ask("textDocument/hover", self.at(CART, text, "send email Cart Re"))
        self.assertEqual(hover["contents"]["kind"], "markdown")
        self.assertIn("message Cart Reminder {", hover["contents"]["value"])
        self.assertEqual(text_in(text, hover["range"]), "Cart Reminder")
        hover = self.client.ask("textDocument/hover", self.at(CART, text, "priori"))
        self.assertIn("goes first", hover["contents"]["value"])
        places = self.client.ask("textDocument/definition",
                                 self.at(CART, text, "send email Cart Re"))
        self.assertEqual([one["uri"] for one in places], [self.client.uri(MESSAGES)])
        check_location(places[0])
        messages = (self.root / MESSAGES).read_text()
        self.assertEqual(text_in(messages, places[0]["range"]), "Cart Reminder")
        uses = self.client.ask("textDocument/references", self.at(
            CART, text, "send email Cart Re", context={"includeDeclaration": True}))
        self.assertEqual(len(uses), 12)
        own = [one for one in uses if one["uri"] == self.client.uri(CART)]
        self.assertEqual({text_in(text, one["range"]) for one in own}, {"Cart Reminder"})

    def rename(self, text):
        spot = self.at(CART, text, "send email Cart Re")
        prepared = self.client.ask("textDocument/prepareRename", spot)
        self.assertEqual(prepared["placeholder"], "Cart Reminder")
        self.assertEqual(text_in(text, prepared["range"]), "Cart Reminder")
        edit = self.client.ask("textDocument/rename", {**spot, "newName": "7 hours later"})
        changed = {one["textDocument"]["uri"]: one["edits"] for one in edit["documentChanges"]}
        self.assertEqual(set(changed), {self.client.uri(CART), self.client.uri(MESSAGES),
                                        self.client.uri(CART_TESTS)})
        after = applied(text, changed[self.client.uri(CART)])
        self.assertIn('send email "7 hours later" with cart', after)
        self.assertEqual(self.change(CART, {"text": after})[0]["code"], "E202")
        self.assertEqual(self.change(CART, {"text": text}), [])
        error = self.client.ask("textDocument/rename", {**spot, "newName": "Order Thanks"}, True)
        self.assertIn("already a message", error["message"])
        self.assertIsNone(self.client.ask("textDocument/prepareRename",
                                          self.at(CART, text, "priori")))

    def lay_out(self, text):
        ask = {"options": {"tabSize": 2, "insertSpaces": True}}
        self.assertEqual(self.client.ask("textDocument/formatting", self.about(CART, **ask)), [])
        ugly = text.replace("  wait 1 hour\n", "  wait   1 hours\n", 1)
        self.change(CART, {"text": ugly})
        edits = self.client.ask("textDocument/formatting", self.about(CART, **ask))
        self.assertEqual(len(edits), 1)
        self.assertEqual(text_in(ugly, edits[0]["range"]), "  wait   1 hours\n")
        self.assertEqual(applied(ugly, edits), text)
        typed = self.client.ask("textDocument/onTypeFormatting", self.about(
            CART, ch="}", position={"line": 0, "character": 0}, **ask))
        self.assertEqual(typed, edits)
        self.assertEqual(self.change(CART, {"text": text}), [])

    def outline(self, text):
        symbols = self.client.ask("textDocument/documentSymbol", self.about(CART))
        self.assertEqual([one["name"] for one in symbols],
                         ["Abandoned Cart", "buys during the first wait",
                          "never opens: a text message follows"])
        for one in symbols + symbols[0]["children"]:
            check_range(one["range"])
            self.assertIn(text_in(text, one["selectionRange"]), text_in(text, one["range"]))
        folds = self.client.ask("textDocument/foldingRange", self.about(CART))
        self.assertGreater(len(folds), 4)
        self.assertTrue(all(one["startLine"] < one["endLine"] for one in folds))
        self.check_tokens(text)
        lenses = self.client.ask("textDocument/codeLens", self.about(CART))
        self.assertEqual([one["command"]["title"] for one in lenses],
                         ["Run 14 tests", "Show graph"])
        for one in lenses:
            self.assertEqual(text_in(text, one["range"]), "Abandoned Cart")
            self.assertEqual(one["command"]["arguments"],
                             [self.client.uri(CART), "Abandoned Cart"])
        self.run_lenses(lenses)

    def check_tokens(self, text):
        data = self.client.ask("textDocument/semanticTokens/full", self.about(CART))["data"]
        legend = self.capabilities["semanticTokensProvider"]["legend"]["tokenTypes"]
        line = character = 0
        kinds = {}
        lines = text.split("\n")
        for at in range(0, len(data), 5):
            character = data[at + 1] + (character if data[at] == 0 else 0)
            line += data[at]
            self.assertLess(data[at + 3], len(legend))
            word = lines[line][character:character + data[at + 2]]
            kinds.setdefault(legend[data[at + 3]], set()).add(word)
        self.assertIn("send", kinds["keyword"])
        self.assertIn("Cart Reminder", kinds["class"])
        self.assertIn("cart_id", kinds["property"])
        self.assertIn("hours", kinds["enumMember"])

    def run_lenses(self, lenses):
        for lens in lenses:
            result = self.client.ask("workspace/executeCommand", {
                "command": lens["command"]["command"],
                "arguments": lens["command"]["arguments"]})
            if lens["command"]["command"] == "sluice.runTests":
                self.assertEqual((result["passed"], result["failed"]), (14, 0))
                self.assertEqual(len(result["tests"]), 14)
                check_location({"uri": result["tests"][0]["uri"],
                                "range": lens["range"]})
            else:
                self.assertTrue(result["svg"].startswith("<svg"), result["svg"][:40])
                self.assertIn("Cart Reminder", result["text"])


class Details(Session):
    def test_links_lead_to_bodies(self):
        text = self.start(MESSAGES)
        links = self.client.ask("textDocument/documentLink", self.about(MESSAGES))
        self.assertGreater(len(links), 20)
        for link in links:
            self.assertTrue((self.root / "shop" / text_in(text, link["range"])).exists())
            self.assertEqual(link["target"],
                             self.client.uri("shop/" + text_in(text, link["range"])))

    def test_positions_are_utf16(self):
        name = "shop/zz.flow"
        text = 'segment "é😀" when any Order Placed  # 😀😀\nsegment B when customer is in "é😀"\n'
        self.client.initialize()
        self.client.open(name, text)
        self.assertEqual(self.client.diagnostics(self.client.uri(name)), [])
        found = self.client.ask("textDocument/definition", self.at(name, text, 'in "é😀'))
        self.assertEqual(found[0]["range"], {"start": {"line": 0, "character": 8},
                                             "end": {"line": 0, "character": 13}})
        at = position_behind(text, "any Order Placed")
        self.assertEqual(at["character"], 35)
        found = self.change(name, {"range": {"start": at, "end": at}, "text": "é"})
        self.assertEqual(text_in(text.replace("Placed", "Placedé", 1), found[0]["range"]),
                         "Order Placedé")

    def test_a_change_in_one_file_is_seen_in_the_others(self):
        text = self.start()
        messages = self.client.open(MESSAGES)
        self.client.diagnostics(self.client.uri(MESSAGES), 1)
        self.assertEqual(self.client.diagnostics(self.client.uri(CART)), [])
        self.client.notify("textDocument/didChange", {
            "textDocument": {"uri": self.client.uri(MESSAGES), "version": 2},
            "contentChanges": [{"text": messages.replace("message Cart Nudge",
                                                         "message Parting Words", 1)}]})
        found = self.client.diagnostics(self.client.uri(CART))
        self.assertEqual({one["code"] for one in found}, {"E202"})
        self.assertEqual(text_in(text, found[0]["range"]), "Cart Nudge")
        self.client.notify("textDocument/didClose", self.about(MESSAGES))
        self.assertEqual(self.client.diagnostics(self.client.uri(CART)), [])

    def test_files_on_disk_are_read_again(self):
        text = self.start()
        path = self.root / MESSAGES
        path.write_text(path.read_text().replace("message Cart Nudge", "message Parting Words"))
        self.client.notify("workspace/didChangeWatchedFiles", {
            "changes": [{"uri": path.as_uri(), "type": 2}]})
        found = self.client.diagnostics(self.client.uri(CART))
        self.assertEqual(text_in(text, found[0]["range"]), "Cart Nudge")

    def test_other_folders_are_other_projects(self):
        (self.root / "other").mkdir()
        self.start()
        self.client.open("other/a.flow", "flow F {\n  send email Cart Reminder\n}\n")
        found = self.client.diagnostics(self.client.uri("other/a.flow"))
        self.assertIn("E202", {one["code"] for one in found})
        self.client.notify("textDocument/didClose", self.about("other/a.flow"))
        self.assertEqual(self.client.diagnostics(self.client.uri("other/a.flow")), [])

    def test_a_document_that_is_no_file(self):
        self.client.initialize()
        uri = "untitled:Untitled-1"
        self.client.notify("textDocument/didOpen", {"textDocument": {
            "uri": uri, "languageId": "flow", "version": 1, "text": "segment S when any Sodl\n"}})
        self.assertEqual([one["code"] for one in self.client.diagnostics(uri)], ["E201"])
        self.client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        self.assertEqual(self.client.diagnostics(uri), [])
        self.assertEqual(self.client.finish(), 0)

    def test_related_places_are_told(self):
        self.client.initialize()
        self.client.open("a/a.flow", "event Sold\nevent Sold\n")
        found = self.client.diagnostics(self.client.uri("a/a.flow"))
        self.assertEqual(found[0]["code"], "E205")
        self.assertEqual(found[0]["relatedInformation"][0]["location"]["range"]["start"],
                         {"line": 0, "character": 6})

    def test_a_new_folder_of_the_workspace(self):
        self.start()
        folder = self.root / "late"
        folder.mkdir()
        self.client.notify("workspace/didChangeWorkspaceFolders", {"event": {
            "added": [{"uri": folder.as_uri(), "name": "late"}], "removed": []}})
        self.client.open("late/a.flow", "event Sold\n")
        self.assertEqual(self.client.diagnostics(self.client.uri("late/a.flow")), [])


class BadInput(Session):
    def test_what_cannot_be_read_gets_an_error_and_the_session_goes_on(self):
        text = self.start()
        self.client.raw(self.client.frame(b"{nonsense"))
        self.assertEqual(self.unasked()["error"]["code"], -32700)
        self.client.raw(self.client.frame(b"42"))
        self.assertEqual(self.unasked()["error"]["code"], -32600)
        self.client.raw(self.client.frame(b'{"jsonrpc": "2.0", "id": 900}'))
        self.client.raw(self.client.frame(b'{"jsonrpc": "2.0", "id": 901, "method": 5}'))
        self.assertEqual(self.client.answer(901, True)["code"], -32600)
        self.client.raw(b"Content-Length: many\r\n\r\n")
        self.assertEqual(self.unasked()["error"]["code"], -32700)
        self.client.raw(b"Some-Header: 1\r\n\r\n")
        self.assertEqual(self.unasked()["error"]["code"], -32700)
        deep = b"[" * 5000 + b"]" * 5000
        self.client.raw(self.client.frame(deep))
        self.assertEqual(self.unasked()["error"]["code"], -32700)
        self.assertIsNotNone(self.client.ask("textDocument/hover", self.at(CART, text, "priori")))
        self.assertEqual(self.client.finish(), 0)

    def unasked(self):
        return self.client.next_notice(lambda message: "error" in message)

    def test_requests_that_make_no_sense(self):
        ask = self.client.ask
        self.assertEqual(ask("textDocument/hover", {}, True)["code"], -32002)
        self.start()
        self.assertEqual(ask("initialize", {}, True)["code"], -32600)
        self.assertEqual(ask("textDocument/noSuchThing", {}, True)["code"], -32601)
        self.assertEqual(ask("$/noSuchThing", {}, True)["code"], -32601)
        for method in ("completion", "hover", "definition", "references", "prepareRename",
                       "rename", "codeAction"):
            for params in (None, [], {}, {"textDocument": 5}, self.about("shop/none.flow"),
                           self.about(CART), self.about(CART, position={"line": -1}),
                           self.about(CART, position={"line": "x", "character": 0})):
                self.assertEqual(ask("textDocument/" + method, params, True)["code"], -32602)
        self.assertEqual(ask("workspace/executeCommand", {"command": "x"}, True)["code"], -32602)
        self.assertEqual(ask("workspace/executeCommand", {
            "command": "sluice.showGraph", "arguments": [self.client.uri(CART), "No Such"]},
            True)["code"], -32803)

    def test_notices_that_make_no_sense_are_passed_over(self):
        text = self.start()
        uri = self.client.uri(CART)
        for params in (None, {}, {"textDocument": {"uri": uri}},
                       {"textDocument": {"uri": "file:///none"}, "contentChanges": []},
                       {"textDocument": {"uri": uri}, "contentChanges": [{"range": 5, "text": ""}]},
                       {"textDocument": {"uri": uri}, "contentChanges": [5]}):
            for name in ("didOpen", "didChange", "didClose"):
                if name != "didClose" or params in (None, {}):
                    self.client.notify("textDocument/" + name, params)
        self.client.notify("no/such/notice", {})
        far = {"line": 9999, "character": 9999}
        self.assertIsNone(self.client.ask("textDocument/hover", self.about(CART, position=far)))
        after = self.change(CART, {"range": {"start": far, "end": far}, "text": "event New One\n"})
        self.assertEqual(after, [])
        found = self.client.ask("textDocument/documentSymbol", self.about(CART))
        self.assertEqual(found[-1]["name"], "New One")
        self.assertEqual(offset_of(text, position_of(text, len(text))), len(text))

    def test_a_cancelled_request_is_answered(self):
        text = self.start()
        hover = {"jsonrpc": "2.0", "method": "textDocument/hover",
                 "params": self.at(CART, text, "priori")}
        burst = [{**hover, "id": "first"}, {**hover, "id": "second"},
                 {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "second"}},
                 {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": "never asked"}}]
        self.client.raw(b"".join(self.client.frame(json.dumps(one).encode()) for one in burst))
        self.assertIsNotNone(self.client.answer("first"))
        self.assertEqual(self.client.answer("second", True)["code"], -32800)

    def test_after_shutdown_nothing_is_done(self):
        self.start()
        self.assertIsNone(self.client.ask("shutdown", None))
        self.assertEqual(self.client.ask("textDocument/hover", {}, True)["code"], -32600)
        self.client.notify("exit", None)
        self.assertEqual(self.client.process.wait(30), 0)

    def test_an_end_without_shutdown_is_no_success(self):
        self.start()
        self.client.notify("exit", None)
        self.assertEqual(self.client.process.wait(30), 1)
        ran = subprocess.run([SLUICE, "lsp", "--stdio"], input=b"", capture_output=True,
                             check=False, timeout=30)
        self.assertEqual((ran.returncode, ran.stdout), (1, b""))


if __name__ == "__main__":
    SLUICE = sys.argv.pop(1)
    unittest.main()
