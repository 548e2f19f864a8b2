#include "engine/daemon/seen.hpp"

#include "engine/base/json_text.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/runtime/refold.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sluice {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDayMs = 86'400'000;

/// Takes in one customer after the other.
class Collector {
public:
    Collector(const Releases& releases, Instant from, dsl::DataFacts& out)
        : releases_(releases), from_(from), out_(out) {}

    Result<void> take(Store& store, CustomerNo no, const Customer& customer) {
        ++out_.customers;
        take_traits(customer);
        return each_call(store, no, [this](InboundEvent&& event) {
            take_event(event);
            return event.received_at >= from_;  // a late one says nothing about the others
        });
    }

private:
    /// What was set long ago: known, and not what everybody has from the start.
    void take_traits(const Customer& customer) {
        const ReadyProgram* ready =
            customer.layouts.empty() ? nullptr : releases_.find(customer.layouts.front().release);
        if (ready == nullptr) {
            return;
        }
        const auto& fields = ready->program->customer_fields;
        const Fields& traits = customer.layouts.front().traits;
        for (std::size_t at = 0; at < std::min(fields.size(), traits.size()); ++at) {
            if (traits[at].kind != Value::Kind::unknown &&
                !(traits[at] == fields[at].default_value)) {
                out_.traits.insert(fields[at].name);
            }
        }
    }

    void take_event(const InboundEvent& event) {
        const bool traits = event.kind == CallKind::identify;
        if (is_moved_by_flow(event)) {
            return;
        }
        if (!traits && (event.name.empty() || event.occurred_at < from_)) {
            return;
        }
        json::error_code failed;
        const json::value data = json::parse(event.data.empty() ? "{}" : event.data, failed);
        dsl::DataFacts::Event* seen = traits ? nullptr : &out_.events[event.name];
        std::set<std::string>& names = traits ? out_.traits : seen->fields;
        if (seen != nullptr) {
            ++seen->count;
        }
        for (std::size_t at = 0; !failed && data.is_object() && at < data.get_object().size();
             ++at) {
            const auto& member = *(data.get_object().begin() + static_cast<std::ptrdiff_t>(at));
            if (!member.value().is_null()) {
                names.emplace(member.key());
            }
        }
    }

    const Releases& releases_;
    Instant from_;
    dsl::DataFacts& out_;
};

std::string list_json(const std::set<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        out += out.size() == 1 ? "" : ",";
        append_json_text(out, name);
    }
    return out + "]";
}

std::set<std::string> names_of(const json::value* list) {
    std::set<std::string> out;
    if (list != nullptr && list->is_array()) {
        for (const json::value& one : list->get_array()) {
            if (const json::string* text = one.if_string()) {
                out.emplace(std::string_view(*text));
            }
        }
    }
    return out;
}

std::uint64_t number_of(const json::value* value) {
    json::error_code failed;
    const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(failed);
    return failed ? 0 : number;
}

}  // namespace

Result<dsl::DataFacts> read_seen(Readers& readers, Instant now) {
    dsl::DataFacts out;
    SLUICE_TRY(const auto releases, compile_releases(*readers.front()));
    Collector collector(*releases, now - Millis{out.days * kDayMs}, out);
    SLUICE_TRY(each_customer(readers, [&](Store& store, CustomerNo no, const Customer& customer) {
        return collector.take(store, no, customer);
    }));
    return out;
}

std::string render_json(const dsl::DataFacts& facts) {
    JsonObject events;
    for (const auto& [name, event] : facts.events) {
        JsonObject one;
        one.number("count", static_cast<std::int64_t>(event.count));
        events.json(name, one.json("fields", list_json(event.fields)).take());
    }
    JsonObject out;
    out.number("days", facts.days);
    out.number("customers", static_cast<std::int64_t>(facts.customers));
    return out.json("events", events.take()).json("traits", list_json(facts.traits)).take() + "\n";
}

Result<dsl::DataFacts> parse_seen(std::string_view text) {
    json::error_code failed;
    const json::value root = json::parse(text, failed);
    const json::object* object = failed ? nullptr : root.if_object();
    const json::value* events = object == nullptr ? nullptr : object->if_contains("events");
    if (events == nullptr || !events->is_object()) {
        return Error{Errc::invalid_argument, "the daemon did not say what it has seen"};
    }
    dsl::DataFacts out;
    out.customers = number_of(object->if_contains("customers"));
    out.traits = names_of(object->if_contains("traits"));
    for (const auto& member : events->get_object()) {
        if (const json::object* event = member.value().if_object()) {
            out.events[std::string(member.key())] = {number_of(event->if_contains("count")),
                                                     names_of(event->if_contains("fields"))};
        }
    }
    return out;
}

}  // namespace sluice
