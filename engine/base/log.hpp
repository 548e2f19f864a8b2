#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace sluice {

/// One field of a log line. Never an address, a body, a token or a trait value.
struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, bool> value;
};

enum class LogLevel : std::uint8_t { debug, info, warn, error };

/// Writes one JSON line to stderr through spdlog: {"at","level","event",fields…}. `event` is a
/// stable dotted name such as `outbox.deferred`. Thread-safe.
void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

/// Lines below this level are dropped; info by default.
void set_log_level(LogLevel level);

}  // namespace sluice
