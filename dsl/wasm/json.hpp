#pragma once

#include "dsl/json_text.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// JSON put together from parts that are JSON already.
namespace sluice::dsl::wasm {

inline std::string json_number(std::size_t value) {
    return std::to_string(value);
}
inline std::string json_bool(bool value) {
    return value ? "true" : "false";
}
/// Members in the order given; names are written as they are.
std::string json_object(std::initializer_list<std::pair<std::string_view, std::string>> members);
std::string json_array(const std::vector<std::string>& items);

}  // namespace sluice::dsl::wasm
