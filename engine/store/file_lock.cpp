#include "engine/store/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sluice {
namespace {

std::string owner_of(int descriptor) {
    std::array<char, 24> text{};
    auto length = ::pread(descriptor, text.data(), text.size(), 0);
    std::string pid(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
    while (!pid.empty() && pid.back() == '\n') {
        pid.pop_back();
    }
    return pid.empty() ? "unknown" : pid;
}

// Only for the message of the next one who comes: a failure here changes nothing.
void write_owner(int descriptor) {
    std::string pid = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor, 0) == 0) {
        [[maybe_unused]] auto written = ::pwrite(descriptor, pid.data(), pid.size(), 0);
    }
}

}  // namespace

FileLock::~FileLock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

Result<FileLock> FileLock::take(const std::string& path) {
    const std::string name = path + ".lock";
    FileLock lock;
    lock.descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.descriptor_ < 0) {
        return fail(Errc::io, "open " + name + ": " + std::strerror(errno));
    }
    // flock and not fcntl: it belongs to this open file, so it also keeps out our own process, and
    // closing another descriptor of the file does not drop it.
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) {
            return fail(Errc::io, "lock " + name + ": " + std::strerror(errno));
        }
        return fail(Errc::unavailable, path + " is already open by another sluice process (pid " +
                                           owner_of(lock.descriptor_) + ")");
    }
    write_owner(lock.descriptor_);
    return lock;
}

Result<void> create_private_file(const std::string& path) {
    int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        ::close(descriptor);
        return success();
    }
    if (errno != EEXIST) {
        return fail(Errc::io, "create " + path + ": " + std::strerror(errno));
    }
    return success();
}

}  // namespace sluice
