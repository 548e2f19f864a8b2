#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace sluice::dsl {

/// What real data shows of events and fields (W412). A value: whoever reads the data makes it, the
/// checker does no I/O.
struct DataFacts {
    struct Event {
        std::uint64_t count = 0;
        std::set<std::string> fields;  // that had a value in any of them
    };
    int days = 30;  // how far back events were looked for
    std::uint64_t customers = 0;
    std::map<std::string, Event> events;  // those seen, by the name they are sent under
    std::set<std::string> traits;         // customer fields that somebody has a value of
};

}  // namespace sluice::dsl
