#include "engine/base/log.hpp"

#include "engine/base/clock.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <iterator>
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

void append_quoted(std::string& out, std::string_view text) {
    out.push_back('"');
    for (char c : text) {
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

}  // namespace

void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    if (!logger().should_log(level_of(level))) {
        return;
    }
    std::string line = "{\"at\":";
    append_quoted(line, format_rfc3339(SystemClock{}.now()));
    line += ",\"level\":";
    append_quoted(line, name_of(level));
    line += ",\"event\":";
    append_quoted(line, event);
    for (const LogField& field : fields) {
        line.push_back(',');
        append_quoted(line, field.name);
        line.push_back(':');
        if (const auto* text = std::get_if<std::string_view>(&field.value)) {
            append_quoted(line, *text);
        } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
            line += fmt::format("{}", *number);
        } else {
            line += std::get<bool>(field.value) ? "true" : "false";
        }
    }
    line.push_back('}');
    logger().log(level_of(level), line);
}

void set_log_level(LogLevel level) {
    logger().set_level(level_of(level));
}

}  // namespace sluice
