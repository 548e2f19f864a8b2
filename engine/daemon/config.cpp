#include "engine/daemon/config.hpp"

#include "dsl/diagnostic.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace sluice {
namespace {

/// Reads one document; the first fault stops it, with its place.
class Reader {
public:
    Reader(std::string name, const std::vector<ConnectorKind>& kinds)
        : name_(std::move(name)), kinds_(kinds) {}

    Result<Config> read(const YAML::Node& root) {
        if (!root.IsMap()) {
            return Error{Errc::config, name_ + ": expected `key: value` lines"};
        }
        each(root,
             {"flows", "data", "shards", "listen", "admin", "write_keys", "connectors", "routes",
              "log_level"},
             [this](const std::string& key, const YAML::Node& node) { top(key, node); });
        check_routes(root);
        if (fault_) {
            return *fault_;
        }
        return std::move(config_);
    }

private:
    template <class Visit>
    void each(const YAML::Node& map, const std::vector<std::string>& known, Visit visit) {
        if (!map.IsMap()) {
            fail(map, "expected `key: value` lines here");
            return;
        }
        for (const auto& entry : map) {
            const std::string key = entry.first.Scalar();
            if (!known.empty() && std::find(known.begin(), known.end(), key) == known.end()) {
                unknown(entry.first, key, known);
                return;
            }
            visit(key, entry.second);
            if (fault_) {
                return;
            }
        }
    }

    void top(const std::string& key, const YAML::Node& node) {
        if (key == "flows") {
            config_.flows = text(node);
        } else if (key == "data") {
            config_.data = text(node);
        } else if (key == "log_level") {
            config_.log_level = one_of(node, {"debug", "info", "warn", "error"});
        } else if (key == "shards") {
            config_.shards = static_cast<std::uint32_t>(number(node, 1, 8));
        } else if (key == "listen") {
            listen(node, config_.listen);
        } else if (key == "admin") {
            config_.admin_separate = true;
            listen(node, config_.admin);
        } else if (key == "write_keys") {
            config_.write_keys = texts(node);
        } else if (key == "connectors") {
            each(node, {}, [this](const std::string& name, const YAML::Node& settings) {
                connector(name, settings);
            });
        } else {
            each(node, {"email", "sms", "calls"},
                 [this](const std::string& lane, const YAML::Node& target) {
                     config_.routes[lane] = text(target);
                 });
        }
    }

    void listen(const YAML::Node& node, Config::Listen& out) {
        each(node, {"address", "port", "hosts"},
             [&](const std::string& key, const YAML::Node& value) {
                 if (key == "address") {
                     out.address = text(value);
                 } else if (key == "port") {
                     out.port = static_cast<std::uint16_t>(number(value, 0, 65'535));
                 } else {
                     out.hosts = texts(value);
                 }
             });
    }

    void connector(const std::string& name, const YAML::Node& node) {
        Config::Connection& made = config_.connectors[name];
        Places places;
        flatten(node, "", made.settings, places);
        const auto type = made.settings.find("type");
        if (fault_ || type == made.settings.end()) {
            fail(node, "connector `" + name + "` needs a `type`");
            return;
        }
        made.type = type->second;
        made.settings.erase(type);
        const auto kind = std::find_if(kinds_.begin(), kinds_.end(), [&](const ConnectorKind& one) {
            return one.type == made.type;
        });
        if (kind == kinds_.end()) {
            std::vector<std::string> types;
            for (const ConnectorKind& one : kinds_) {
                types.push_back(one.type);
            }
            unknown(node["type"], made.type, types);
            return;
        }
        for (const auto& [key, value] : made.settings) {
            if (std::find(kind->keys.begin(), kind->keys.end(), key) == kind->keys.end()) {
                unknown(places.at(key), key, kind->keys);
                return;
            }
        }
        for (const std::string& key : kind->required) {
            if (!made.settings.contains(key)) {
                fail(node,
                     "connector `" + name + "` of type " + made.type + " needs `" + key + "`");
                return;
            }
        }
    }

    using Places = std::map<std::string, YAML::Node>;  // where each key stands

    void flatten(const YAML::Node& node, const std::string& prefix, ConnectorSettings& out,
                 Places& places) {
        if (!node.IsMap()) {
            fail(node, "expected `key: value` lines here");
            return;
        }
        for (const auto& entry : node) {
            const std::string full =
                prefix.empty() ? entry.first.Scalar() : prefix + "." + entry.first.Scalar();
            if (entry.second.IsMap()) {
                flatten(entry.second, full, out, places);
                continue;
            }
            out[full] = text(entry.second);
            places[full] = entry.first;
        }
    }

    void check_routes(const YAML::Node& root) {
        std::vector<std::string> names;
        for (const auto& [name, connection] : config_.connectors) {
            names.push_back(name);
        }
        for (const auto& [lane, name] : config_.routes) {
            if (!config_.connectors.contains(name) && !fault_) {
                unknown(root["routes"][lane], name, names);
            }
        }
    }

    std::string text(const YAML::Node& node) {
        if (!node.IsScalar()) {
            fail(node, "expected a single value here");
            return {};
        }
        return resolve(node, node.Scalar());
    }

    std::vector<std::string> texts(const YAML::Node& node) {
        std::vector<std::string> out;
        if (!node.IsSequence()) {
            fail(node, "expected a list, such as `[a, b]`");
            return out;
        }
        for (const YAML::Node& item : node) {
            out.push_back(text(item));
        }
        return out;
    }

    long number(const YAML::Node& node, long low, long high) {
        const std::string digits = text(node);
        long value = 0;
        const auto [end, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (failed != std::errc{} || end != digits.data() + digits.size() || value < low ||
            value > high) {
            fail(node, "expected a whole number from " + std::to_string(low) + " to " +
                           std::to_string(high) + ", found `" + digits + "`");
        }
        return value;
    }

    std::string one_of(const YAML::Node& node, const std::vector<std::string>& choices) {
        const std::string value = text(node);
        if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
            unknown(node, value, choices);
        }
        return value;
    }

    /// Replaces every ${env:NAME} and ${file:/path} in a value.
    std::string resolve(const YAML::Node& node, std::string value) {
        for (std::size_t at = value.find("${"); at != std::string::npos;
             at = value.find("${", at)) {
            const std::size_t end = value.find('}', at);
            if (end == std::string::npos) {
                fail(node, "`${` is never closed with `}`");
                return {};
            }
            const auto found = secret(value.substr(at + 2, end - at - 2), node);
            if (!found) {
                return {};
            }
            value.replace(at, end - at + 1, *found);
            at += found->size();
        }
        return value;
    }

    std::optional<std::string> secret(const std::string& reference, const YAML::Node& node) {
        if (reference.starts_with("env:")) {
            const char* value = std::getenv(reference.substr(4).c_str());
            if (value == nullptr) {
                fail(node, "the environment variable " + reference.substr(4) + " is not set");
                return std::nullopt;
            }
            return value;
        }
        if (reference.starts_with("file:")) {
            std::ifstream in(reference.substr(5), std::ios::binary);
            if (!in) {
                fail(node, "cannot read the file " + reference.substr(5));
                return std::nullopt;
            }
            std::string value{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
            while (value.ends_with('\n') || value.ends_with('\r')) {
                value.pop_back();
            }
            return value;
        }
        fail(node, "`${" + reference + "}` is not known; write ${env:NAME} or ${file:/path}");
        return std::nullopt;
    }

    void unknown(const YAML::Node& node, const std::string& word,
                 const std::vector<std::string>& known) {
        std::string message = "`" + word + "` is not known here.";
        const auto near = dsl::did_you_mean(word, known);
        if (!near.empty()) {
            message += " Did you mean `" + near.front() + "`?";
        } else {
            message += " Known:";
            for (const std::string& one : known) {
                message += " " + one;
            }
        }
        fail(node, message);
    }

    void fail(const YAML::Node& node, const std::string& message) {
        if (fault_) {
            return;
        }
        const YAML::Mark mark = node.Mark();
        fault_ = Error{Errc::config, name_ + ":" + std::to_string(mark.line + 1) + ":" +
                                         std::to_string(mark.column + 1) + ": " + message};
    }

    std::string name_;
    const std::vector<ConnectorKind>& kinds_;
    Config config_;
    std::optional<Error> fault_;
};

/// Paths in the file are relative to the file.
std::string beside(const std::filesystem::path& folder, const std::string& path) {
    return std::filesystem::path(path).is_absolute() ? path : (folder / path).string();
}

}  // namespace

Result<Config> parse_config(const std::string& text, const std::string& name,
                            const std::vector<ConnectorKind>& kinds) {
    try {
        return Reader(name, kinds).read(YAML::Load(text));
    } catch (const YAML::Exception& fault) {
        return Error{Errc::config, name + ":" + std::to_string(fault.mark.line + 1) + ":" +
                                       std::to_string(fault.mark.column + 1) + ": " + fault.msg};
    }
}

Result<Config> load_config(const std::string& path, const std::vector<ConnectorKind>& kinds) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Errc::config, "cannot read the configuration file " + path};
    }
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    SLUICE_TRY(auto config, parse_config(text, path, kinds));
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    config.flows = beside(folder, config.flows);
    config.data = beside(folder, config.data);
    return config;
}

}  // namespace sluice
