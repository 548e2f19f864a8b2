#pragma once

#include "engine/outbox/connector.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sluice::connectors {

/// Reads settings and remembers the first mistake, so that a factory reads them all and asks once.
class SettingsReader {
public:
    explicit SettingsReader(const ConnectorSettings& settings) : settings_(settings) {}

    std::string text(std::string_view key, std::string_view otherwise = {});
    std::string required(std::string_view key);
    std::int64_t number(std::string_view key, std::int64_t otherwise, std::int64_t min,
                        std::int64_t max);
    bool flag(std::string_view key, bool otherwise);
    /// One of the words, the first being the default.
    std::string choice(std::string_view key, std::initializer_list<std::string_view> words);
    /// Notes a mistake found by the caller.
    void wrong(std::string_view key, std::string_view why);

    /// Errc::config naming the first wrong key.
    [[nodiscard]] Result<void> check() const;

private:
    const ConnectorSettings& settings_;
    std::string mistake_;
};

}  // namespace sluice::connectors
