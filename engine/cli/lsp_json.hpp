#pragma once

#include "dsl/language/position.hpp"

#include <boost/json/fwd.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// Reading what a client sends without trusting it, and writing what it gets. Private to the
/// language server.
namespace sluice::cli::lsp {

namespace json = boost::json;

/// The value at a path of members; null when any of them is not there.
const json::value* member(const json::value& of, std::initializer_list<std::string_view> path);
std::optional<std::string> text(const json::value& of,
                                std::initializer_list<std::string_view> path);
std::optional<std::int64_t> number(const json::value& of,
                                   std::initializer_list<std::string_view> path);
bool flag(const json::value& of, std::initializer_list<std::string_view> path);
/// `{"line", "character"}`; empty when it is not one.
std::optional<dsl::language::Position> position(const json::value* of);

json::value to_json(const dsl::language::Position& position);

/// `file:///a%20b` to `/a b`; empty when it is no file. RFC 3986, RFC 8089.
std::optional<std::string> path_of_uri(std::string_view uri);
std::string uri_of_path(std::string_view path);

/// A JSON-RPC 2.0 error.
struct Failure {
    int code = 0;
    std::string message;
};
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kServerNotInitialized = -32002;
inline constexpr int kRequestCancelled = -32800;
inline constexpr int kRequestFailed = -32803;

}  // namespace sluice::cli::lsp
