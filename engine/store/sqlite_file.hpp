#pragma once

#include "engine/base/result.hpp"
#include "engine/store/sqlite_connection.hpp"

#include <cstdint>
#include <string>

/// The file of a store: who it belongs to, its tables, and how older files become newer ones.
namespace sluice {

/// Which part of which division of the customers a file holds.
struct ShardPlace {
    std::uint32_t shard = 0;  // 0 … shards - 1
    std::uint32_t shards = 1;
};

/// "SLUC", in the header of every store file; `file(1)` and SQLite show it.
inline constexpr std::int64_t kApplicationId = 0x534c5543;

/// Schema this program writes; kept in PRAGMA user_version.
std::int64_t newest_schema();

/// Opens for writing: creates the file or migrates it, sets the pragmas of a writer.
/// Errors: Errc::corrupt for a file that is no SQLite database; Errc::config for one that is
/// another program's or another shard's; Errc::unsupported for a newer schema.
Result<Connection> open_writer(const std::string& path, const ShardPlace& place);

/// Opens for reading beside a writer or without one. Never writes, never checkpoints.
/// Errors: as above; Errc::not_found without a file; Errc::unsupported for an older schema too.
Result<Connection> open_reader(const std::string& path, const ShardPlace& place);

}  // namespace sluice
