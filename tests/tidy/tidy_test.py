#!/usr/bin/env python3
"""tidy must be able to fail: every rule is shown code that breaks it, and code that only looks so."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import cpp_scan  # noqa: E402
import tidy  # noqa: E402


def rules(path, text, exists=lambda path: False):
    return sorted({f.rule for f in tidy.check_file(path, text, exists)})


def function_of(lines, head="void f()"):
    return head + " {\n" + "    g();\n" * (lines - 2) + "}\n"


class Includes(unittest.TestCase):
    def check(self, path, include, want):
        found = rules(path, f"#include {include}\n")
        self.assertEqual(found, want, f"{path} {include}")

    def test_lower_modules_may_not_see_higher_ones(self):
        self.check("dsl/lexer.cpp", '"engine/base/clock.hpp"', ["include"])
        self.check("engine/base/log.cpp", '"engine/model/event.hpp"', ["include"])
        self.check("engine/model/event.cpp", '"engine/store/store.hpp"', ["include"])
        self.check("engine/behaviour/evaluate.cpp", '"engine/policy/gate.hpp"', ["include"])
        self.check("engine/policy/gate.cpp", '"engine/runtime/step.hpp"', ["include"])
        self.check("engine/store/sqlite.cpp", '"engine/runtime/step.hpp"', ["include"])
        self.check("engine/runtime/step.cpp", '"engine/outbox/dispatcher.hpp"', ["include"])
        self.check("engine/ingest/decode.cpp", '"engine/api/routes.hpp"', ["include"])
        self.check("engine/api/routes.cpp", '"engine/daemon/config.hpp"', ["include"])

    def test_a_connector_sees_the_seam_only(self):
        self.check("connectors/sms/twilio.cpp", '"engine/outbox/connector.hpp"', [])
        self.check("connectors/sms/twilio.cpp", '"engine/outbox/dispatcher.hpp"', ["include"])
        self.check("connectors/sms/twilio.cpp", '"engine/store/store.hpp"', ["include"])
        self.check("engine/outbox/dispatcher.cpp", '"connectors/url.hpp"', ["include"])

    def test_the_top_sees_everything(self):
        for path in ("engine/daemon/serve.cpp", "engine/cli/main.cpp", "tests/engine/x_test.cpp"):
            self.check(path, '"engine/runtime/step.hpp"', [])
            self.check(path, '"connectors/url.hpp"', [])

    def test_libraries_stay_where_they_belong(self):
        self.check("dsl/parser/grammar.cpp", "<boost/spirit/home/x3.hpp>", [])
        self.check("dsl/check/types.cpp", "<boost/spirit/home/x3.hpp>", ["include"])
        self.check("dsl/format.cpp", "<fmt/format.h>", ["include"])
        self.check("engine/base/civil_time.cpp", "<date/tz.h>", [])
        self.check("engine/runtime/wait.cpp", "<date/tz.h>", ["include"])
        self.check("tests/engine/base/x_test.cpp", "<date/tz.h>", ["include"])
        self.check("engine/store/sqlite.cpp", "<sqlite3.h>", [])
        self.check("engine/runtime/shard.cpp", "<sqlite3.h>", ["include"])
        self.check("engine/daemon/config.cpp", "<yaml-cpp/yaml.h>", [])
        self.check("engine/api/front.cpp", "<yaml-cpp/yaml.h>", ["include"])
        self.check("engine/behaviour/evaluate.cpp", "<unistd.h>", ["include"])

    def test_standard_headers_are_free(self):
        self.check("dsl/lexer.cpp", "<string_view>", [])

    def test_paths_are_written_from_the_root(self):
        self.check("dsl/lexer.cpp", '"lexer.hpp"', ["include"])
        self.check("dsl/check/types.cpp", '"../ast.hpp"', ["include"])

    def test_an_unknown_folder_needs_a_row(self):
        self.assertEqual(rules("engine/magic/x.cpp", "int x;\n"), ["layer"])

    def test_the_own_header_comes_first(self):
        text = '#include <vector>\n\n#include "dsl/lexer.hpp"\n'
        self.assertEqual(rules("dsl/lexer.cpp", text, {"dsl/lexer.hpp"}.__contains__),
                         ["own-header"])
        self.assertEqual(rules("dsl/lexer.cpp", '#include "dsl/lexer.hpp"\n#include <vector>\n',
                               {"dsl/lexer.hpp"}.__contains__), [])


class Sizes(unittest.TestCase):
    def test_files(self):
        line = "int x;\n"
        self.assertEqual(rules("dsl/a.cpp", line * 600), [])
        self.assertEqual(rules("dsl/a.cpp", line * 601), ["file-lines"])
        self.assertEqual(rules("tests/dsl/a_test.cpp", line * 1000), [])
        self.assertEqual(rules("tests/dsl/a_test.cpp", line * 1001), ["file-lines"])

    def test_functions(self):
        heads = ["void f()", "int C::f() const", "auto f(int a) -> std::vector<int>", "TEST(A, B)",
                 "C::C(int a) : a_{a}, b_(a)", "C::C() noexcept : a_{}", "bool operator==(A, B)",
                 "template <class T>\nT f(T a) noexcept(true)"]
        for head in heads:
            self.assertEqual(rules("dsl/a.cpp", function_of(70, head)), [], head)
            self.assertEqual(rules("dsl/a.cpp", function_of(71, head)), ["function-lines"], head)

    def test_methods_inside_a_class_and_a_namespace(self):
        text = "namespace a {\nclass C {\npublic:\n" + function_of(71) + "};\n}\n"
        self.assertEqual(rules("dsl/a.cpp", text), ["function-lines"])

    def test_a_long_class_or_table_is_no_function(self):
        members = "    int f() { return 1; }\n" * 100
        self.assertEqual(rules("dsl/a.cpp", "class C {\n" + members + "};\n"), [])
        table = "const std::map<A, B> kTable = {\n" + "    {A{1}, g(2)},\n" * 100 + "};\n"
        self.assertEqual(rules("dsl/a.cpp", table), [])

    def test_a_lambda_counts_towards_its_function(self):
        inner = "    auto g = [&](int x) {\n" + "        h();\n" * 70 + "    };\n"
        self.assertEqual(rules("dsl/a.cpp", "void f() {\n" + inner + "}\n"), ["function-lines"])

    def test_braces_in_text_do_not_count(self):
        body = '    s = "{{{";  // {{{\n    c = \'{\'; /* { */\n    r = R"x({ " {)x";\n' * 20
        self.assertEqual(rules("dsl/a.cpp", "void f() {\n" + body + "}\nvoid g() {\n}\n"), [])
        self.assertEqual(len(cpp_scan.scan("void f() {\n" + body + "}\nvoid g() {\n}\n").functions),
                         2)

    def test_digit_separators_are_no_quotes(self):
        text = "int a = 1'000;\nvoid f() {\n    g(2'500'000);\n}\nint b = 1'0;\n"
        self.assertEqual([f.length for f in cpp_scan.scan(text).functions], [3])


class Nesting(unittest.TestCase):
    def test_four_deep_is_too_deep(self):
        three = "for (;;) { if (a) { while (b) { c(); } } }"
        four = "for (;;) { if (a) { while (b) { if (c) { d(); } } } }"
        self.assertEqual(rules("dsl/a.cpp", f"void f() {{ {three} }}"), [])
        self.assertEqual(rules("dsl/a.cpp", f"void f() {{ {four} }}"), ["nesting"])

    def test_else_if_is_a_sibling_and_a_case_block_is_no_level(self):
        text = "void f() { if (a) { } else if (b) { } else if (c) { } else if (d) { } else { } }"
        self.assertEqual(rules("dsl/a.cpp", text), [])
        text = "void f() { switch (a) { case 1: { if (b) { for (;;) { c(); } } } } }"
        self.assertEqual(rules("dsl/a.cpp", text), [])

    def test_a_lambda_does_not_hide_depth(self):
        text = "void f() { for (;;) { g([&] { if (a) { for (;;) { if (b) { } } } }); } }"
        self.assertEqual(rules("dsl/a.cpp", text), ["nesting"])


class Words(unittest.TestCase):
    def test_using_namespace(self):
        self.assertEqual(rules("dsl/a.cpp", "using namespace std;\n"), ["using-namespace"])
        self.assertEqual(rules("dsl/a.cpp", "// using namespace is out\nusing std::string;\n"), [])

    def test_unfinished(self):
        for word in ("TODO", "FIXME", "XXX"):
            self.assertEqual(rules("dsl/a.cpp", f"// {word}: later\n"), ["unfinished"])
            self.assertEqual(rules("README.md", f"{word}\n"), ["unfinished"])
        self.assertEqual(rules("README.md", "mastodon TODOS\n"), [])

    def test_machine_paths(self):
        self.assertEqual(rules("README.md", "see /home/ana/x\n"), ["machine-path"])
        self.assertEqual(rules("scripts/a", "cd /" + "work/main\n"), ["machine-path"])
        self.assertEqual(rules("README.md", "flows/work/x and https://a.example/work/x\n"), [])

    def test_pragma_once(self):
        self.assertEqual(rules("dsl/a.hpp", "int x;\n"), ["pragma-once"])
        self.assertEqual(rules("dsl/a.hpp", "#pragma once\n"), [])

    def test_purity(self):
        text = "auto t = std::chrono::system_clock::now();\n"
        self.assertEqual(rules("engine/policy/a.cpp", text), ["pure"])
        self.assertEqual(rules("engine/api/a.cpp", text), [])


class CoroutineLaw(unittest.TestCase):
    def check(self, statement, want):
        text = f"asio::awaitable<void> C::f(int a) {{\n    {statement}\n}}\n"
        found = [f for f in tidy.check_file("connectors/a.cpp", text) if f.rule == "coroutine-law"]
        self.assertEqual(bool(found), want, statement)

    def test_braces_with_an_await_break_it(self):
        for statement in ("co_await send(Message{a, b});", "auto x = co_await g({1, 2});",
                          "Point p{co_await g()};", "co_return T{co_await g()};",
                          "if (co_await g(T{1})) { h(); }", "x = {co_await g(), 1};",
                          "for (auto y : {co_await g()}) { h(); }",
                          "co_await send(\n        Message{a,\n                b});"):
            self.check(statement, True)

    def test_capturing_lambdas_with_an_await_break_it(self):
        self.check("co_await g([this] { h(); });", True)
        self.check("co_await g([&](int x) -> int { return x; });", True)
        self.check("auto x = co_await g([x = 1]() mutable { return x; });", True)

    def test_a_capturing_lambda_may_not_be_a_coroutine(self):
        self.check("spawn([this]() -> asio::awaitable<void> { co_await g(); });", True)
        self.check("auto f = [&]() -> asio::awaitable<void> { co_return; };", True)

    def test_named_first_is_lawful(self):
        for statement in ("const Message m{a, b};\n    co_await send(m);",
                          "auto h = [&](int x) { return x; };\n    co_await g(h);",
                          "co_await g([](int x) { return x; });",
                          "if (co_await g(a)) { h(T{1}); }", "const int i = (co_await g()).size();",
                          "while (x[i] > 0) { co_await g(x[i]); }",
                          "auto [e, n] = co_await g(as_tuple);",
                          "switch (a) { case 1: { co_await g(); break; } default: h({1}); }",
                          "for (auto y : {1, 2}) { co_await g(y); }"):
            self.check(statement, False)

    def test_the_word_in_a_comment_or_text_is_no_await(self):
        self.check('log("co_await", T{1});  // co_await', False)


class AllowList(unittest.TestCase):
    LONG = tidy.Finding("function-lines", "dsl/a.cpp", 3, "80 lines", 80)

    def rules(self, findings, text, entries_max=9):
        return [f.rule for f in tidy.apply_allowed(findings, tidy.read_allowed(text), entries_max)]

    def test_an_entry_covers_up_to_its_amount(self):
        self.assertEqual(self.rules([self.LONG], "function-lines dsl/a.cpp 80\n"), [])
        self.assertEqual(self.rules([self.LONG], "function-lines dsl/b.cpp 80\n"),
                         ["function-lines", "allow-list"])
        self.assertIn("function-lines", self.rules([self.LONG], "function-lines dsl/a.cpp 79\n"))

    def test_it_only_shrinks(self):
        self.assertEqual(self.rules([self.LONG], "function-lines dsl/a.cpp 90\n"), ["allow-list"])
        self.assertEqual(self.rules([], "function-lines dsl/a.cpp 80\n"), ["allow-list"])
        self.assertEqual(self.rules([self.LONG], "function-lines dsl/a.cpp 80\n", 0),
                         ["allow-list"])


class Headers(unittest.TestCase):
    def run_on(self, root):
        script = Path(__file__).resolve().parent / "headers.py"
        return subprocess.run([sys.executable, str(script), str(root), str(root / "build")],
                              capture_output=True, text=True, check=False)

    def test_a_header_that_leans_on_another_is_found_and_success_is_remembered(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "build").mkdir()
            (root / "dsl").mkdir()
            (root / "build" / "compile_commands.json").write_text(json.dumps([{
                "file": str(root / "dsl" / "a.cpp"), "directory": str(root),
                "command": f"g++ -I{root} -std=c++20 -o a.o -c a.cpp"}]))
            (root / "dsl" / "good.hpp").write_text("#pragma once\n#include <vector>\n"
                                                   "inline std::vector<int> v;\n")
            first, second = self.run_on(root), self.run_on(root)
            self.assertEqual(first.returncode, 0, first.stdout + first.stderr)
            self.assertIn("1 compiled", first.stdout)
            self.assertIn("0 compiled", second.stdout)
            (root / "dsl" / "bad.hpp").write_text("#pragma once\ninline std::vector<int> v;\n")
            third = self.run_on(root)
            self.assertEqual(third.returncode, 1)
            self.assertIn("dsl/bad.hpp does not compile alone", third.stdout)
            (root / "dsl" / "good.hpp").write_text('#pragma once\n#include "dsl/bad.hpp"\n')
            self.assertIn("2 failed", self.run_on(root).stdout)


if __name__ == "__main__":
    unittest.main()
