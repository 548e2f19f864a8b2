#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class InflateStatus : std::uint8_t {
    ok,
    corrupt,    // not the announced format, cut short, or followed by something else
    too_large,  // the plain body would pass the limit
};

struct Inflated {
    InflateStatus status = InflateStatus::ok;
    std::string body;  // empty unless ok
};

enum class ContentCoding : std::uint8_t { gzip, deflate };

/// Undoes `Content-Encoding: gzip` (RFC 1952, several members allowed) or `deflate` (RFC 1950; raw
/// RFC 1951 as some clients send it is taken too). Never holds more than `bytes_max` plus one block
/// of output, however small the input, and stops at the first byte too many: a bomb costs no more
/// than an honest body. Pure; any thread.
Inflated inflate(std::string_view packed, ContentCoding coding, std::size_t bytes_max);

}  // namespace sluice
