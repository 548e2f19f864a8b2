#include "dsl/program.hpp"

#include <algorithm>

namespace sluice::dsl {
namespace {

void append_part(std::string& out, std::int64_t count, std::string_view unit) {
    if (count == 0) {
        return;
    }
    out += (out.empty() ? "" : " ") + std::to_string(count) + " " + std::string(unit) +
           (count == 1 ? "" : "s");
}

template <typename Item>
Index find_named(const std::vector<Item>& items, std::string_view name) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const Item& item) { return item.name == name; });
    return found == items.end() ? kNone : static_cast<Index>(found - items.begin());
}

}  // namespace

std::string_view to_text(Channel channel) {
    return channel == Channel::email ? "email" : "sms";
}

std::string to_text(const Duration& duration) {
    std::string out;
    append_part(out, duration.months, "month");
    append_part(out, duration.days, "day");
    append_part(out, duration.seconds / 3600, "hour");
    append_part(out, duration.seconds / 60 % 60, "minute");
    append_part(out, duration.seconds % 60, "second");
    return out.empty() ? "0 seconds" : out;
}

Index Program::find_event(std::string_view wire_name) const {
    const auto found = std::find_if(events.begin(), events.end(), [&](const EventType& event) {
        return event.wire_name == wire_name;
    });
    return found == events.end() ? kNone : static_cast<Index>(found - events.begin());
}

Index Program::find_customer_field(std::string_view name) const {
    return find_field(customer_fields, name);
}

Index Program::find_flow(std::string_view name) const {
    return find_named(flows, name);
}

Index Program::find_message(std::string_view name) const {
    return find_named(messages, name);
}

Index Program::find_field(const std::vector<Field>& fields, std::string_view name) {
    return find_named(fields, name);
}

}  // namespace sluice::dsl
