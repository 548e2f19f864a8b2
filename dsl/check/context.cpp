#include "dsl/check/context.hpp"

#include "dsl/words.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace sluice::dsl::check {
namespace {

constexpr std::size_t kLabelsMax = 3;

bool is_space(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

std::string_view trimmed_left(std::string_view text) {
    while (!text.empty() && is_space(text.front())) {
        text.remove_prefix(1);
    }
    return text;
}

std::string_view keyword_of(Kind kind) {
    switch (kind) {
        case Kind::event:
            return "event";
        case Kind::message:
            return "message";
        case Kind::segment:
            return "segment";
        case Kind::state:
            return "state";
        case Kind::lifecycle:
            return "lifecycle";
        case Kind::experiment:
            return "experiment";
        case Kind::webhook:
            return "webhook";
        case Kind::flow:
            return "flow";
        case Kind::topic:
            return "topic";
    }
    return {};
}

/// Whether a line declares `name` with `keyword`; a quoted name is found as well.
bool line_declares(std::string_view line, std::string_view keyword, std::string_view name) {
    line = trimmed_left(line);
    constexpr std::string_view kCatalog = "catalog ";
    if (line.substr(0, kCatalog.size()) == kCatalog) {
        line = trimmed_left(line.substr(kCatalog.size()));
    }
    if (line.substr(0, keyword.size()) != keyword) {
        return false;
    }
    return line.find(name) != std::string_view::npos;
}

}  // namespace

static_assert(static_cast<int>(Kind::event) == static_cast<int>(NameUse::Kind::event) &&
                  static_cast<int>(Kind::experiment) == static_cast<int>(NameUse::Kind::experiment),
              "the kinds of names stand in one order");

std::string_view noun_of(Kind kind) {
    switch (kind) {
        case Kind::event:
            return "an event";
        case Kind::message:
            return "a message";
        case Kind::segment:
            return "a segment";
        case Kind::state:
            return "a lifecycle state";
        case Kind::lifecycle:
            return "a lifecycle";
        case Kind::experiment:
            return "an experiment";
        case Kind::webhook:
            return "a webhook";
        case Kind::flow:
            return "a flow";
        case Kind::topic:
            return "a topic";
    }
    return {};
}

Compilation::Compilation(const SourceSet& source_set, const CompileOptions& compile_options,
                         std::vector<Diagnostic>& found)
    : sources(source_set), options(compile_options), diagnostics_(found) {
    for (const Diagnostic& diagnostic : found) {
        if (diagnostic.severity == Severity::error) {
            syntax_errors_[diagnostic.span.file].push_back(diagnostic.span.offset);
            broken_lines_.emplace(diagnostic.span.file, diagnostic.span.line);
        }
    }
}

Diagnostic& Compilation::report(std::string_view code, Severity severity, const Span& span,
                                std::string message) {
    if (on_broken_line(span)) {
        unreported_ = Diagnostic{};
        return unreported_;
    }
    Diagnostic diagnostic;
    diagnostic.code = std::string(code);
    diagnostic.severity = severity;
    diagnostic.span = span;
    diagnostic.message = std::move(message);
    return diagnostics_.emplace_back(std::move(diagnostic));
}

Diagnostic& Compilation::error(std::string_view code, const Span& span, std::string message) {
    return report(code, Severity::error, span, std::move(message));
}

Diagnostic& Compilation::warning(std::string_view code, const Span& span, std::string message) {
    return report(code, Severity::warning, span, std::move(message));
}

void Compilation::duplicate(const Span& span, std::string message, const Span& first) {
    Diagnostic& diagnostic = error("E205", span, std::move(message));
    if (first.line != 0) {
        diagnostic.labels.push_back({first, "the first one is here"});
    }
}

const Declared* Compilation::declared(Kind kind, std::string_view name) const {
    const auto table = names.tables.find(kind);
    if (table == names.tables.end()) {
        return nullptr;
    }
    const auto entry = table->second.find(name);
    return entry == table->second.end() ? nullptr : &entry->second;
}

std::vector<std::string> Compilation::candidates_for(Kind kind, std::string_view name) const {
    std::vector<std::string> known;
    const auto add = [&](Kind source) {
        const auto table = names.tables.find(source);
        if (table == names.tables.end()) {
            return;
        }
        for (const auto& [key, value] : table->second) {
            known.push_back(key);
        }
    };
    add(kind);
    if (kind == Kind::segment) {
        add(Kind::state);
    }
    return did_you_mean(name, known);
}

void Compilation::suggest_name(Diagnostic& diagnostic, Kind kind, const ast::Name& name,
                               const std::vector<std::string>& candidates) {
    if (!candidates.empty()) {
        const Declared* first = declared(kind, candidates.front());
        diagnostic.help = suggestion(candidates);
        if (first != nullptr && first->span.line != 0) {
            diagnostic.help += "  It is declared in " + place(first->span) + ".";
        }
        diagnostic.fix = Fix{name.span, spelled(candidates.front())};
        return;
    }
    for (const auto& [other, table] : names.tables) {
        if (other != kind && table.contains(name.text)) {
            diagnostic.help = "`" + name.text + "` is " + std::string(noun_of(other)) +
                              ", and here I need " + std::string(noun_of(kind)) + ".";
            return;
        }
    }
    diagnostic.help =
        "Declare it first:  " + std::string(keyword_of(kind)) + " " + spelled(name.text);
}

Index Compilation::find(Kind kind, std::string_view code, const ast::Name& name) {
    if (const Declared* known = declared(kind, name.text)) {
        used_.emplace(kind, name.text);
        note(kind, name);
        return known->index;
    }
    if (lost_to_syntax_error(kind, name.text) || on_broken_line(name.span)) {
        return kNone;
    }
    const auto candidates = candidates_for(kind, name.text);
    const auto [entry, first] =
        missing_.try_emplace(std::pair{kind, name.text}, diagnostics_.size());
    if (!first && candidates.empty()) {
        auto& labels = diagnostics_[entry->second].labels;
        if (labels.size() < kLabelsMax) {
            labels.push_back({name.span, "and here"});
        }
        return kNone;
    }
    if (candidates.size() == 1) {
        Misspelt& misspelt = misspelt_[{kind, name.text}];
        misspelt.near = candidates.front();
        misspelt.reports.push_back(diagnostics_.size());
    }
    const std::string noun(noun_of(kind).substr(noun_of(kind).find(' ') + 1));
    suggest_name(error(code, name.span, "There is no " + noun + " called `" + name.text + "`:"),
                 kind, name, candidates);
    return kNone;
}

void Compilation::blame_declarations() {
    std::vector<std::size_t> dropped;
    std::vector<Diagnostic> blamed;
    for (const auto& [missing, misspelt] : misspelt_) {
        const auto& [kind, name] = missing;
        const Declared* near = declared(kind, misspelt.near);
        const bool doubtful = misspelt.reports.size() < 2 || near == nullptr ||
                              near->span.line == 0 || used_.contains({kind, misspelt.near});
        if (doubtful) {
            continue;
        }
        Diagnostic d = diagnostics_[misspelt.reports.front()];
        d.labels.clear();
        for (const std::size_t report : misspelt.reports) {
            if (d.labels.size() < kLabelsMax) {
                d.labels.push_back(
                    {diagnostics_[report].span, d.labels.empty() ? "here" : "and here"});
            }
        }
        d.span = near->span;
        d.message = "Nothing uses `" + misspelt.near + "`, but " +
                    std::to_string(misspelt.reports.size()) + " places use `" + name +
                    "`, which is not declared:";
        d.help = suggestion({name});
        d.fix = Fix{near->span, spelled(name)};
        blamed.push_back(std::move(d));
        dropped.insert(dropped.end(), misspelt.reports.begin(), misspelt.reports.end());
    }
    std::sort(dropped.rbegin(), dropped.rend());
    for (const std::size_t report : dropped) {
        diagnostics_.erase(diagnostics_.begin() + static_cast<std::ptrdiff_t>(report));
    }
    std::move(blamed.begin(), blamed.end(), std::back_inserter(diagnostics_));
    misspelt_.clear();
    missing_.clear();  // its places are no longer those
}

bool Compilation::on_broken_line(const Span& span) const {
    return broken_lines_.contains({span.file, span.line});
}

bool Compilation::has_syntax_errors(std::uint32_t file) const {
    return syntax_errors_.contains(file);
}

bool Compilation::damaged(const Span& span, const Span* next) const {
    const auto errors = syntax_errors_.find(span.file);
    if (errors == syntax_errors_.end()) {
        return false;
    }
    return std::any_of(errors->second.begin(), errors->second.end(), [&](std::uint32_t offset) {
        return offset >= span.offset && (next == nullptr || offset < next->offset);
    });
}

bool Compilation::lost_to_syntax_error(Kind kind, std::string_view name) const {
    for (const auto& [file, offsets] : syntax_errors_) {
        std::string_view text = sources.files[file].text;
        for (const std::uint32_t offset : offsets) {
            if (sources.line({file, offset, 0, 1, 1}).find(name) != std::string_view::npos) {
                return true;
            }
        }
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            if (line_declares(text.substr(0, end), keyword_of(kind), name)) {
                return true;
            }
            text.remove_prefix(std::min(end + 1, text.size()));
        }
    }
    return false;
}

void Compilation::note(Kind kind, const ast::Name& name, bool declaration) const {
    NameUse use;
    use.kind = static_cast<NameUse::Kind>(kind);
    use.name = name.text;
    use.span = name.span;
    use.declaration = declaration;
    note(std::move(use));
}

void Compilation::note(NameUse use) const {
    if (options.on_use && (use.span.line != 0 || !use.body.empty())) {
        options.on_use(use);
    }
}

std::string Compilation::words(const Span& span) const {
    return dsl::words(sources, span);
}

std::string Compilation::place(const Span& span) const {
    if (span.line == 0 || span.file >= sources.files.size()) {
        return {};
    }
    return sources.files[span.file].path + ":" + std::to_string(span.line);
}

std::string spelled(std::string_view name) {
    bool plain = !name.empty();
    bool at_word = true;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (at_word) {
            plain = plain && std::isupper(byte) != 0;
            at_word = false;
        } else if (c == ' ') {
            at_word = true;
        } else {
            plain = plain && std::isalnum(byte) != 0;
        }
    }
    return plain && !at_word ? std::string(name) : quoted(name);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

std::string suggestion(const std::vector<std::string>& candidates) {
    if (candidates.empty()) {
        return {};
    }
    std::vector<std::string> marked;
    for (const std::string& candidate : candidates) {
        marked.push_back("`" + candidate + "`");
    }
    return "Did you mean " + listed(marked, "or") + "?";
}

std::string listed(const std::vector<std::string>& words, std::string_view last) {
    std::string out;
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (at > 0) {
            out += at + 1 == words.size() ? " " + std::string(last) + " " : ", ";
        }
        out += words[at];
    }
    return out;
}

bool is_zero(const ast::Duration& duration) {
    return duration.months == 0 && duration.days == 0 && duration.seconds == 0;
}

Duration lowered(const ast::Duration& duration) {
    return {duration.months, duration.days, duration.seconds};
}

Channel lowered(ast::Channel channel) {
    return channel == ast::Channel::email ? Channel::email : Channel::sms;
}

Index to_index(std::size_t value) {
    return static_cast<Index>(value);
}

Span with_quotes(Span span) {
    if (span.offset == 0) {
        return span;
    }
    span.offset -= 1;
    span.length += 2;
    span.column -= span.column > 1 ? 1 : 0;
    return span;
}

}  // namespace sluice::dsl::check
