#include "dsl/parser/problems.hpp"

namespace sluice::dsl::parser {

std::string Problems::show(const Token& token) const {
    if (token.kind == TokenKind::end) {
        return "the end of the file";
    }
    if (token.inserted) {
        return token.kind == TokenKind::left_brace ? "`{`" : "`}`";
    }
    return "`" + for_message(text(token)) + "`";
}

void Problems::add(Diagnostic diagnostic) {
    if (found_.size() < kErrorsMax) {
        found_.push_back(std::move(diagnostic));
    }
}

bool Problems::muted(std::uint32_t first, std::uint32_t last) const {
    for (std::uint32_t line = first; !muted_.empty() && line <= last; ++line) {
        if (muted_.contains(line)) {
            return true;
        }
    }
    return false;
}

std::string for_message(std::string_view text) {
    constexpr std::size_t kLongest = 48;
    const bool cut = text.size() > kLongest;
    std::string out;
    for (const char c : text.substr(0, kLongest)) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    // A cut must not leave half a character behind.
    while (cut && !out.empty() && (static_cast<unsigned char>(out.back()) & 0x80U) != 0) {
        out.pop_back();
    }
    return cut ? out + "…" : out;
}

}  // namespace sluice::dsl::parser
