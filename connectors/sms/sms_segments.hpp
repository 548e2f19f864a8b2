#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How a text travels as SMS: 3GPP TS 23.038 (alphabets) and 23.040 (concatenation). Pure
/// functions.
namespace sluice::connectors {

enum class SmsEncoding : std::uint8_t { gsm7, ucs2 };

struct SmsSegments {
    SmsEncoding encoding = SmsEncoding::gsm7;
    std::size_t segments = 1;
    std::size_t units = 0;         // septets, or UTF-16 code units
    std::size_t message_bits = 0;  // units by 7 or 16 bits
    std::size_t total_bits = 0;    // with the 48-bit header of each part of a long message
};

/// Counts as a phone network does: 160 septets or 70 units alone, 153 or 67 in each part of a long
/// message; an extension character (€ [ ] { } | ^ ~ \) is two septets, an astral character two
/// units, and neither is split over parts.
SmsSegments count_segments(std::string_view text);

/// Replaces typographic characters that would force UCS-2 by their GSM-7 likeness: ’ “ – … and
/// kin. What it returns is what must be sent, so that the count shown is the count paid.
std::string smart_encode(std::string_view text);

}  // namespace sluice::connectors
