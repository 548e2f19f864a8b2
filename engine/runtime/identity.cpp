#include "engine/runtime/identity.hpp"

namespace sluice {

std::string anonymous_record(std::string_view anonymous_id) {
    return "anonymous:" + std::string(anonymous_id);
}

std::vector<IdentityLink> links_in(const InboundEvent& event) {
    std::vector<IdentityLink> out;
    if (event.anonymous_id.empty() || event.customer.empty()) {
        return out;
    }
    // The previous id of an alias may have been either kind.
    std::vector<std::string> records = {anonymous_record(event.anonymous_id)};
    if (event.kind == CallKind::alias) {
        records.push_back(event.anonymous_id);
    }
    for (std::string& record : records) {
        if (record != event.customer) {
            out.push_back({std::move(record), event.customer, event.received_at, false});
        }
    }
    return out;
}

}  // namespace sluice
