#pragma once

#include <span>
#include <string_view>

namespace sluice::dsl::wasm {

/// Every id of the IANA time zone database this was built with, links included, sorted by bytes.
std::span<const std::string_view> zone_ids();

}  // namespace sluice::dsl::wasm
