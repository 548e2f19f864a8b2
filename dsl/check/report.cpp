#include "dsl/check/report.hpp"

#include "dsl/json_text.hpp"
#include "dsl/words.hpp"

#include <algorithm>
#include <iterator>

namespace sluice::dsl {
namespace {

/// Fixes make place for other fixes; two that undo each other must not go on forever.
constexpr int kRoundsMax = 50;
constexpr std::size_t kBytesWidth = 8;

std::size_t bytes_of(const CompileResult& compiled) {
    std::size_t sum = 0;
    for (const FileMemory& file : compiled.memory) {
        sum += file.bytes;
    }
    return sum;
}

/// A number of bytes, right-aligned, and what it is about.
std::string bytes_line(std::size_t bytes, std::string_view about) {
    const std::string number = std::to_string(bytes);
    const std::size_t indent = kBytesWidth - std::min(kBytesWidth, number.size());
    return std::string(indent, ' ') + number + " bytes  " + std::string(about) + "\n";
}

std::string one_line(std::string_view text) {
    std::string out(text);
    for (std::size_t at = out.find('\n'); at != std::string::npos; at = out.find('\n', at)) {
        out.replace(at, 1, "\\n");
    }
    return out;
}

std::string member(std::string_view name, std::size_t value) {
    return ",\"" + std::string(name) + "\":" + std::to_string(value);
}

/// `a/./b//c/../d` as `a/b/d`. A path that leaves the project keeps its leading `..`.
std::string normal_path(std::string_view path) {
    const bool absolute = path.starts_with('/');
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view part = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (part.empty() || part == ".") {
            continue;
        }
        if (part == ".." && !parts.empty() && parts.back() != "..") {
            parts.pop_back();
        } else if (part != ".." || !absolute) {
            parts.push_back(part);
        }
    }
    std::string out = absolute ? "/" : "";
    for (const std::string_view part : parts) {
        out += out.empty() || out.back() == '/' ? "" : "/";
        out += part;
    }
    return out;
}

}  // namespace

std::string findings_text(const SourceSet& sources, const CompileResult& compiled) {
    std::string out;
    for (const Diagnostic& diagnostic : compiled.diagnostics) {
        out += render_text(diagnostic, sources) + "\n";
    }
    return out;
}

std::string findings_json(const SourceSet& sources, const CompileResult& compiled) {
    std::string out;
    for (const Diagnostic& diagnostic : compiled.diagnostics) {
        out += render_json(diagnostic, sources) + "\n";
    }
    return out;
}

std::string summary_text(const SourceSet& sources, const CompileResult& compiled,
                         SummaryDetail detail) {
    if (!compiled.program) {
        return {};
    }
    std::string out;
    if (detail == SummaryDetail::with_memory) {
        out += "What conditions over the past remember of each customer, about:\n";
        for (const FileMemory& file : compiled.memory) {
            out += bytes_line(file.bytes, file.path);
        }
        out += bytes_line(bytes_of(compiled), "in all");
    }
    const Program& program = *compiled.program;
    return out + counted(sources.files.size(), "file") + ", " +
           counted(program.flows.size(), "flow") + ", " +
           counted(program.messages.size(), "message") + ", " +
           counted(program.tests.size(), "test") + ": no errors, " +
           counted(compiled.diagnostics.size(), "warning") + "\n";
}

std::string summary_json(const SourceSet& sources, const CompileResult& compiled) {
    const auto& found = compiled.diagnostics;
    const auto errors =
        static_cast<std::size_t>(std::ranges::count(found, Severity::error, &Diagnostic::severity));
    std::string out = "{\"summary\":{\"files\":" + std::to_string(sources.files.size());
    out += member("errors", errors) + member("warnings", found.size() - errors);
    if (const auto& program = compiled.program) {
        out += member("flows", program->flows.size());
        out += member("messages", program->messages.size());
        out += member("tests", program->tests.size()) + ",\"memory\":[";
        for (const FileMemory& file : compiled.memory) {
            out += &file == compiled.memory.data() ? "{\"file\":" : ",{\"file\":";
            out += json_text(file.path) + member("bytes_per_customer", file.bytes) + "}";
        }
        out += "]" + member("bytes_per_customer", bytes_of(compiled));
    }
    return out + "}}\n";
}

std::vector<AppliedFix> apply_all_fixes(SourceSet& sources, CompileResult& compiled,
                                        const std::function<CompileResult()>& compile) {
    std::vector<AppliedFix> out;
    for (int round = 0; round < kRoundsMax; ++round) {
        std::vector<AppliedFix> applied = apply_fixes(sources, compiled.diagnostics);
        if (applied.empty()) {
            break;
        }
        std::ranges::move(applied, std::back_inserter(out));
        compiled = compile();
    }
    return out;
}

std::string fix_line(const AppliedFix& fix) {
    std::string what = "added `" + one_line(fix.after) + "`";
    if (fix.after.empty()) {
        what = "removed `" + one_line(fix.before) + "`";
    } else if (!fix.before.empty()) {
        what = "`" + one_line(fix.before) + "` became `" + one_line(fix.after) + "`";
    }
    return "fixed " + fix.path + ":" + std::to_string(fix.line) + ":" + std::to_string(fix.column) +
           "  " + fix.code + "  " + what + "\n";
}

std::optional<std::string> find_body(const std::map<std::string, std::string>& bodies,
                                     std::string_view flow_path, std::string_view requested) {
    const std::size_t slash = flow_path.rfind('/');
    std::string beside(slash == std::string_view::npos ? "" : flow_path.substr(0, slash + 1));
    beside += requested;
    for (const std::string_view candidate : {std::string_view(beside), requested}) {
        const auto place = bodies.find(normal_path(candidate));
        if (place != bodies.end()) {
            return place->first;
        }
    }
    return std::nullopt;
}

}  // namespace sluice::dsl
