#pragma once

#include <string>
#include <string_view>

namespace sluice::connectors {

/// The plain-text part of an email whose author wrote HTML only: paragraphs, headings, list items
/// and table rows become lines, a link keeps its address in parentheses, an image its alternative
/// text; scripts, styles, comments and elements hidden with display:none are left out. Linear time,
/// never fails: HTML it cannot read is taken as text.
std::string html_to_text(std::string_view html);

}  // namespace sluice::connectors
