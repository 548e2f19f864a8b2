#pragma once

#include "connectors/connector_kind.hpp"
#include "engine/base/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sluice {

/// sluice.yaml: strict keys, secrets by reference. `${env:NAME}` and `${file:/path}` are resolved
/// while loading; an unknown key is an error with its line, column and the nearest known key.
struct Config {
    struct Listen {
        std::string address = "127.0.0.1";
        std::uint16_t port = 8025;       // 0: any free port
        std::vector<std::string> hosts;  // names clients may use; empty: the address and localhost
    };
    struct Connection {
        std::string type;
        ConnectorSettings settings;
    };
    std::string flows = "flows";
    std::string data = "data";
    std::uint32_t shards = 0;  // 0: as many as the data has, else one a core, at most 8
    Listen listen;             // ingest
    Listen admin;              // health, metrics, explain, doubts, mailbox; port 0: with ingest
    bool admin_separate = false;
    std::vector<std::string> write_keys;  // empty: any key is taken (development)
    std::map<std::string, Connection> connectors;
    std::map<std::string, std::string> routes;  // "email" | "sms" | "calls" -> connector
    std::string log_level = "info";
};

/// Reads and checks a configuration file. Errc::config with `file:line:column: what, how to fix`.
Result<Config> load_config(const std::string& path, const std::vector<ConnectorKind>& kinds);

/// The same from text; `name` stands for the file in messages.
Result<Config> parse_config(const std::string& text, const std::string& name,
                            const std::vector<ConnectorKind>& kinds);

}  // namespace sluice
