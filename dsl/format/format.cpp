#include "dsl/format/format.hpp"

#include "dsl/format/draft.hpp"
#include "dsl/format/print.hpp"
#include "dsl/format/verify.hpp"
#include "dsl/parser/parse.hpp"

#include <algorithm>
#include <optional>

namespace sluice::dsl {

namespace {

bool is_error(const Diagnostic& diagnostic) {
    return diagnostic.severity == Severity::error;
}

/// Reads the printed text again. The first token of the draft that would have changed its meaning.
std::optional<std::uint32_t> damage(const formatter::Draft& draft, const std::string& printed) {
    SourceSet again;
    again.files.push_back({"", printed});
    const auto after = formatter::read_draft(again, 0);
    return after ? formatter::first_difference(draft, *after) : std::optional(std::uint32_t{0});
}

Diagnostic refusal(const parser::Token& token, std::uint32_t file) {
    Diagnostic d;
    d.code = "E590";
    d.span = parser::span_of(token, file);
    d.message = "Laying out this file would change what it means, so I left it as it is:";
    d.help = "The file is fine; this is a mistake of the formatter. Please report it.";
    return d;
}

}  // namespace

FormatResult format(const SourceSet& sources, std::uint32_t file) {
    FormatResult result;
    if (file >= sources.files.size()) {
        return result;
    }
    result.text = sources.files[file].text;
    parse(sources, file, result.diagnostics);
    if (std::ranges::any_of(result.diagnostics, is_error)) {
        return result;
    }
    const auto draft = formatter::read_draft(sources, file);
    if (!draft) {
        return result;  // the parser has complained about it above
    }
    std::string printed = formatter::print(*draft, formatter::lay_out(*draft));
    if (printed == result.text) {
        return result;
    }
    if (const auto at = damage(*draft, printed)) {
        result.diagnostics.push_back(refusal(draft->token(*at), file));
        return result;
    }
    result.changed = true;
    result.text = std::move(printed);
    return result;
}

}  // namespace sluice::dsl
