#include "dsl/language/actions.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sluice::dsl::language {
namespace {

constexpr std::size_t kTitleTextMax = 60;

std::string on_one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!space || (!out.empty() && out.back() != ' ')) {
            out += space ? ' ' : c;
        }
    }
    if (out.size() > kTitleTextMax) {
        std::size_t end = kTitleTextMax;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        return out.substr(0, end) + "…";
    }
    return out;
}

std::string title_of(const SourceSet& sources, const Fix& fix) {
    const std::string old = on_one_line(sources.text(fix.span));
    const std::string fresh = on_one_line(fix.replacement);
    if (fresh.empty() || fresh == " ") {
        return old.empty() ? "Remove this" : "Remove `" + old + "`";
    }
    return old.empty() ? "Insert `" + fresh + "`" : "Change to `" + fresh + "`";
}

/// Whether the nearest channel named before an offset is `sms`.
bool after_sms(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t sms = before.rfind("sms ");
    const std::size_t email = before.rfind("email ");
    return sms != std::string_view::npos && (email == std::string_view::npos || sms > email);
}

struct Missing {
    std::string_view code;
    std::string_view noun;
};
constexpr std::array<Missing, 2> kMissing = {{{"E201", "event"}, {"E202", "message"}}};

/// The file that holds most declarations of this kind, else the one that needs it.
std::uint32_t home_of(const Index& index, std::string_view noun, std::uint32_t file) {
    std::uint32_t best = file;
    std::ptrdiff_t most = 0;
    for (const ast::File& candidate : index.files()) {
        const auto count = std::count_if(
            candidate.decls.begin(), candidate.decls.end(), [&](const ast::Decl& decl) {
                return noun == "event" ? std::holds_alternative<ast::EventDecl>(decl.node)
                                       : std::holds_alternative<ast::MessageDecl>(decl.node);
            });
        if (count > most) {
            most = count;
            best = candidate.file;
        }
    }
    return best;
}

std::optional<Action> creation(const Index& index, std::size_t at, const Diagnostic& diagnostic) {
    const auto missing = std::find_if(kMissing.begin(), kMissing.end(), [&](const Missing& known) {
        return known.code == diagnostic.code;
    });
    if (missing == kMissing.end()) {
        return std::nullopt;
    }
    const std::string_view text = index.sources().files[diagnostic.span.file].text;
    const std::string name(index.sources().text(diagnostic.span));
    std::string declared = "event " + name + "\n";
    if (missing->noun == "message") {
        const bool sms = after_sms(text, diagnostic.span.offset);
        declared = "message " + name + " {\n  topic Newsletter\n  " +
                   (sms ? "sms \"…\"" : "email { subject \"…\"  body \"…\" }") + "\n}\n";
    }
    const std::uint32_t home = home_of(index, missing->noun, diagnostic.span.file);
    const SourceFile& target = index.sources().files[home];
    const bool closed = target.text.empty() || target.text.back() == '\n';
    Action out;
    out.title = "Declare the " + std::string(missing->noun) + " `" + name + "`";
    out.diagnostic = at;
    out.edits.push_back(
        {target.path, static_cast<std::uint32_t>(target.text.size()), 0,
         (closed ? "" : "\n") +
             std::string(missing->noun == "message" && !target.text.empty() ? "\n" : "") +
             declared});
    return out;
}

}  // namespace

std::vector<Action> actions(const Index& index, std::uint32_t file, std::size_t begin,
                            std::size_t end) {
    std::vector<Action> out;
    const auto& diagnostics = index.diagnostics();
    for (std::size_t at = 0; at < diagnostics.size(); ++at) {
        const Diagnostic& diagnostic = diagnostics[at];
        const Span& span = diagnostic.span;
        if (span.file != file || span.offset > end || span.offset + span.length < begin) {
            continue;
        }
        if (diagnostic.fix) {
            const Fix& fix = *diagnostic.fix;
            out.push_back({title_of(index.sources(), fix),
                           at,
                           {{index.sources().files[fix.span.file].path, fix.span.offset,
                             fix.span.length, fix.replacement}},
                           true});
        }
        if (auto created = creation(index, at, diagnostic)) {
            out.push_back(std::move(*created));
        }
    }
    return out;
}

}  // namespace sluice::dsl::language
