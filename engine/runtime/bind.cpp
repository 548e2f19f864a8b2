#include "engine/runtime/bind.hpp"

#include "engine/base/civil_time.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/limits.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cmath>

namespace sluice {
namespace {

namespace dom = simdjson::dom;
using dsl::TypeKind;

/// Cuts at a UTF-8 boundary so that a stored text stays valid.
std::string_view cut(std::string_view text) {
    if (text.size() <= limits::kTextBytesMax) {
        return text;
    }
    std::size_t end = limits::kTextBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
        --end;
    }
    return text.substr(0, end);
}

Value scaled(double number) {
    constexpr double kLargest = 9.0e14;  // x 10'000 still fits in 63 bits
    if (!std::isfinite(number) || std::fabs(number) > kLargest) {
        return {};
    }
    return Value::of_number(std::llround(number * static_cast<double>(dsl::kDecimalScale)));
}

/// Exact for every whole number that fits; a double would blur the last digits of a long one.
Value whole(const dom::element& element) {
    constexpr std::int64_t kLargest = 900'000'000'000'000;
    std::int64_t number = 0;
    const bool fits = element.get(number) == simdjson::SUCCESS;
    return fits && number >= -kLargest && number <= kLargest ? Value::of_integer(number) : Value{};
}

Value from_number(const dsl::Type& type, const dom::element& element) {
    if (type.kind == TypeKind::number || type.kind == TypeKind::money) {
        // is_double() would also be true of whole numbers: it asks what converts.
        return element.type() == dom::element_type::DOUBLE ? scaled(double(element))
                                                           : whole(element);
    }
    if (type.kind == TypeKind::text || type.kind == TypeKind::one_of) {
        return value_from_text(type, simdjson::minify(element));
    }
    return {};
}

Value from_array(const dsl::Type& type, const dom::array& array) {
    if (type.kind != TypeKind::list) {
        return {};
    }
    std::vector<std::string> items;
    for (dom::element item : array) {
        if (items.size() == limits::kListItemsMax) {
            break;
        }
        if (item.is_string()) {
            items.emplace_back(cut(std::string_view(item)));
        } else if (item.is_number() || item.is_bool()) {
            items.emplace_back(simdjson::minify(item));
        }
    }
    return Value::of_list(std::move(items));
}

Value from_json(const dsl::Type& type, const dom::element& element) {
    switch (element.type()) {
        case dom::element_type::STRING:
            return value_from_text(type, std::string_view(element));
        case dom::element_type::INT64:
        case dom::element_type::UINT64:
        case dom::element_type::DOUBLE:
            return from_number(type, element);
        case dom::element_type::BOOL:
            return type.kind == TypeKind::yes_no ? Value::of_yes_no(bool(element)) : Value{};
        case dom::element_type::ARRAY:
            return from_array(type, dom::array(element));
        case dom::element_type::OBJECT:
        case dom::element_type::NULL_VALUE:
            break;
    }
    return {};
}

/// Calls visit(field index, element) for every declared key of the object.
template <class Visit>
void each_declared(const std::vector<dsl::Field>& declared, std::string_view data, Visit visit) {
    thread_local dom::parser parser;
    dom::element root;
    if (parser.parse(data.data(), data.size()).get(root) != simdjson::SUCCESS ||
        !root.is_object()) {
        return;
    }
    for (auto [key, element] : dom::object(root)) {
        const Index index = dsl::Program::find_field(declared, key);
        if (index != kNone) {
            visit(index, element);
        }
    }
}

Value yes_no_from_text(std::string_view text) {
    if (text == "yes" || text == "true") {
        return Value::of_yes_no(true);
    }
    if (text == "no" || text == "false") {
        return Value::of_yes_no(false);
    }
    return {};
}

Value time_from_text(std::string_view text) {
    const bool shaped = text.size() >= 5 && text[2] == ':' &&
                        std::all_of(text.begin(), text.begin() + 5,
                                    [](char c) { return c == ':' || (c >= '0' && c <= '9'); });
    if (!shaped) {
        return {};
    }
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    return hours < 24 && minutes < 60 ? Value::of_time(hours * 60 + minutes) : Value{};
}

}  // namespace

Value value_from_text(const dsl::Type& type, std::string_view text) {
    switch (type.kind) {
        case TypeKind::text:
            return Value::of_text(cut(text));
        case TypeKind::number:
        case TypeKind::money: {
            const auto number = dsl::parse_decimal(text);
            return number ? Value::of_number(*number) : Value{};
        }
        case TypeKind::date: {
            const auto days = dsl::parse_date(text);
            return days ? Value::of_date(*days) : Value{};
        }
        case TypeKind::time:
            return time_from_text(text);
        case TypeKind::timezone:
            return find_zone(text) ? Value::of_text(text) : Value{};
        case TypeKind::yes_no:
            return yes_no_from_text(text);
        case TypeKind::list:
            return Value::of_list({std::string(cut(text))});
        case TypeKind::one_of:
            return std::find(type.options.begin(), type.options.end(), text) != type.options.end()
                       ? Value::of_text(text)
                       : Value{};
    }
    return {};
}

Fields bind_event(const dsl::EventType& event, std::string_view data) {
    Fields fields(event.fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        fields[i] = event.fields[i].default_value;
    }
    each_declared(event.fields, data, [&](Index index, const dom::element& element) {
        if (Value value = from_json(event.fields[index].type, element); value.known()) {
            fields[index] = std::move(value);
        }
    });
    return fields;
}

std::vector<std::pair<Index, Value>> bind_traits(const dsl::Program& program,
                                                 std::string_view data) {
    std::vector<std::pair<Index, Value>> changes;
    each_declared(program.customer_fields, data, [&](Index index, const dom::element& element) {
        const dsl::Field& field = program.customer_fields[index];
        if (element.is_null()) {
            changes.emplace_back(index, field.default_value);
        } else if (Value value = from_json(field.type, element); value.known()) {
            changes.emplace_back(index, std::move(value));
        }
    });
    return changes;
}

void append_json_value(std::string& out, const Value& value) {
    switch (value.kind) {
        case Value::Kind::unknown:
            out += "null";
            break;
        case Value::Kind::number:
            out += dsl::to_text(value);
            break;
        case Value::Kind::yes_no:
            out += value.number != 0 ? "true" : "false";
            break;
        case Value::Kind::list:
            out.push_back('[');
            for (std::size_t i = 0; i < value.items.size(); ++i) {
                if (i != 0) {
                    out.push_back(',');
                }
                append_json_text(out, value.items[i]);
            }
            out.push_back(']');
            break;
        case Value::Kind::moment:
            append_json_text(out, format_rfc3339(from_ms(value.number)));
            break;
        case Value::Kind::text:
        case Value::Kind::date:
        case Value::Kind::time:
            append_json_text(out, dsl::to_text(value));
            break;
    }
}

std::string fields_to_json(const std::vector<dsl::Field>& declared, const Fields& fields) {
    JsonObject out;
    for (std::size_t i = 0; i < fields.size() && i < declared.size(); ++i) {
        if (fields[i].known()) {
            std::string value;
            append_json_value(value, fields[i]);
            out.json(declared[i].name, value);
        }
    }
    return out.take();
}

}  // namespace sluice
