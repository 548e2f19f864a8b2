#include "engine/cli/history_input.hpp"

#include "engine/ingest/segment_decode.hpp"
#include "engine/runtime/identity.hpp"

#include <algorithm>
#include <fstream>
#include <unordered_map>

namespace sluice::cli {
namespace {

/// Who is who, as a router learns it from one call after the other, and whom the past of each
/// record was brought over to: see docs/decisions/0008.
class People {
public:
    /// The record a call belongs to at its time.
    std::string record_of(InboundEvent& call) {
        if (call.customer.empty()) {
            return end_of(leads_, anonymous_record(call.anonymous_id));
        }
        call.customer = end_of(leads_, call.customer);
        for (const IdentityLink& link : links_in(call)) {
            leads_[link.record] = link.customer;
            taken_.try_emplace(link.record, link.customer);  // the past goes to the first
        }
        return call.customer;
    }

    /// Whose it is in the end.
    [[nodiscard]] std::string person_of(const std::string& record) const {
        return end_of(taken_, record);
    }

private:
    using Links = std::unordered_map<std::string, std::string>;
    static std::string end_of(const Links& links, std::string record) {
        for (std::size_t steps = 0; steps <= links.size(); ++steps) {
            const auto place = links.find(record);
            if (place == links.end()) {
                break;
            }
            record = place->second;
        }
        return record;
    }

    Links leads_;  // where calls go
    Links taken_;  // where the past went
};

/// The whole file is known, so whoever says who she is has been that person from the start.
void resolve_people(std::vector<InboundEvent>& events) {
    People people;
    for (InboundEvent& event : events) {
        event.customer = people.record_of(event);
    }
    for (InboundEvent& event : events) {
        event.customer = people.person_of(event.customer);
    }
}

}  // namespace

Result<std::vector<InboundEvent>> read_history(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        return Error{Errc::not_found, "cannot read the events file \"" + path + "\""};
    }
    std::vector<InboundEvent> events;
    std::string line;
    for (std::uint64_t number = 1; std::getline(in, line); ++number) {
        if (line.empty() || line == "\r") {
            continue;
        }
        auto event = decode_line(line, number);
        if (!event.has_value()) {
            return Error{Errc::invalid_argument,
                         path + ":" + std::to_string(number) + ": " + event.error().detail};
        }
        events.push_back(std::move(event.value()));
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.occurred_at < b.occurred_at; });
    resolve_people(events);
    return events;
}

}  // namespace sluice::cli
