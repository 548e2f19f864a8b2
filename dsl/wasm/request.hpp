#pragma once

#include "dsl/source.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::dsl::wasm {

/// One question about one project. Nothing is kept between two questions.
struct Request {
    std::string verb;
    std::string path;                           // the file it is about; may be empty
    std::string argument;                       // what the verb needs besides
    std::optional<std::int64_t> today;          // days since 1970-01-01
    SourceSet sources;                          // the .flow files, by path
    std::map<std::string, std::string> bodies;  // the other files, by path
};

/// The most a request may hold, in bytes: a project is far below it.
inline constexpr std::size_t kRequestBytesMax = 16U << 20U;

/// Reads the wire form of README.md. Empty when the bytes are not that.
std::optional<Request> read_request(std::string_view bytes);

}  // namespace sluice::dsl::wasm
