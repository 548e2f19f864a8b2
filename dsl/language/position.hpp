#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::dsl::language {

/// A place as editors count: lines from 0, and UTF-16 code units from the start of the line.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t character = 0;
    friend auto operator<=>(const Position&, const Position&) = default;
};

/// Where the lines of one text begin; turns byte offsets into positions and back. Lines end with
/// LF, CR LF or CR, as in the Language Server Protocol 3.17. A byte that is not UTF-8 counts as one
/// unit. The text itself is passed to every call and must be the one the table was made of.
class Lines {
public:
    explicit Lines(std::string_view text);

    /// Offsets behind the end give the end; inside a character, the character's start.
    [[nodiscard]] Position position(std::string_view text, std::size_t offset) const;
    /// A line behind the last gives the end of the text, a character behind its line the line's
    /// end, and the second half of a surrogate pair the start of its character.
    [[nodiscard]] std::size_t offset(std::string_view text, const Position& position) const;
    [[nodiscard]] std::size_t count() const { return starts_.size(); }
    /// Where the text of a line ends, its line end not included.
    [[nodiscard]] std::size_t end_of(std::string_view text, std::size_t line) const;

private:
    std::vector<std::size_t> starts_;
};

/// UTF-16 code units of a piece of UTF-8.
std::size_t utf16_length(std::string_view text);

}  // namespace sluice::dsl::language
