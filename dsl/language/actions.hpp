#pragma once

#include "dsl/language/index.hpp"
#include "dsl/language/rename.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::dsl::language {

/// A change an author may choose to make something right.
struct Action {
    std::string title;
    std::size_t diagnostic = 0;  // index into Index::diagnostics()
    std::vector<TextEdit> edits;
    bool preferred = false;  // the compiler's own fix
};

/// What can be done about the diagnostics that touch the bytes from `begin` to `end` of a file:
/// their fixes, and the declaration of an event, message, flow or webhook that is not there.
std::vector<Action> actions(const Index& index, std::uint32_t file, std::size_t begin,
                            std::size_t end);

}  // namespace sluice::dsl::language
