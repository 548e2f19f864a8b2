#pragma once

#include "dsl/format/draft.hpp"

#include <optional>

namespace sluice::dsl::formatter {

/// Whether two drafts are the same file in another layout: equal tokens but for the spellings that
/// words.cpp may change, equal trees above them, and equal comments between the same tokens.
/// Nothing when they are; otherwise the first token of `before` that differs, or that stands
/// behind the first difference.
std::optional<std::uint32_t> first_difference(const Draft& before, const Draft& after);

}  // namespace sluice::dsl::formatter
