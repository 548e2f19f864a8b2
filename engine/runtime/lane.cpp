#include "engine/runtime/lane.hpp"

#include <algorithm>

namespace sluice {
namespace {

std::string key_of(const Digest& address) {
    return {reinterpret_cast<const char*>(address.data()), address.size()};
}

}  // namespace

/// Addresses are compared without case and without blanks around them.
Digest SuppressionList::digest_of(Channel channel, const std::string& address) {
    std::string plain;
    for (char c : address) {
        if (c != ' ') {
            plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        }
    }
    return digest({"suppression", channel == Channel::email ? "email" : "sms", plain});
}

void SuppressionList::add(const SuppressionRow& row) {
    const std::lock_guard lock(mutex_);
    reasons_[key_of(row.address)] = row.reason;
}

bool SuppressionList::contains(Channel channel, const std::string& address) const {
    {
        const std::lock_guard lock(mutex_);
        if (reasons_.empty()) {
            return false;
        }
    }
    const std::string key = key_of(digest_of(channel, address));
    const std::lock_guard lock(mutex_);
    return reasons_.contains(key);
}

std::size_t SuppressionList::size() const {
    const std::lock_guard lock(mutex_);
    return reasons_.size();
}

}  // namespace sluice
