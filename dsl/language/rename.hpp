#pragma once

#include "dsl/language/index.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::language {

/// Replaces bytes of a file of the project: a flow file, or a body.
struct TextEdit {
    std::string path;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
    std::string replacement;
};

struct Renaming {
    std::vector<TextEdit> edits;  // by path and offset, never overlapping
    std::string refusal;          // set: why nothing may be changed
    std::string note;             // something that changes outside the project
};

/// The text without the quotes that can be renamed at an offset, with its place.
struct Renamable {
    const Symbol* symbol = nullptr;
    std::string name;
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};
/// Empty when nothing there has a name of the project. Of a shorthand (`with cart`) the binding.
std::optional<Renamable> renamable_at(const Index& index, std::uint32_t file, std::size_t offset);

/// Gives a symbol another name everywhere, names in quotes where they must be.
///
/// Refused when the project has errors (some places would not be known), when the name is taken or
/// cannot be written, and when the project would not mean the same afterwards: the result is
/// compiled and compared before it is given out.
Renaming rename(const Index& index, const Symbol& symbol, std::string_view new_name);

/// The symbols with this name, those of Capitalised Names first.
std::vector<const Symbol*> named(const Index& index, std::string_view name);

/// The texts after the edits.
std::string applied(std::string text, const std::vector<TextEdit>& edits, std::string_view path);

}  // namespace sluice::dsl::language
