#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::dsl {

/// Length of the valid UTF-8 character at `at`; 0 when the bytes there are not UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text, std::size_t at);

/// A text as a JSON string, quotes included (RFC 8259). What is not UTF-8 becomes U+FFFD, so that
/// the result can always be read.
std::string json_text(std::string_view text);

}  // namespace sluice::dsl
