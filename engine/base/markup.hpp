#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// A text as the content or a quoted attribute of HTML or XML 1.0: markup and quotes escaped, and
/// the control characters that XML does not allow left out. UTF-8 passes unchanged.
std::string escaped_markup(std::string_view text);

}  // namespace sluice
