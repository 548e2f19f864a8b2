#include "dsl/template/text.hpp"
#include "dsl/template/value.hpp"

/// Property access: object keys, list positions, the `size`/`first`/`last` commands and the
/// properties of loops.
namespace sluice::dsl::tpl {
namespace {

Val loop_member(const LoopState& loop, std::string_view key) {
    if (key == "length")
        return Val::of(loop.length);
    if (key == "index")
        return Val::of(loop.index + 1);
    if (key == "index0")
        return Val::of(loop.index);
    if (key == "rindex")
        return Val::of(loop.length - loop.index);
    if (key == "rindex0")
        return Val::of(loop.length - loop.index - 1);
    if (key == "first")
        return Val::of(loop.index == 0);
    if (key == "last")
        return Val::of(loop.index == loop.length - 1);
    if (loop.is_row) {
        if (key == "col")
            return Val::of(loop.column);
        if (key == "col0")
            return Val::of(loop.column - 1);
        if (key == "row")
            return Val::of(loop.row);
        if (key == "col_first")
            return Val::of(loop.column == 1);
        if (key == "col_last")
            return Val::of(loop.column == loop.columns);
        return Val::absent();
    }
    if (key == "name")
        return Val::of(loop.name);
    if (key == "parentloop" && loop.parent != nullptr)
        return Val::loop(loop.parent);
    return Val::absent();
}

Val size_of(const Val& value) {
    switch (value.kind) {
        case Val::Kind::text:
            return Val::of(static_cast<std::int64_t>(code_points(value.text())));
        case Val::Kind::list:
        case Val::Kind::data_list:
        case Val::Kind::range:
            return Val::of(static_cast<std::int64_t>(value.count()));
        case Val::Kind::object:
            return Val::of(static_cast<std::int64_t>(value.as.object->keys.size()));
        default:
            return Val::absent();
    }
}

Val command(Env& env, const Val& value, std::string_view key) {
    if (key == "size") {
        return size_of(value);
    }
    const bool first = key == "first";
    if (!first && key != "last") {
        return Val::absent();
    }
    if (value.is_list() || value.is(Val::Kind::range)) {
        const std::size_t count = value.count();
        return count == 0 ? Val::absent() : value.item(first ? 0 : count - 1);
    }
    if (value.is(Val::Kind::object) && first && !value.as.object->keys.empty()) {
        return pair_at(env, *value.as.object, 0);
    }
    return Val::absent();
}

}  // namespace

Val member(Env& env, const Val& object, std::string_view key) {
    if (object.is(Val::Kind::object)) {
        const Data* found = object.as.object->find(key);
        if (found != nullptr) {
            return Val::of(*found);
        }
    }
    if (object.is(Val::Kind::loop)) {
        return loop_member(*object.as.loop, key);
    }
    return command(env, object, key);
}

Val element(Env& env, const Val& object, const Val& key) {
    if (object.is_list() && key.is(Val::Kind::integer)) {
        const auto count = static_cast<std::int64_t>(object.count());
        const std::int64_t index = key.as.integer < 0 ? key.as.integer + count : key.as.integer;
        return index < 0 || index >= count ? Val::absent()
                                           : object.item(static_cast<std::size_t>(index));
    }
    if (key.is(Val::Kind::text)) {
        // Ruby allows the size/first/last commands with dot notation only.
        if (object.is(Val::Kind::object)) {
            const Data* found = object.as.object->find(key.text());
            return found == nullptr ? Val::absent() : Val::of(*found);
        }
        return object.is(Val::Kind::loop) ? member(env, object, key.text()) : Val::absent();
    }
    return Val::absent();
}

bool contains(Env& env, const Val& left, const Val& right) {
    if (!left.truthy() || !right.truthy()) {
        return false;
    }
    if (left.is(Val::Kind::text)) {
        return left.text().find(text_of(env, right)) != std::string_view::npos;
    }
    if (left.is(Val::Kind::object)) {
        return right.is(Val::Kind::text) && left.as.object->find(right.text()) != nullptr;
    }
    if (left.is(Val::Kind::range)) {
        return right.is(Val::Kind::integer) && right.as.integer >= left.as.integer &&
               right.as.integer <= left.extent;
    }
    for (std::size_t i = 0; i < left.count(); ++i) {
        if (equal(left.item(i), right)) {
            return true;
        }
    }
    return false;
}

Val pair_at(Env& env, const Data& object, std::size_t index) {
    Val* pair = env.arena.create<Val>(2);
    pair[0] = Val::of(std::string_view(object.keys[index]));
    pair[1] = Val::of(object.items[index]);
    return Val::list(pair, 2);
}

}  // namespace sluice::dsl::tpl
