// The two printed forms of a diagnostic: prose with a snippet for people, one JSON object a line
// for editors and pipelines.
#include "dsl/diagnostic.hpp"

#include "dsl/json_text.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace sluice::dsl {

namespace {

constexpr std::size_t kTitleWidth = 80;
constexpr std::size_t kSnippetWidth = 160;

std::string_view title_of(std::string_view code) {
    for (const CodeInfo& info : code_catalogue()) {
        if (info.code == code) {
            return info.title;
        }
    }
    return "PROBLEM";
}

/// The text as it is safe to print on a terminal: control characters become spaces, broken UTF-8
/// the replacement character. One printed column for each character that went in.
std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8_length(text, i);
        if (length == 0) {
            out += "\xEF\xBF\xBD";
            ++i;
            continue;
        }
        const auto c = static_cast<unsigned char>(text[i]);
        out += c < 0x20 || c == 0x7F ? std::string_view(" ") : text.substr(i, length);
        i += length;
    }
    return out;
}

std::size_t columns(std::string_view text) {
    const std::string shown = printable(text);
    return static_cast<std::size_t>(std::ranges::count_if(
        shown, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

struct Mark {
    Span span;
    char sign = '-';
    std::string text;
};

/// The part of a source line that is printed; `from` bytes of the line stand before it.
struct Shown {
    std::string_view text;
    std::size_t from = 0;
};

/// Long lines are cut to a window that begins a little before the place in question.
Shown window_of(std::string_view line, std::uint32_t column) {
    constexpr std::size_t kBefore = 60;
    if (line.size() <= kSnippetWidth || column <= kBefore) {
        return {line.substr(0, kSnippetWidth), 0};
    }
    std::size_t from = std::min<std::size_t>(column - kBefore, line.size());
    while (from > 0 && from < line.size() &&
           (static_cast<unsigned char>(line[from]) & 0xC0U) == 0x80U) {
        --from;
    }
    return {line.substr(from, kSnippetWidth), from};
}

/// Underline of one mark: the spaces before it and its signs, counted in characters.
std::pair<std::size_t, std::size_t> place(const Mark& mark, const Shown& shown) {
    const std::string_view line = shown.text;
    const std::size_t column = mark.span.column - 1;
    const std::size_t begin = std::min(column - std::min(column, shown.from), line.size());
    const std::size_t length = std::min<std::size_t>(mark.span.length, line.size() - begin);
    return {columns(line.substr(0, begin)),
            std::max<std::size_t>(1, columns(line.substr(begin, length)))};
}

std::string underline(const std::vector<const Mark*>& row, const Shown& line) {
    std::string out;
    for (const Mark* mark : row) {
        const auto [begin, length] = place(*mark, line);
        if (out.size() < begin) {
            out.append(begin - out.size(), ' ');
        }
        if (out.size() < begin + length) {
            out.append(begin + length - out.size(), mark->sign);
        }
    }
    if (!row.empty() && !row.back()->text.empty()) {
        out += " " + row.back()->text;
    }
    return out;
}

/// Marks of one line share a row unless a text would be cut off by a mark to its right.
std::vector<std::vector<const Mark*>> rows_of(const std::vector<const Mark*>& marks) {
    std::vector<std::vector<const Mark*>> rows;
    for (const Mark* mark : marks) {
        const bool open = !rows.empty() && rows.back().back()->text.empty();
        if (!open) {
            rows.emplace_back();
        }
        rows.back().push_back(mark);
    }
    return rows;
}

std::vector<Mark> marks_of(const Diagnostic& diagnostic) {
    std::vector<Mark> marks{{diagnostic.span, '^', {}}};
    for (const Label& label : diagnostic.labels) {
        if (label.span == diagnostic.span) {
            marks.front().text = label.text;
        } else if (label.span.line != 0) {
            marks.push_back({label.span, '-', label.text});
        }
    }
    std::ranges::stable_sort(marks, {}, [](const Mark& mark) { return mark.span.offset; });
    return marks;
}

std::string snippet(const Diagnostic& diagnostic, const SourceSet& sources) {
    const std::vector<Mark> marks = marks_of(diagnostic);
    // The file of the diagnostic comes first, other files after it under their own name.
    std::map<std::tuple<bool, std::uint32_t, std::uint32_t>, std::vector<const Mark*>> lines;
    std::size_t width = 0;
    for (const Mark& mark : marks) {
        const bool elsewhere = mark.span.file != diagnostic.span.file;
        lines[{elsewhere, mark.span.file, mark.span.line}].push_back(&mark);
        width = std::max(width, std::to_string(mark.span.line).size());
    }
    std::string out;
    std::uint32_t file = diagnostic.span.file;
    for (const auto& [where, on_line] : lines) {
        if (std::get<1>(where) != file) {
            file = std::get<1>(where);
            out += "in " + sources.files[file].path + ":\n";
        }
        const std::string number = std::to_string(std::get<2>(where));
        const std::string_view line = sources.line(on_line.front()->span);
        const Shown shown = window_of(line, on_line.front()->span.column);
        out +=
            std::string(width - number.size(), ' ') + number + " | " + printable(shown.text) + "\n";
        for (const auto& row : rows_of(on_line)) {
            out += std::string(width, ' ') + " | " + underline(row, shown) + "\n";
        }
    }
    return out;
}

/// The first line of the fix applied: what the author may paste over the line.
std::string fixed_line(const Fix& fix, const SourceSet& sources) {
    std::string line(sources.line(fix.span));
    const std::size_t begin = std::min<std::size_t>(fix.span.column - 1, line.size());
    const std::size_t length = std::min<std::size_t>(fix.span.length, line.size() - begin);
    line.replace(begin, length, fix.replacement);
    const std::size_t first = line.find_first_not_of(" \t");
    return first == std::string::npos ? std::string() : printable(line.substr(first));
}

std::string path_of(const Span& span, const SourceSet& sources) {
    return span.file < sources.files.size() ? sources.files[span.file].path : std::string();
}

/// Column behind the span, on the line it begins on.
std::uint32_t end_column(const Span& span, const SourceSet& sources) {
    const auto line = static_cast<std::uint32_t>(sources.line(span).size());
    return std::max(span.column, std::min(span.column + span.length, line + 1));
}

std::string json_place(const Span& span, const SourceSet& sources) {
    return "\"file\":" + json_text(path_of(span, sources)) +
           ",\"line\":" + std::to_string(span.line) + ",\"column\":" + std::to_string(span.column) +
           ",\"end_column\":" + std::to_string(end_column(span, sources));
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const SourceSet& sources) {
    const std::string head = "-- " + std::string(title_of(diagnostic.code)) + " ";
    std::string where = path_of(diagnostic.span, sources);
    if (diagnostic.span.line != 0) {
        where += ":" + std::to_string(diagnostic.span.line) + ":" +
                 std::to_string(diagnostic.span.column);
    }
    const std::string tail = " " + where + "  " + diagnostic.code;
    const std::size_t used = columns(head) + columns(tail);
    std::string out = head + std::string(kTitleWidth > used + 2 ? kTitleWidth - used : 2, '-');
    out += printable(tail) + "\n" + diagnostic.message + "\n";
    if (diagnostic.span.line != 0 && diagnostic.span.file < sources.files.size()) {
        out += snippet(diagnostic, sources);
    }
    if (!diagnostic.help.empty()) {
        out += diagnostic.help + "\n";
    }
    if (diagnostic.fix && diagnostic.fix->span.line != 0) {
        out += "Fix: " + fixed_line(*diagnostic.fix, sources) + "\n";
    }
    return out;
}

std::string render_json(const Diagnostic& diagnostic, const SourceSet& sources) {
    std::string out = "{\"code\":" + json_text(diagnostic.code) + ",\"severity\":";
    out += diagnostic.severity == Severity::error ? "\"error\"" : "\"warning\"";
    out += ",\"title\":" + json_text(title_of(diagnostic.code)) + ",";
    out += json_place(diagnostic.span, sources) + ",\"message\":" + json_text(diagnostic.message);
    out += ",\"help\":" + json_text(diagnostic.help) + ",\"labels\":[";
    for (const Label& label : diagnostic.labels) {
        out += (&label == diagnostic.labels.data() ? "{" : ",{") + json_place(label.span, sources);
        out += ",\"text\":" + json_text(label.text) + "}";
    }
    out += "],\"fix\":";
    if (!diagnostic.fix) {
        return out + "null}";
    }
    out += "{" + json_place(diagnostic.fix->span, sources);
    return out + ",\"replacement\":" + json_text(diagnostic.fix->replacement) + "}}";
}

}  // namespace sluice::dsl
