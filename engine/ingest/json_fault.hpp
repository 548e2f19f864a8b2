#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The first place where a text stops being JSON.
struct JsonFault {
    std::size_t offset = 0;  // in bytes from the start; the text's size when it ends too early
    std::string what;        // e.g. `expected ':' after a key`
};

/// Checks a text against the grammar of RFC 8259 and against UTF-8 (RFC 3629), and says where and
/// why it fails; empty when the text is JSON. Only run after the fast parser refused a text: that
/// one cannot say where. Numbers of any size and lone \ud800 escapes pass, because the grammar
/// allows them. Pure; bounded by one bit of memory for each level of nesting.
std::optional<JsonFault> find_json_fault(std::string_view text);

}  // namespace sluice
