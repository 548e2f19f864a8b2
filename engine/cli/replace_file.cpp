#include "engine/cli/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(file, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (written == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

}  // namespace

StagedFiles::~StagedFiles() {
    for (const auto& [temporary, target] : staged_) {
        ::unlink(temporary.c_str());
    }
}

bool StagedFiles::stage(const std::string& path, std::string_view text) {
    std::error_code failed;
    const fs::path target = fs::canonical(path, failed);
    struct stat old {};
    if (failed || ::stat(target.c_str(), &old) != 0) {
        errno = failed ? failed.value() : errno;
        return false;
    }
    std::string temporary = target.parent_path() / ("." + target.filename().string() + ".XXXXXX");
    const int file = ::mkstemp(temporary.data());
    if (file < 0) {
        return false;
    }
    // Another owner's file keeps its owner where that is allowed; it is no reason to fail.
    if (old.st_uid != ::geteuid() || old.st_gid != ::getegid()) {
        [[maybe_unused]] const int kept = ::fchown(file, old.st_uid, old.st_gid);
    }
    staged_.emplace_back(temporary, target.string());
    const bool written =
        write_all(file, text) && ::fchmod(file, old.st_mode & 07777U) == 0 && ::fsync(file) == 0;
    const int why = errno;
    const bool closed = ::close(file) == 0;
    errno = written ? errno : why;
    return written && closed;
}

bool StagedFiles::put_in_place() {
    while (!staged_.empty()) {
        const auto& [temporary, target] = staged_.front();
        if (::rename(temporary.c_str(), target.c_str()) != 0) {
            return false;
        }
        staged_.erase(staged_.begin());
    }
    return true;
}

bool replace_file(const std::string& path, std::string_view text) {
    StagedFiles files;
    return files.stage(path, text) && files.put_in_place();
}

}  // namespace sluice::cli
