#include "engine/cli/lsp_json.hpp"

#include <algorithm>

namespace sluice::cli::lsp {
namespace {

int hex(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// RFC 3986: unreserved characters and the slash stand for themselves.
bool plain(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') ||
           std::string_view("-._~/").find(c) != std::string_view::npos;
}

std::optional<std::uint32_t> small_number(const json::value& of, std::string_view name) {
    const auto found = number(of, {name});
    return found && *found >= 0 && *found <= 0x7FFFFFFF
               ? std::optional(static_cast<std::uint32_t>(*found))
               : std::nullopt;
}

}  // namespace

const json::value* member(const json::value& of, std::initializer_list<std::string_view> path) {
    const json::value* at = &of;
    for (const std::string_view name : path) {
        const json::object* object = at->if_object();
        at = object == nullptr ? nullptr : object->if_contains(name);
        if (at == nullptr) {
            return nullptr;
        }
    }
    return at;
}

std::optional<std::string> text(const json::value& of,
                                std::initializer_list<std::string_view> path) {
    const json::value* found = member(of, path);
    const json::string* string = found == nullptr ? nullptr : found->if_string();
    return string == nullptr ? std::nullopt
                             : std::optional(std::string(string->data(), string->size()));
}

std::optional<std::int64_t> number(const json::value& of,
                                   std::initializer_list<std::string_view> path) {
    const json::value* found = member(of, path);
    const std::int64_t* whole = found == nullptr ? nullptr : found->if_int64();
    return whole == nullptr ? std::nullopt : std::optional(*whole);
}

bool flag(const json::value& of, std::initializer_list<std::string_view> path) {
    const json::value* found = member(of, path);
    const bool* set = found == nullptr ? nullptr : found->if_bool();
    return set != nullptr && *set;
}

std::optional<dsl::language::Position> position(const json::value* of) {
    if (of == nullptr) {
        return std::nullopt;
    }
    const auto line = small_number(*of, "line");
    const auto character = small_number(*of, "character");
    return line && character ? std::optional(dsl::language::Position{*line, *character})
                             : std::nullopt;
}

json::value to_json(const dsl::language::Position& position) {
    return {{"line", position.line}, {"character", position.character}};
}

std::optional<std::string> path_of_uri(std::string_view uri) {
    constexpr std::string_view kScheme = "file://";
    if (uri.substr(0, kScheme.size()) != kScheme) {
        return std::nullopt;
    }
    uri.remove_prefix(kScheme.size());
    uri.remove_prefix(std::min(uri.find('/'), uri.size()));  // the host, empty or localhost
    std::string out;
    for (std::size_t at = 0; at < uri.size(); ++at) {
        const bool escape =
            uri[at] == '%' && at + 2 < uri.size() && hex(uri[at + 1]) >= 0 && hex(uri[at + 2]) >= 0;
        out += escape ? static_cast<char>(hex(uri[at + 1]) * 16 + hex(uri[at + 2])) : uri[at];
        at += escape ? 2 : 0;
    }
    const bool usable = !out.empty() && out.find('\0') == std::string::npos;
    return usable ? std::optional(out) : std::nullopt;
}

std::string uri_of_path(std::string_view path) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out = "file://";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain(c)) {
            out += c;
        } else {
            out += '%';
            out += kHex[byte >> 4U];
            out += kHex[byte & 0xFU];
        }
    }
    return out;
}

}  // namespace sluice::cli::lsp
