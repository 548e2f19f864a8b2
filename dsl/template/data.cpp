#include "dsl/template/civil.hpp"
#include "dsl/template/template.hpp"

#include <cstdio>

namespace sluice::dsl::tpl {

Data Data::of(bool value) {
    Data data;
    data.kind = Kind::boolean;
    data.boolean = value;
    return data;
}

Data Data::of(std::int64_t value) {
    Data data;
    data.kind = Kind::integer;
    data.integer = value;
    return data;
}

Data Data::of(double value) {
    Data data;
    data.kind = Kind::decimal;
    data.decimal = value;
    return data;
}

Data Data::of(std::string_view value) {
    Data data;
    data.kind = Kind::text;
    data.text = value;
    return data;
}

Data Data::list(std::vector<Data> values) {
    Data data;
    data.kind = Kind::list;
    data.items = std::move(values);
    return data;
}

Data Data::object() {
    Data data;
    data.kind = Kind::object;
    return data;
}

Data& Data::set(std::string_view key, Data value) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == key) {
            items[i] = std::move(value);
            return *this;
        }
    }
    keys.emplace_back(key);
    items.push_back(std::move(value));
    return *this;
}

const Data* Data::find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == key) {
            return &items[i];
        }
    }
    return nullptr;
}

namespace {

Data number_data(std::int64_t scaled) {
    if (scaled % kDecimalScale == 0) {
        return Data::of(scaled / kDecimalScale);
    }
    return Data::of(static_cast<double>(scaled) / static_cast<double>(kDecimalScale));
}

Data list_data(const std::vector<std::string>& items) {
    std::vector<Data> values;
    values.reserve(items.size());
    for (const std::string& item : items) {
        values.push_back(Data::of(std::string_view(item)));
    }
    return Data::list(std::move(values));
}

Data clock_data(std::int64_t minutes) {
    char text[32];
    const int length =
        std::snprintf(text, sizeof text, "%02lld:%02lld", static_cast<long long>(minutes / 60),
                      static_cast<long long>(minutes % 60));
    return Data::of(std::string_view(text, static_cast<std::size_t>(length)));
}

}  // namespace

Data to_data(const Value& value) {
    switch (value.kind) {
        case Value::Kind::unknown:
            return Data::nil();
        case Value::Kind::number:
            return number_data(value.number);
        case Value::Kind::text:
            return Data::of(std::string_view(value.text));
        case Value::Kind::yes_no:
            return Data::of(value.number != 0);
        case Value::Kind::date:
            return Data::of(std::string_view(iso_date(value.number)));
        case Value::Kind::time:
            return clock_data(value.number);
        case Value::Kind::moment:
            return Data::of(std::string_view(iso_moment(value.number)));
        case Value::Kind::list:
            return list_data(value.items);
    }
    return Data::nil();
}

}  // namespace sluice::dsl::tpl
