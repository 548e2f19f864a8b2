#include "engine/base/markup.hpp"

namespace sluice {
namespace {

std::string_view entity(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

}  // namespace

std::string escaped_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 16);
    for (const char c : text) {
        const bool allowed =
            static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r';
        if (const std::string_view escape = entity(c); !escape.empty()) {
            out += escape;
        } else if (allowed) {
            out.push_back(c);
        }
    }
    return out;
}

}  // namespace sluice
