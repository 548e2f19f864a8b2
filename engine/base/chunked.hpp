#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace sluice {

/// A growing array in chunks of 16,384 elements: growing never copies what is there, ten million
/// elements waste no more than one chunk, and a chunk that is given up goes back to the system.
/// Elements stay where they are. Threads: one.
template <class T>
class Chunked {
public:
    [[nodiscard]] std::size_t size() const { return size_; }

    T& operator[](std::size_t at) { return chunks_[at >> kBits][at & kMask]; }
    const T& operator[](std::size_t at) const { return chunks_[at >> kBits][at & kMask]; }

    /// New elements are `fill`; never shrinks.
    void grow(std::size_t size, const T& fill) {
        while (chunks_.size() << kBits < size) {
            chunks_.push_back(std::make_unique<T[]>(std::size_t{1} << kBits));
        }
        for (; size_ < size; ++size_) {
            (*this)[size_] = fill;
        }
    }

private:
    static constexpr unsigned kBits = 14;
    static constexpr std::size_t kMask = (std::size_t{1} << kBits) - 1;

    std::vector<std::unique_ptr<T[]>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace sluice
