#include "engine/base/json_text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace sluice {

void append_json_text(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (byte < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

void JsonObject::begin(std::string_view name) {
    if (out_.size() > 1) {
        out_.push_back(',');
    }
    append_json_text(out_, name);
    out_.push_back(':');
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_text(out_, value);
    return *this;
}

JsonObject& JsonObject::text_if_any(std::string_view name, std::string_view value) {
    return value.empty() ? *this : text(name, value);
}

JsonObject& JsonObject::text_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? json(name, "null") : text(name, value);
}

JsonObject& JsonObject::number(std::string_view name, std::int64_t value) {
    begin(name);
    fmt::format_to(std::back_inserter(out_), "{}", value);
    return *this;
}

JsonObject& JsonObject::flag(std::string_view name, bool value) {
    return json(name, value ? "true" : "false");
}

JsonObject& JsonObject::json(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
    return *this;
}

std::string JsonObject::take() {
    out_.push_back('}');
    return std::move(out_);
}

}  // namespace sluice
