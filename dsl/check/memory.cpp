#include "dsl/check/memory.hpp"

#include "dsl/check/lower_cond.hpp"
#include "dsl/check/render.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

std::vector<const ast::Cond*> conjuncts(const ast::CondPtr& where) {
    std::vector<const ast::Cond*> out;
    if (where == nullptr) {
        return out;
    }
    const auto* all = std::get_if<ast::CondAnd>(&where->node);
    if (all == nullptr) {
        return {where.get()};
    }
    for (const ast::CondPtr& term : all->terms) {
        out.push_back(term.get());
    }
    return out;
}

struct KeyPaths {
    const ast::Path* field = nullptr;
    const ast::Path* value = nullptr;
};

/// `field is owner.field`, either way round.
KeyPaths key_paths(const ast::Cond& term) {
    const auto* compare = std::get_if<ast::CondCompare>(&term.node);
    const auto* value =
        compare == nullptr ? nullptr : std::get_if<ast::CmpValue>(&compare->comparison);
    if (value == nullptr || value->op != ast::CompareOp::equal) {
        return {};
    }
    const auto* path = std::get_if<ast::Path>(&value->value.node);
    if (path == nullptr) {
        return {};
    }
    if (compare->path.words.size() == 1 && path->words.size() > 1) {
        return {&compare->path, path};
    }
    if (compare->path.words.size() > 1 && path->words.size() == 1) {
        return {path, &compare->path};
    }
    return {};
}

struct MemoryBuilder {
    Compilation& c;
    Scope& scope;
    Index event = kNone;
    std::vector<Index> filter;
    Index key_field = kNone;
    Operand key;
    bool complete = true;

    void add_key(const ast::Cond& term, const KeyPaths& paths) {
        if (key_field != kNone) {
            c.not_supported(term.span, "A second `field is path` inside one history condition",
                            "Keep the one that tells occurrences apart, such as an id.");
            complete = false;
            return;
        }
        Scope inner = scope;
        inner.place = Scope::Place::where;
        inner.event = event;
        const auto field = resolve_path(c, *paths.field, inner);
        const auto value = resolve_path(c, *paths.value, inner);
        if (!field || !value) {
            complete = false;
            return;
        }
        if (family_of(field->type.kind) != family_of(value->type.kind) ||
            family_of(field->type.kind) == Family::list) {
            c.error("E301", term.span,
                    "`" + field->words + "` holds " + content_of(field->type) + ", and `" +
                        value->words + "` holds " + content_of(value->type) + ":")
                .help = "Only values of the same kind can be equal.";
            complete = false;
            return;
        }
        key_field = field->operand.field;
        key = value->operand;
    }

    void add_filter(const ast::Cond& term) {
        Scope inner = scope;
        inner.place = Scope::Place::history_where;
        inner.event = event;
        inner.known.clear();
        const Index index = lower_cond(c, term, inner);
        complete = complete && index != kNone;
        filter.push_back(index);
    }
};

std::string_view word_of(Aggregate::Kind kind) {
    switch (kind) {
        case Aggregate::Kind::occurrences:
            return {};
        case Aggregate::Kind::sums:
            return "sums";
        case Aggregate::Kind::highest:
            return "highest";
        case Aggregate::Kind::lowest:
            return "lowest";
        case Aggregate::Kind::different:
            return "different";
        case Aggregate::Kind::values:
            return "values";
        case Aggregate::Kind::followed:
            return "followed by";
        case Aggregate::Kind::not_followed:
            return "not followed by";
        case Aggregate::Kind::messages:
            return "messages";
        case Aggregate::Kind::intent:
            return "intent";
    }
    return {};
}

/// Everything that makes two memories the same, and nothing else.
std::string identity_of(const Program& program, const Aggregate& wanted) {
    if (wanted.kind == Aggregate::Kind::messages) {
        return "messages " + std::string(wanted.channel ? to_text(*wanted.channel) : "all");
    }
    const auto& fields = program.events[wanted.event].fields;
    std::string out = render_pattern(program, {wanted.event, wanted.filter}, nullptr);
    if (wanted.key_field != kNone) {
        out += "{" + fields[wanted.key_field].name + "}";
    }
    if (wanted.value_field != kNone) {
        out += "." + fields[wanted.value_field].name;
    }
    if (wanted.kind != Aggregate::Kind::occurrences) {
        out += " " + std::string(word_of(wanted.kind));
    }
    if (wanted.then.event != kNone) {
        out += " " + render_pattern(program, wanted.then, nullptr);
    }
    return wanted.within == Duration{} ? out : out + " within " + to_text(wanted.within);
}

Index shared_aggregate(Compilation& c, Aggregate wanted) {
    auto& aggregates = c.program.aggregates;
    const auto same =
        std::find_if(aggregates.begin(), aggregates.end(),
                     [&](const Aggregate& known) { return known.identity == wanted.identity; });
    if (same != aggregates.end()) {
        same->newest = std::max(same->newest, wanted.newest);
        return to_index(static_cast<std::size_t>(same - aggregates.begin()));
    }
    aggregates.push_back(std::move(wanted));
    return to_index(aggregates.size() - 1);
}

}  // namespace

Index shared_memory(Compilation& c, Aggregate wanted) {
    wanted.identity = identity_of(c.program, wanted);
    return shared_aggregate(c, std::move(wanted));
}

std::optional<Memory> memory_of(Compilation& c, const ast::EventPattern& pattern, Aggregate wanted,
                                Scope& scope) {
    MemoryBuilder builder{c,  scope, c.find(Kind::event, "E201", pattern.event), {}, kNone,
                          {}, true};
    if (builder.event == kNone || !check_own_event(c, builder.event, pattern.event.span)) {
        return std::nullopt;
    }
    for (const ast::Cond* term : conjuncts(pattern.where)) {
        const KeyPaths paths = key_paths(*term);
        if (paths.field != nullptr) {
            builder.add_key(*term, paths);
        } else {
            builder.add_filter(*term);
        }
    }
    if (!builder.complete) {
        return std::nullopt;
    }
    wanted.event = builder.event;
    wanted.key_field = builder.key_field;
    if (builder.filter.size() == 1) {
        wanted.filter = builder.filter.front();
    } else if (!builder.filter.empty()) {
        wanted.filter = add_condition(c, CondAll{builder.filter}, pattern.where->span);
    }
    return Memory{shared_memory(c, std::move(wanted)), builder.key};
}

}  // namespace sluice::dsl::check
