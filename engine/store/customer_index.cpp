#include "engine/store/customer_index.hpp"

#include "engine/base/assert.hpp"
#include "engine/store/pack_writer.hpp"

#include <random>

namespace sluice {
namespace {

std::uint64_t random_word() {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32U | device();
}

constexpr unsigned kPlaceBits = 53;
constexpr unsigned kLengthBits = 64 - kPlaceBits;  // in each of the first two words
constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kPlaceBits) - 1;
constexpr std::uint64_t kLengthMask = (std::uint64_t{1} << kLengthBits) - 1;
static_assert(kFrameBytesMax < std::size_t{1} << (2 * kLengthBits + 1));
static_assert(kPackBytes < std::size_t{1} << PackedSlot::kOffsetBits);
static_assert(kPlaceBits == 64 - Locator::kOffsetBits + PackedSlot::kOffsetBits);

std::uint64_t narrow(Locator at) {
    ASSERT(static_cast<unsigned>(at.offset()) < 1U << PackedSlot::kOffsetBits);
    return static_cast<std::uint64_t>(at.pack()) << PackedSlot::kOffsetBits |
           static_cast<std::uint64_t>(at.offset());
}

Locator wide(std::uint64_t place) {
    const std::uint64_t offset = place & ((1U << PackedSlot::kOffsetBits) - 1);
    return Locator{place >> PackedSlot::kOffsetBits << Locator::kOffsetBits | offset};
}

}  // namespace

CustomerSlot PackedSlot::get() const {
    const std::uint64_t bytes = words_[0] >> kPlaceBits | words_[1] >> kPlaceBits << kLengthBits |
                                (words_[2] & 1U) << (2 * kLengthBits);
    return {wide(words_[0] & kPlaceMask), wide(words_[1] & kPlaceMask),
            static_cast<std::uint32_t>(bytes)};
}

void PackedSlot::put(const CustomerSlot& slot) {
    words_[0] = narrow(slot.state) | (slot.bytes & kLengthMask) << kPlaceBits;
    words_[1] = narrow(slot.journal_tail) | (slot.bytes >> kLengthBits & kLengthMask) << kPlaceBits;
    words_[2] = (words_[2] & ~std::uint64_t{1}) | slot.bytes >> (2 * kLengthBits);
}

CustomerIndex::CustomerIndex() : key_{random_word(), random_word()} {}

SipHash128 CustomerIndex::fingerprint(std::string_view customer) const {
    return siphash128(customer, key_);
}

std::optional<CustomerNo> CustomerIndex::find(const SipHash128& print) const {
    return numbers_.find(print.low,
                         [&](CustomerNo no) { return slots_[no].has_print(print.high); });
}

void CustomerIndex::add(CustomerNo no, const SipHash128& print) {
    if (no >= slots_.size()) {
        slots_.grow(std::size_t{no} + 1, {});
    }
    slots_[no].set_print(print.high);
    numbers_.insert(print.low, no);
}

void CustomerIndex::set_due(CustomerNo no, Instant due) {
    if (!dues_) {
        return;
    }
    if (no >= dues_->size()) {
        dues_->grow(std::size_t{no} + 1, kNever);
    }
    (*dues_)[no] = due;
}

}  // namespace sluice
