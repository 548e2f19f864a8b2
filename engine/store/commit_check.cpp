#include "engine/store/commit_check.hpp"

#include "engine/store/frame.hpp"

#include <algorithm>

namespace sluice {

Result<void> check_customers(const Commit& commit) {
    for (const CustomerWrite& write : commit.customers) {
        if (write.customer.empty() || write.customer.size() > UINT16_MAX) {
            return fail(Errc::invalid_argument, "a customer id must have 1 to 65535 bytes");
        }
        if (kStateHeaderBytes + write.customer.size() + write.state.size() > kFrameBytesMax) {
            return fail(Errc::invalid_argument, "a customer's state is larger than 4 MB");
        }
        bool fits = std::all_of(write.journal.begin(), write.journal.end(), [](const auto& entry) {
            return kJournalHeaderBytes + entry.payload.size() <= kFrameBytesMax;
        });
        if (!fits) {
            return fail(Errc::invalid_argument, "a journal entry is larger than 4 MB");
        }
    }
    return success();
}

Error customer_twice(std::string_view customer) {
    return Error{Errc::invalid_argument,
                 "customer '" + std::string(customer) + "' stands twice in one commit"};
}

}  // namespace sluice
