#include "engine/runtime/local_text.hpp"

#include "dsl/value.hpp"

namespace sluice {

std::string local_text(Instant at, Zone zone) {
    static constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    const LocalTime local = to_local(at, zone);
    std::string out = std::string(kDays[local.weekday()]) + " " + dsl::format_date(local.days) +
                      " " + dsl::to_text(dsl::Value::of_time(local.seconds / 60));
    if (local.seconds % 60 != 0) {
        const std::string seconds = std::to_string(local.seconds % 60);
        out += ":" + std::string(2 - seconds.size(), '0') + seconds;
    }
    return out;
}

}  // namespace sluice
