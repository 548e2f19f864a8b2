#pragma once

#include <cstdint>
#include <string_view>

namespace sluice {

/// CRC-32C (Castagnoli, RFC 3720 §12.1), reflected, with the usual initial and final inversion:
/// "123456789" gives 0xE3069283. Uses the processor's instruction where there is one. Thread-safe.
std::uint32_t crc32c(std::string_view bytes);

/// The same from tables only; for machines without the instruction, and for the test that holds the
/// two together.
std::uint32_t crc32c_portable(std::string_view bytes);

}  // namespace sluice
