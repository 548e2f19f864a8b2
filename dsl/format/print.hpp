#pragma once

#include "dsl/format/layout.hpp"

#include <string>

namespace sluice::dsl::formatter {

/// The file as text: every token and every comment once, in their order. A comment stays between
/// the two tokens it stands between.
std::string print(const Draft& draft, const Layout& layout);

}  // namespace sluice::dsl::formatter
