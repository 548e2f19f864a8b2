"""A small reading of C++ source: enough to measure functions and nesting and to find the
expressions that hold a co_await. It is a heuristic for code laid out by clang-format with braces
always written, not a parser; tidy_test.py pins what it must and must not see."""

import re
from dataclasses import dataclass, field

RAW_STRING = re.compile(r'R"([^()\\\s]{0,16})\(')
TOKEN = re.compile(r'[A-Za-z_]\w*|\d[\w.]*|::|->|&&|""|\'\'|\n|\S')
CONTROL = {"if", "for", "while", "switch", "do", "else", "try", "catch"}
TYPE_WORDS = {"class", "struct", "union", "enum"}
BODY_BEFORE = {")", "const", "noexcept", "override", "final", "&", "&&", "try", "mutable", "}"}
AWAITING = ("co_await", "co_yield", "co_return")


def blank(text: str) -> str:
    """Spaces of the same shape, so that line numbers survive."""
    return re.sub(r"[^\n]", " ", text)


def _end_of_quoted(text: str, start: int) -> int:
    """Index after the closing quote of the literal that opens at `start`."""
    quote = text[start]
    i = start + 1
    while i < len(text) and text[i] != quote and text[i] != "\n":
        i += 2 if text[i] == "\\" else 1
    return min(i + 1, len(text))


def _is_digit_separator(text: str, i: int) -> bool:
    return 0 < i < len(text) - 1 and text[i - 1].isalnum() and text[i + 1].isalnum() and bool(
        re.search(r"\b\d[\w']*$", text[max(0, i - 40):i]))


def strip(text: str, keep_preprocessor: bool = False) -> str:
    """The code alone: comments are blanked, string and character literals emptied."""
    out, i, n = [], 0, len(text)
    while i < n:
        c = text[i]
        raw = RAW_STRING.match(text, i) if c == "R" else None
        if text.startswith("//", i) or text.startswith("/*", i):
            end = text.find("\n", i) if text[i + 1] == "/" else text.find("*/", i + 2) + 2
            end = n if end < 2 else end
            out.append(blank(text[i:end]))
            i = end
        elif raw and not (i and (text[i - 1].isalnum() or text[i - 1] == "_")):
            end = text.find(")" + raw.group(1) + '"', raw.end())
            end = n if end < 0 else end + len(raw.group(1)) + 2
            out.append('""' + blank(text[i:end])[2:])
            i = end
        elif c == '"' or (c == "'" and not _is_digit_separator(text, i)):
            end = _end_of_quoted(text, i)
            out.append(c + " " * (end - i - 2) + c)
            i = end
        else:
            out.append(c)
            i += 1
    code = "".join(out)
    if keep_preprocessor:
        return code
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: blank(m.group(0)), code, flags=re.M)


@dataclass
class Block:
    kind: str  # namespace type function control lambda plain init paren
    line: int
    segment: list = field(default_factory=list)  # tokens of the unfinished statement inside
    segment_line: int = 0
    captures: bool = False
    awaits: bool = False


@dataclass
class Function:
    line: int
    length: int


@dataclass
class Finding:
    line: int
    text: str


@dataclass
class Scan:
    functions: list = field(default_factory=list)
    deepest: list = field(default_factory=list)  # Finding per control block that is too deep
    law: list = field(default_factory=list)      # Finding per broken coroutine rule


def _after_last_paren(segment: list) -> list:
    for i in range(len(segment) - 1, -1, -1):
        if segment[i] == ")":
            return segment[i + 1:]
    return []


def _constructor_tail(segment: list) -> bool:
    """Whether the segment is in the member initialisers of a constructor."""
    for i in range(1, len(segment)):
        if segment[i] == ":" and segment[i - 1] in (")", "noexcept"):
            return True
    return False


def _lambda_head(segment: list) -> int:
    """Index of the `[` that opens a lambda in whose head the segment ends, or -1."""
    depth = 0
    for i in range(len(segment) - 1, -1, -1):
        token = segment[i]
        if token in (")", "]"):
            depth += 1
        elif token in ("(", "["):
            depth -= 1
            before = segment[i - 1] if i else ""
            named = before == "]" or (re.match(r"\w", before) and before not in
                                      ("return", "co_return", "co_await", "case", "else"))
            if token == "[" and depth == 0 and not named and before not in (")", "["):
                return i
            if depth < 0:
                return -1
    return -1


def _kind_in_code(segment: list, last: str) -> str:
    """What a `{` opens inside a function."""
    if not segment:
        return "plain"
    if segment[0] in TYPE_WORDS:
        return "type"
    if segment[0] in CONTROL and (last == ")" or last in CONTROL or last == "constexpr"):
        return "control"
    if _lambda_head(segment) >= 0 and (
            last in (")", "]", "mutable", "noexcept") or "->" in _after_last_paren(segment)):
        return "lambda"
    return "init"


def _kind_outside(segment: list, last: str) -> str:
    """What a `{` opens at namespace or class level."""
    if not segment or segment[0] in ("namespace", "extern") or segment[:2] == ["inline", "namespace"]:
        return "namespace"
    words = [t for t in segment if t not in ("(", ")")]
    if any(t in TYPE_WORDS for t in words) and "(" not in segment and "=" not in segment:
        return "type"
    if "(" in segment and last in BODY_BEFORE:
        return "function"
    if "->" in _after_last_paren(segment) and not _constructor_tail(segment):
        return "function"
    return "init"


def _kind(stack: list, segment: list) -> str:
    top = stack[-1].kind
    last = segment[-1] if segment else ""
    if top in ("paren", "init"):
        return "lambda" if _kind_in_code(["?"] + segment, last) == "lambda" else "init"
    if top in ("namespace", "type"):
        return _kind_outside(segment, last)
    return _kind_in_code(segment, last)


class Scanner:
    def __init__(self, code: str, nesting_max: int):
        self.code = code
        self.nesting_max = nesting_max
        self.out = Scan()
        self.stack = [Block("namespace", 1)]
        self.line = 1

    def run(self) -> Scan:
        for match in TOKEN.finditer(self.code):
            token = match.group(0)
            if token == "\n":
                self.line += 1
            elif token == "{":
                self.open_brace()
            elif token in ("(", "["):
                self.push(token)
                self.stack.append(Block("paren", self.line))
            elif token in (")", "]"):
                self.close_paren(token)
            elif token == "}":
                self.close_brace()
            elif token == ";" and self.stack[-1].kind != "paren":
                self.end_statement()
            else:
                self.word(token)
        return self.out

    def push(self, token: str) -> None:
        top = self.stack[-1]
        if not top.segment:
            top.segment_line = self.line
        top.segment.append(token)

    def word(self, token: str) -> None:
        self.push(token)
        top = self.stack[-1]
        if token == ":" and top.kind not in ("paren", "init") and (
                top.segment[0] in ("case", "default", "public", "private", "protected")):
            top.segment.clear()
        if token in AWAITING:
            self.note_coroutine()

    def note_coroutine(self) -> None:
        for block in reversed(self.stack):
            if block.kind in ("lambda", "function"):
                if block.captures and not block.awaits:
                    self.out.law.append(Finding(block.line, "a capturing lambda is a coroutine"))
                block.awaits = True
                return

    def open_brace(self) -> None:
        top = self.stack[-1]
        kind = _kind(self.stack, top.segment)
        block = Block(kind, self.line)
        if kind == "lambda":
            head = _lambda_head(top.segment)
            block.captures = top.segment[head + 1:head + 2] != ["]"]
        elif kind != "init":
            self.end_statement()
        if kind == "init":
            self.push("{")
        self.stack.append(block)
        if kind == "control":
            self.check_nesting()

    def check_nesting(self) -> None:
        depth = 0
        for block in reversed(self.stack):
            if block.kind == "function":
                break
            depth += block.kind == "control"
        if depth > self.nesting_max:
            self.out.deepest.append(Finding(self.line, f"nesting {depth}"))

    def close_paren(self, token: str) -> None:
        if self.stack[-1].kind == "paren":
            inner = self.stack.pop().segment
            self.stack[-1].segment.extend(inner)
        self.push(token)

    def close_brace(self) -> None:
        while len(self.stack) > 1 and self.stack[-1].kind == "paren":
            self.stack.pop()  # unbalanced: macros; carry on
        if len(self.stack) == 1:
            return
        block = self.stack[-1]
        if block.kind == "init":
            self.stack.pop()
            self.stack[-1].segment.extend(block.segment)
            self.push("}")
            return
        self.end_statement()
        self.stack.pop()
        if block.kind == "function":
            self.out.functions.append(Function(block.line, self.line - block.line + 1))
        elif block.kind == "lambda":
            self.push("lambda_body")
        elif block.kind == "type":
            self.push("type_body")

    def end_statement(self) -> None:
        top = self.stack[-1]
        if "co_await" in top.segment:
            self.check_law(top)
        top.segment.clear()

    def check_law(self, top: Block) -> None:
        segment = top.segment
        if "{" in segment:
            self.out.law.append(
                Finding(top.segment_line, "braces in a full expression with co_await"))
        for i, token in enumerate(segment):
            if token == "lambda_body":
                head = _lambda_head(segment[:i])
                if head >= 0 and segment[head + 1] != "]":
                    self.out.law.append(Finding(
                        top.segment_line, "a capturing lambda in a full expression with co_await"))


def scan(text: str, nesting_max: int = 3) -> Scan:
    return Scanner(strip(text), nesting_max).run()
