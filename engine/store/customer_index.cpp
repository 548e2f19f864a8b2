#include "engine/store/customer_index.hpp"

#include <random>

namespace sluice {
namespace {

std::uint64_t random_word() {
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32U | device();
}

}  // namespace

CustomerIndex::CustomerIndex() : key_{random_word(), random_word()} {}

SipHash128 CustomerIndex::fingerprint(std::string_view customer) const {
    return siphash128(customer, key_);
}

std::optional<CustomerNo> CustomerIndex::find(const SipHash128& print) const {
    return numbers_.find(print.low,
                         [&](CustomerNo no) { return slots_[no].fingerprint == print.high; });
}

CustomerSlot& CustomerIndex::add(CustomerNo no, const SipHash128& print) {
    if (no >= slots_.size()) {
        slots_.resize(std::size_t{no} + 1);
    }
    slots_[no].fingerprint = print.high;
    numbers_.insert(print.low, no);
    return slots_[no];
}

}  // namespace sluice
