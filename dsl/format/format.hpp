#pragma once

#include "dsl/diagnostic.hpp"
#include "dsl/source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::dsl {

struct FormatResult {
    std::string text;      // the whole file in canonical layout, or as it was when it is refused
    bool changed = false;  // whether `text` differs from the source
    std::vector<Diagnostic> diagnostics;  // why it was refused; spans point into the source
};

/// Lays one file of the set out by the rules of dsl/format/README.md.
///
/// Changes white space only, and spells four things in one way: units of time in singular or
/// plural, names without needless quotes, line ends as LF, no byte order mark. Nothing changes its
/// order, no comment is lost, and formatting the result again changes nothing.
///
/// A file the parser complains about comes back as it is, with the complaints. The result is read
/// again and compared with the source; should it mean anything else, the file comes back as it is
/// with an E590. Never throws. Thread-safe; holds no state.
FormatResult format(const SourceSet& sources, std::uint32_t file);

}  // namespace sluice::dsl
