#pragma once

namespace sluice {
/// Logs the failed condition to stderr and aborts. On in release builds too.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);
}  // namespace sluice

/// States what only a programmer's error can break; never used for input or I/O.
#define ASSERT(condition)               \
    ((condition) ? static_cast<void>(0) \
                 : ::sluice::assertion_failed(#condition, __FILE__, __LINE__))
