#pragma once

#include <string>
#include <string_view>

namespace sluice::cli {

/// Puts the text in the place of the file in one step: a reader, or a crash, finds the old text or
/// the new one. Permissions are kept, and a link stays a link. Sets errno when it fails.
bool replace_file(const std::string& path, std::string_view text);

}  // namespace sluice::cli
