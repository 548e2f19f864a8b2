#include "engine/cli/history_input.hpp"

#include "engine/ingest/segment_decode.hpp"

#include <algorithm>
#include <fstream>
#include <unordered_map>

namespace sluice::cli {

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
    std::unordered_map<std::string, std::string> known;
    for (InboundEvent& event : events) {
        if (event.customer.empty()) {
            const auto place = known.find(event.anonymous_id);
            event.customer =
                place != known.end() ? place->second : "anonymous:" + event.anonymous_id;
        } else if (!event.anonymous_id.empty()) {
            known[event.anonymous_id] = event.customer;
        }
    }
    return events;
}

}  // namespace sluice::cli
