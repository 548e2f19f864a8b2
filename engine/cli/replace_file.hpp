#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::cli {

/// New contents of files, written beside them first and put in their place together.
///
/// A reader, or a crash, finds of each file the old text or the new one. Permissions are kept, and
/// a link stays a link. What was staged and not put in place is removed again.
class StagedFiles {
public:
    StagedFiles() = default;
    StagedFiles(const StagedFiles&) = delete;
    StagedFiles& operator=(const StagedFiles&) = delete;
    ~StagedFiles();

    /// Writes the text to disk beside the file, which must exist. Sets errno when it fails.
    bool stage(const std::string& path, std::string_view text);
    /// Puts every staged text in place. Sets errno and stops at the first that fails; those before
    /// it are done.
    bool put_in_place();

private:
    std::vector<std::pair<std::string, std::string>> staged_;  // temporary, target
};

/// Puts the text in the place of the file in one step: a reader, or a crash, finds the old text or
/// the new one. Permissions are kept, and a link stays a link. Sets errno when it fails.
bool replace_file(const std::string& path, std::string_view text);

}  // namespace sluice::cli
