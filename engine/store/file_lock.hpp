#pragma once

#include "engine/base/result.hpp"

#include <string>

namespace sluice {

/// An exclusive advisory lock on `<path>.lock`, held until destroyed. It keeps a second writer away
/// from a store, in this process or another. The kernel drops it when the process dies; the file
/// stays and holds the process id of its last owner, for people.
class FileLock {
public:
    FileLock() = default;
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;

    /// Errc::unavailable when somebody has it.
    static Result<FileLock> take(const std::string& path);

private:
    int descriptor_ = -1;
};

/// Creates an empty file that only its owner may read (a store holds personal data); does nothing
/// when it exists.
Result<void> create_private_file(const std::string& path);

}  // namespace sluice
