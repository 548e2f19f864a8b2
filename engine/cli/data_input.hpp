#pragma once

#include "engine/base/civil_time.hpp"
#include "engine/base/result.hpp"
#include "engine/store/store.hpp"

#include <memory>
#include <string>
#include <vector>

/// The daemon's data, read by verbs while it may be running: read-only, as of the last commit.
namespace sluice::cli {

/// The data directory: the one given, or the one a configuration file names.
Result<std::string> data_directory(const std::string& data, const std::string& config);

/// Every shard of a data directory, in order. Errc::not_found when there is none.
Result<std::vector<std::unique_ptr<Store>>> open_readers(const std::string& data);

/// The shard that owns a customer.
Result<std::unique_ptr<Store>> open_reader_of(const std::string& data, const std::string& customer);

/// Who an id belongs to: the id itself when it is linked to nobody's.
Result<std::string> person_in(const std::string& data, const std::string& id);

/// The customer's time zone, by the newest release.
Result<Zone> zone_in(const std::string& data, Store& store, const std::string& customer);

}  // namespace sluice::cli
