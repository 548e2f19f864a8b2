#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// Appends `text` as a JSON string with its quotes; escapes what RFC 8259 section 7 demands and
/// nothing else. Invalid UTF-8 is the caller's to avoid.
void append_json_text(std::string& out, std::string_view text);

/// Writes one JSON object, its members in the order they are given. Single-threaded, cheap to make;
/// take() ends it.
class JsonObject {
public:
    JsonObject& text(std::string_view name, std::string_view value);
    /// Left out when the value is empty.
    JsonObject& text_if_any(std::string_view name, std::string_view value);
    /// `null` when the value is empty.
    JsonObject& text_or_null(std::string_view name, std::string_view value);
    JsonObject& number(std::string_view name, std::int64_t value);
    JsonObject& flag(std::string_view name, bool value);
    /// `json` is a whole JSON value and is taken as it is.
    JsonObject& json(std::string_view name, std::string_view json);

    /// The closed object; the writer is done.
    [[nodiscard]] std::string take();

private:
    void begin(std::string_view name);

    std::string out_ = "{";
};

}  // namespace sluice
