#include "dsl/check/memory.hpp"

#include "dsl/check/lower_cond.hpp"
#include "dsl/check/render.hpp"
#include "dsl/depends.hpp"

#include <algorithm>
#include <set>

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

/// The `where` of a memory, told apart by when it can be decided.
struct Filters {
    std::vector<Index> at_once;  // from the occurrence alone
    std::vector<Index> asked;    // with the customer's or the run's data, or the time
    std::set<Index> fields;      // that the latter read of the occurrence
    Index key_field = kNone;     // the first `field is path`
    Operand key;
    bool complete = true;
};

struct WhereReader {
    Compilation& c;
    Scope& scope;
    Index event = kNone;
    Filters out;

    /// With a key only the occurrences of one value are looked at.
    Filters read(const ast::CondPtr& where, bool keyed) {
        for (const ast::Cond* term : conjuncts(where)) {
            const KeyPaths paths = key_paths(*term);
            if (keyed && paths.field != nullptr && out.key_field == kNone) {
                add_key(*term, paths);
            } else {
                add_filter(*term);
            }
        }
        return std::move(out);
    }

private:
    [[nodiscard]] Scope inside() const {
        Scope inner = scope;
        inner.place = Scope::Place::history_where;
        inner.event = event;
        inner.known.clear();
        return inner;
    }

    void add_key(const ast::Cond& term, const KeyPaths& paths) {
        Scope inner = inside();
        const auto field = resolve_path(c, *paths.field, inner);
        const auto value = resolve_path(c, *paths.value, inner);
        if (!field || !value) {
            out.complete = false;
            return;
        }
        if (family_of(field->type.kind) != family_of(value->type.kind) ||
            family_of(field->type.kind) == Family::list) {
            c.error("E301", term.span,
                    "`" + field->words + "` holds " + content_of(field->type) + ", and `" +
                        value->words + "` holds " + content_of(value->type) + ":")
                .help = "Only values of the same kind can be equal.";
            out.complete = false;
            return;
        }
        out.key_field = field->operand.field;
        out.key = value->operand;
    }

    void add_filter(const ast::Cond& term) {
        Scope inner = inside();
        const Index index = lower_cond(c, term, inner);
        if (index == kNone) {
            out.complete = false;
            return;
        }
        // What anything but the occurrence itself says is not known yet, or not for good, when it
        // is counted.
        Dependencies reads;
        collect_dependencies(c.program, index, reads);
        if (reads.run || reads.time || !reads.traits.empty()) {
            out.asked.push_back(index);
            out.fields.merge(reads.event_fields);
        } else {
            out.at_once.push_back(index);
        }
    }
};

const Span& where_span(const ast::EventPattern& pattern) {
    return pattern.where == nullptr ? pattern.span : pattern.where->span;
}

Index all_of(Compilation& c, const std::vector<Index>& terms, const Span& span) {
    if (terms.empty()) {
        return kNone;
    }
    return terms.size() == 1 ? terms.front() : add_condition(c, CondAll{terms}, span);
}

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
        case Aggregate::Kind::samples:
            return "samples";
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
    for (const Index field : wanted.fields) {
        out += (field == wanted.fields.front() ? " of " : ", ") + fields[field].name;
    }
    if (wanted.then.event != kNone) {
        out += " " + render_pattern(program, wanted.then, nullptr);
    }
    return wanted.within == Duration{} ? out : out + " within " + to_text(wanted.within);
}

Index shared_aggregate(Compilation& c, Aggregate wanted) {
    auto& aggregates = c.program.aggregates;
    const auto same = std::find_if(
        aggregates.begin(), aggregates.end(),
        [&](const Aggregate& known) { return known.kept() && known.identity == wanted.identity; });
    if (same != aggregates.end()) {
        same->newest = std::max(same->newest, wanted.newest);
        return to_index(static_cast<std::size_t>(same - aggregates.begin()));
    }
    aggregates.push_back(std::move(wanted));
    return to_index(aggregates.size() - 1);
}

/// The remembered occurrences that what is asked with other data is made from.
Index shared_samples(Compilation& c, Index event, const Filters& filters, const Aggregate& made,
                     const Span& span) {
    Aggregate samples;
    samples.kind = Aggregate::Kind::samples;
    samples.event = event;
    samples.filter = all_of(c, filters.at_once, span);
    samples.key_field = filters.key_field;
    samples.newest = std::max(made.newest, static_cast<std::uint16_t>(kCountMax));
    samples.fields.assign(filters.fields.begin(), filters.fields.end());
    return shared_memory(c, std::move(samples));
}

/// The author's words make it the same in the next version; two flows never share one.
Index made_memory(Compilation& c, Aggregate wanted, const Scope& scope) {
    const Program& program = c.program;
    const Flow* flow = scope.flow == nullptr ? nullptr : scope.flow->flow;
    std::string identity = program.aggregates[wanted.source].identity;
    if (wanted.filter != kNone) {
        identity += " where " + render_pattern(program, {wanted.event, wanted.filter}, flow);
    }
    if (wanted.then_source != kNone) {
        identity += " " + std::string(word_of(wanted.kind)) + " " +
                    program.aggregates[wanted.then_source].identity;
        if (wanted.then.filter != kNone) {
            identity += " where " + render_pattern(program, wanted.then, flow);
        }
    } else if (wanted.kind != Aggregate::Kind::occurrences) {
        identity += " " + std::string(word_of(wanted.kind));
    }
    if (wanted.value_field != kNone) {
        identity += " ." + program.events[wanted.event].fields[wanted.value_field].name;
    }
    if (wanted.within != Duration{}) {
        identity += " within " + to_text(wanted.within);
    }
    wanted.identity = std::move(identity);
    c.program.aggregates.push_back(std::move(wanted));
    return to_index(c.program.aggregates.size() - 1);
}

}  // namespace

Index shared_memory(Compilation& c, Aggregate wanted) {
    wanted.identity = identity_of(c.program, wanted);
    return shared_aggregate(c, std::move(wanted));
}

std::optional<Memory> memory_of(Compilation& c, const ast::EventPattern& pattern, Aggregate wanted,
                                Scope& scope, const ast::EventPattern* then) {
    const Index event = c.find(Kind::event, "E201", pattern.event);
    if (event == kNone || !check_own_event(c, event, pattern.event.span)) {
        return std::nullopt;
    }
    Filters filters = WhereReader{c, scope, event, {}}.read(pattern.where, true);
    Filters then_filters;
    if (then != nullptr) {
        wanted.then.event = c.find(Kind::event, "E201", then->event);
        if (wanted.then.event == kNone) {
            return std::nullopt;
        }
        then_filters = WhereReader{c, scope, wanted.then.event, {}}.read(then->where, false);
    }
    if (!filters.complete || !then_filters.complete) {
        return std::nullopt;
    }
    wanted.event = event;
    wanted.key_field = filters.key_field;
    if (filters.asked.empty() && then_filters.asked.empty()) {
        wanted.filter = all_of(c, filters.at_once, where_span(pattern));
        wanted.then.filter =
            then == nullptr ? kNone : all_of(c, then_filters.at_once, where_span(*then));
        return Memory{shared_memory(c, std::move(wanted)), filters.key};
    }
    if (wanted.value_field != kNone) {
        filters.fields.insert(wanted.value_field);
    }
    wanted.source = shared_samples(c, event, filters, wanted, where_span(pattern));
    wanted.filter = all_of(c, filters.asked, where_span(pattern));
    if (then != nullptr) {
        wanted.then_source =
            shared_samples(c, wanted.then.event, then_filters, wanted, where_span(*then));
        wanted.then.filter = all_of(c, then_filters.asked, where_span(*then));
    }
    return Memory{made_memory(c, std::move(wanted), scope), filters.key};
}

}  // namespace sluice::dsl::check
