#include "engine/base/log.hpp"

#include "engine/base/clock.hpp"
#include "engine/base/json_text.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace sluice {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> instance = [] {
        auto made = spdlog::stderr_logger_mt("sluice");
        made->set_pattern("%v");
        made->flush_on(spdlog::level::warn);
        return made;
    }();
    return *instance;
}

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "info";
}

}  // namespace

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (!logger().should_log(level_of(level))) {
        return;
    }
    JsonObject line;
    line.text("at", format_rfc3339(SystemClock{}.now())).text("level", name_of(level));
    line.text("event", event);
    for (const LogField& field : fields) {
        if (const auto* text = std::get_if<std::string_view>(&field.value)) {
            line.text(field.name, *text);
        } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
            line.number(field.name, *number);
        } else {
            line.flag(field.name, std::get<bool>(field.value));
        }
    }
    logger().log(level_of(level), line.take());
}

void set_log_level(LogLevel level) {
    logger().set_level(level_of(level));
}

}  // namespace sluice
