#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text helpers of the template engine: UTF-8, case, HTML. Private to dsl/template. Bytes that are
/// not UTF-8 count as one character each and pass through unchanged.
namespace sluice::dsl::tpl {

bool is_space(char c);  // Ruby's \s and strip: space, \t \n \v \f \r
std::string_view trim(std::string_view text);
std::string_view trim_left(std::string_view text);
std::string_view trim_right(std::string_view text);

/// Bytes of the character that starts at `at`: 1 to 4.
std::size_t char_bytes(std::string_view text, std::size_t at);
std::size_t code_points(std::string_view text);
/// Byte offset of the n-th character; the size when there are fewer.
std::size_t byte_of(std::string_view text, std::size_t character);
bool is_utf8(std::string_view text);
void append_code_point(std::string& out, char32_t c);
char32_t code_point_at(std::string_view text, std::size_t at);

/// Unicode simple case mapping, with German ß and the Latin ligatures expanded as Ruby does.
std::string upcase(std::string_view text);
std::string downcase(std::string_view text);
std::string capitalize(std::string_view text);

void append_escaped(std::string& out, std::string_view text);  // & < > " '
std::string escape_once(std::string_view text);
std::string strip_html(std::string_view text);

/// Edit distance with transpositions, for "did you mean".
std::size_t distance(std::string_view left, std::string_view right);

}  // namespace sluice::dsl::tpl
