#include "connectors/settings_reader.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::connectors {

std::string SettingsReader::text(std::string_view key, std::string_view otherwise) {
    const auto found = settings_.find(key);
    return found == settings_.end() ? std::string(otherwise) : found->second;
}

std::string SettingsReader::required(std::string_view key) {
    std::string value = text(key);
    if (value.empty()) {
        wrong(key, "is required");
    }
    return value;
}

std::int64_t SettingsReader::number(std::string_view key, std::int64_t otherwise, std::int64_t min,
                                    std::int64_t max) {
    const std::string value = text(key);
    if (value.empty()) {
        return otherwise;
    }
    std::int64_t out = 0;
    const char* end = value.data() + value.size();
    const auto [stop, code] = std::from_chars(value.data(), end, out);
    if (code != std::errc() || stop != end || out < min || out > max) {
        wrong(key, "must be a number from " + std::to_string(min) + " to " + std::to_string(max));
        return otherwise;
    }
    return out;
}

bool SettingsReader::flag(std::string_view key, bool otherwise) {
    const std::string value = text(key);
    if (value == "true" || value == "yes") {
        return true;
    }
    if (value == "false" || value == "no") {
        return false;
    }
    if (!value.empty()) {
        wrong(key, "must be true or false");
    }
    return otherwise;
}

std::string SettingsReader::choice(std::string_view key,
                                   std::initializer_list<std::string_view> words) {
    const std::string value = text(key, *words.begin());
    if (std::find(words.begin(), words.end(), value) != words.end()) {
        return value;
    }
    std::string all;
    for (const std::string_view word : words) {
        all.append(all.empty() ? "" : ", ").append(word);
    }
    wrong(key, "must be one of: " + all);
    return std::string(*words.begin());
}

void SettingsReader::wrong(std::string_view key, std::string_view why) {
    if (mistake_.empty()) {
        mistake_ = std::string(key) + ": " + std::string(why);
    }
}

Result<void> SettingsReader::check() const {
    if (!mistake_.empty()) {
        return fail(Errc::config, mistake_);
    }
    return success();
}

}  // namespace sluice::connectors
