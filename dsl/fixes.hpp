#pragma once

#include "dsl/diagnostic.hpp"
#include "dsl/source.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice::dsl {

/// One edit that was made, for telling the author.
struct AppliedFix {
    std::string code;
    std::string path;
    std::uint32_t line = 0, column = 0;  // before the edit
    std::string before, after;
};

/// Applies the fixes the diagnostics carry to the texts. Of two that overlap, or insert at one
/// place, only the first is applied: compiling again tells whether the other is still wanted.
/// Diagnostics must belong to these sources. In the order of files and places.
std::vector<AppliedFix> apply_fixes(SourceSet& sources, std::span<const Diagnostic> diagnostics);

}  // namespace sluice::dsl
