#include "dsl/template/filter_items.hpp"
#include "dsl/template/filters.hpp"
#include "dsl/template/number.hpp"
#include "dsl/template/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace sluice::dsl::tpl {
namespace {

void flatten(const Val& value, std::vector<Val>& items) {
    for (std::size_t i = 0; i < value.count(); ++i) {
        const Val item = value.item(i);
        if (item.is_list()) {
            flatten(item, items);
        } else {
            items.push_back(item);
        }
    }
}

}  // namespace

std::vector<Val> items_of(Env& env, const Val& input) {
    std::vector<Val> items;
    if (input.count() > env.options.iterations_max) {
        // Also keeps the filters that compare all pairs (uniq) bounded.
        env.fail("the list is too long for a filter");
    } else if (input.is_list() || input.is(Val::Kind::range)) {
        flatten(input, items);
    } else if (!input.is(Val::Kind::nil)) {
        items.push_back(input);
    }
    return items;
}

Access property_of(Env& env, const Val& item, const Val& property, Val& value) {
    value = Val::nil();
    switch (item.kind) {
        case Val::Kind::object:
        case Val::Kind::loop:
            value = element(env, item, property);
            value.missing = false;
            return Access::found;
        case Val::Kind::text:
            if (property.is(Val::Kind::text)) {
                const bool inside = item.text().find(property.text()) != std::string_view::npos;
                value = inside ? property : Val::nil();
                return Access::found;
            }
            if (property.is(Val::Kind::integer)) {
                const FilterArgs at{&property, 1, false};
                value = filters::slice(env, item, at);
                value = value.extent == 0 ? Val::nil() : value;
                return Access::found;
            }
            return property.is(Val::Kind::nil) ? Access::none : Access::wrong;
        case Val::Kind::integer:
            // Ruby's Integer#[] is a bit test, so `[1, 2] | has: 2` is true for any integer.
            value = Val::of(std::int64_t{0});
            return property.is(Val::Kind::integer) ? Access::found : Access::wrong;
        default:
            return Access::none;
    }
}

namespace filters {
namespace {

Val wrong_property(Env& env, const Val& property) {
    return env.fail("cannot read the property " + std::string(text_of(env, property)) +
                    " of every item");
}

/// Sort keys next to their items, so that the property is read once an item.
struct Keyed {
    Val key;
    Val item;
};

Val sorted_by(Env& env, const Val& input, const FilterArgs& args,
              Order (*order)(const Val&, const Val&)) {
    const Val property = args.at(0);
    const std::vector<Val> input_items = items_of(env, input);
    std::vector<Keyed> entries;
    bool unreadable = false;
    for (const Val& item : input_items) {
        Val key = item;
        const Access access =
            property.is(Val::Kind::nil) ? Access::found : property_of(env, item, property, key);
        if (access == Access::none) {
            return Val::nil();  // as in Ruby when an item has no properties at all
        }
        unreadable = unreadable || access == Access::wrong;
        entries.push_back({key, item});
    }
    if (unreadable && entries.size() > 1) {
        return wrong_property(env, property);
    }
    bool mixed = false;
    std::stable_sort(entries.begin(), entries.end(), [&](const Keyed& a, const Keyed& b) {
        const Order result = order(a.key, b.key);
        mixed = mixed || result == Order::none;
        return result == Order::less;
    });
    if (mixed) {
        return env.fail("cannot sort values of different types");
    }
    std::vector<Val> items;
    items.reserve(entries.size());
    for (const Keyed& entry : entries) {
        items.push_back(entry.item);
    }
    return env.keep(items);
}

/// Nil sorts last.
Order nil_last(const Val& a, const Val& b) {
    const bool a_nil = a.is(Val::Kind::nil);
    const bool b_nil = b.is(Val::Kind::nil);
    if (a_nil || b_nil) {
        return a_nil == b_nil ? Order::same : (a_nil ? Order::more : Order::less);
    }
    return compare(a, b);
}

std::string folded(const Val& value) {
    std::string text;
    append_text(text, value);
    for (char& c : text) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return text;
}

Order natural_order(const Val& a, const Val& b) {
    if (a.is(Val::Kind::nil) || b.is(Val::Kind::nil)) {
        return nil_last(a, b);
    }
    const int order = folded(a).compare(folded(b));
    return order < 0 ? Order::less : (order > 0 ? Order::more : Order::same);
}

/// Ruby's eql?: unlike ==, 1 and 1.0 are two values.
bool same_value(const Val& a, const Val& b) {
    return (a.kind == b.kind || (a.is_list() && b.is_list())) && equal(a, b);
}

Val end_of(Env& env, const Val& input, std::string_view which) {
    if (!input.is_list() && !input.is(Val::Kind::range) && !input.is(Val::Kind::object)) {
        return Val::nil();
    }
    if (input.is(Val::Kind::object)) {
        const bool any = which == "first" && !input.as.object->keys.empty();
        return any ? pair_at(env, *input.as.object, 0) : Val::nil();
    }
    Val value = member(env, input, which);
    value.missing = false;
    return value;
}

}  // namespace

Val compact(Env& env, const Val& input, const FilterArgs& args) {
    const Val property = args.at(0);
    std::vector<Val> kept;
    for (const Val& item : items_of(env, input)) {
        Val key = item;
        if (!property.is(Val::Kind::nil) &&
            property_of(env, item, property, key) == Access::wrong) {
            return wrong_property(env, property);
        }
        if (!key.is(Val::Kind::nil)) {
            kept.push_back(item);
        }
    }
    return env.keep(kept);
}

Val concat(Env& env, const Val& input, const FilterArgs& args) {
    if (!args.at(0).is_list()) {
        return env.fail("concat needs a list");
    }
    std::vector<Val> items = items_of(env, input);
    for (std::size_t i = 0; i < args.at(0).count(); ++i) {
        items.push_back(args.at(0).item(i));
    }
    return env.keep(items);
}

Val first(Env& env, const Val& input, const FilterArgs&) {
    return end_of(env, input, "first");
}

Val last(Env& env, const Val& input, const FilterArgs&) {
    return end_of(env, input, "last");
}

Val join(Env& env, const Val& input, const FilterArgs& args) {
    const std::string_view glue = args.has(0) ? text_of(env, args.at(0)) : std::string_view(" ");
    std::string result;
    bool started = false;
    for (const Val& item : items_of(env, input)) {
        result += started ? glue : std::string_view();
        append_text(result, item);
        started = true;
    }
    return env.keep(result);
}

Val map(Env& env, const Val& input, const FilterArgs& args) {
    std::vector<Val> values;
    for (const Val& item : items_of(env, input)) {
        Val value;
        if (property_of(env, item, args.at(0), value) == Access::wrong) {
            return wrong_property(env, args.at(0));
        }
        values.push_back(value);
    }
    return env.keep(values);
}

Val reverse(Env& env, const Val& input, const FilterArgs&) {
    std::vector<Val> items = items_of(env, input);
    std::reverse(items.begin(), items.end());
    return env.keep(items);
}

Val size(Env& env, const Val& input, const FilterArgs&) {
    const Val value = member(env, input, "size");
    if (input.is(Val::Kind::object)) {
        return Val::of(static_cast<std::int64_t>(input.as.object->keys.size()));
    }
    if (input.is(Val::Kind::integer)) {
        return Val::of(std::int64_t{8});  // Ruby: the bytes of an Integer
    }
    return value.is(Val::Kind::integer) ? value : Val::of(std::int64_t{0});
}

Val sort(Env& env, const Val& input, const FilterArgs& args) {
    return sorted_by(env, input, args, nil_last);
}

Val sort_natural(Env& env, const Val& input, const FilterArgs& args) {
    return sorted_by(env, input, args, natural_order);
}

Val sum(Env& env, const Val& input, const FilterArgs& args) {
    Val total = Val::of(std::int64_t{0});
    for (const Val& item : items_of(env, input)) {
        Val value = item;
        if (args.has(0) && property_of(env, item, args.at(0), value) != Access::found) {
            return wrong_property(env, args.at(0));
        }
        const auto next = calculate(Operation::plus, total, to_number(value));
        if (!next) {
            return env.fail("the number is too large");
        }
        total = *next;
    }
    return total;
}

Val uniq(Env& env, const Val& input, const FilterArgs& args) {
    const Val property = args.at(0);
    std::vector<Val> keys;
    std::vector<Val> kept;
    for (const Val& item : items_of(env, input)) {
        Val key = item;
        if (!property.is(Val::Kind::nil) &&
            property_of(env, item, property, key) == Access::wrong) {
            return wrong_property(env, property);
        }
        const auto known = [&key](const Val& other) { return same_value(key, other); };
        if (std::none_of(keys.begin(), keys.end(), known)) {
            keys.push_back(key);
            kept.push_back(item);
        }
    }
    return env.keep(kept);
}

}  // namespace filters
}  // namespace sluice::dsl::tpl
