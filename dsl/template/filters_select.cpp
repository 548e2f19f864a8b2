#include "dsl/template/filter_items.hpp"
#include "dsl/template/filters.hpp"

#include <optional>
#include <string>
#include <vector>

/// Filters that test a property of every item: where, reject, find, find_index, has.
namespace sluice::dsl::tpl::filters {
namespace {

enum class Verdict : std::uint8_t { yes, no, none, wrong };

Verdict judge(Env& env, const Val& item, const FilterArgs& args) {
    Val value;
    switch (property_of(env, item, args.at(0), value)) {
        case Access::none:
            return Verdict::none;
        case Access::wrong:
            return Verdict::wrong;
        case Access::found:
            break;
    }
    const Val wanted = args.at(1);
    const bool fits = wanted.is(Val::Kind::nil) ? value.truthy() : equal(value, wanted);
    return fits ? Verdict::yes : Verdict::no;
}

Val refuse(Env& env, const FilterArgs& args) {
    return env.fail("cannot read the property " + std::string(text_of(env, args.at(0))) +
                    " of every item");
}

/// Items whose verdict is `wanted`. As in Ruby, an item without properties makes the result nil.
Val selected(Env& env, const Val& input, const FilterArgs& args, Verdict wanted) {
    std::vector<Val> kept;
    for (const Val& item : items_of(env, input)) {
        const Verdict verdict = judge(env, item, args);
        if (verdict == Verdict::none || verdict == Verdict::wrong) {
            return verdict == Verdict::none ? Val::nil() : refuse(env, args);
        }
        if (verdict == wanted) {
            kept.push_back(item);
        }
    }
    return env.keep(kept);
}

struct Search {
    Verdict end = Verdict::no;
    std::size_t index = 0;
    Val item;
};

Search search(Env& env, const Val& input, const FilterArgs& args) {
    Search result;
    for (const Val& item : items_of(env, input)) {
        result.end = judge(env, item, args);
        result.item = item;
        if (result.end != Verdict::no) {
            break;
        }
        ++result.index;
    }
    return result;
}

}  // namespace

Val where(Env& env, const Val& input, const FilterArgs& args) {
    return selected(env, input, args, Verdict::yes);
}

Val reject(Env& env, const Val& input, const FilterArgs& args) {
    return selected(env, input, args, Verdict::no);
}

Val find(Env& env, const Val& input, const FilterArgs& args) {
    const Search result = search(env, input, args);
    if (result.end == Verdict::wrong) {
        return refuse(env, args);
    }
    return result.end == Verdict::yes ? result.item : Val::nil();
}

Val find_index(Env& env, const Val& input, const FilterArgs& args) {
    const Search result = search(env, input, args);
    if (result.end == Verdict::wrong) {
        return refuse(env, args);
    }
    return result.end == Verdict::yes ? Val::of(static_cast<std::int64_t>(result.index))
                                      : Val::nil();
}

Val has(Env& env, const Val& input, const FilterArgs& args) {
    const Search result = search(env, input, args);
    if (result.end == Verdict::wrong) {
        return refuse(env, args);
    }
    return result.end == Verdict::none ? Val::nil() : Val::of(result.end == Verdict::yes);
}

}  // namespace sluice::dsl::tpl::filters
