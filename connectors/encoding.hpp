#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Small encodings several connectors need. Pure functions.
namespace sluice::connectors {

/// RFC 4648 §4, with padding, without line breaks.
std::string base64_encode(std::string_view bytes);
/// Strict: empty for a wrong length, character or padding.
std::optional<std::string> base64_decode(std::string_view text);

/// Everything but the unreserved characters of RFC 3986 becomes %XX.
std::string percent_encode(std::string_view text);

/// HMAC-SHA256, 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// Whether the text holds no CR, LF or NUL: fit for a header line.
bool is_one_line(std::string_view text);

/// ASCII only, locale never asked.
std::string to_lower(std::string_view text);
bool equal_ignoring_case(std::string_view left, std::string_view right);
std::string_view trim(std::string_view text);

/// The text with every `{id}` replaced: how settings name the message in a URL.
std::string fill_id(std::string_view pattern, std::string_view id);

/// Cuts to at most `bytes` without breaking a UTF-8 sequence.
std::string cut_utf8(std::string_view text, std::size_t bytes);

/// Code points of UTF-8; a broken byte counts as one U+FFFD.
std::u32string decode_utf8(std::string_view text);
void append_utf8(std::string& out, char32_t point);

}  // namespace sluice::connectors
