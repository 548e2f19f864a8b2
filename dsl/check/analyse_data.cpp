// W412: what the project reads and real data does not have.
#include "dsl/check/analyse_data.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

std::string times(std::uint64_t count) {
    return count == 1 ? "once" : std::to_string(count) + " times";
}

/// Names that one set has and no declaration speaks of, near to one that was looked for.
template <class Names, class Known>
std::vector<std::string> strangers_like(const std::string& wrong, const Names& names,
                                        const Known& known) {
    std::vector<std::string> strangers;
    for (const std::string& name : names) {
        if (!known(name)) {
            strangers.push_back(name);
        }
    }
    return did_you_mean(wrong, strangers);
}

class AgainstData {
public:
    AgainstData(Compilation& c, const DataFacts& facts, const UsedNames& used)
        : c_(c), facts_(facts), used_(used) {
        for (const auto& [name, event] : facts.events) {
            seen_names_.push_back(name);
        }
    }

    void check() {
        note_recorded();
        for (Index at = 0; at < c_.program.events.size(); ++at) {
            const EventType& event = c_.program.events[at];
            // Events of the catalog are in nobody's history, so nothing can be said of them; those
            // the engine makes itself come when flows run.
            if (!event.builtin && !event.catalog && !recorded_.contains(at)) {
                check(at, event);
            }
        }
        for (Index at = 0; at < c_.program.customer_fields.size(); ++at) {
            check_customer_field(at);
        }
    }

private:
    void note_recorded() {
        for (const Flow& flow : c_.program.flows) {
            for (const Instruction& instruction : flow.code) {
                if (const auto* record = std::get_if<OpRecord>(&instruction.op)) {
                    recorded_.insert(record->event);
                } else if (const auto* trait = std::get_if<OpTrait>(&instruction.op)) {
                    written_.insert(trait->field);
                }
            }
        }
    }

    void check(Index at, const EventType& event) {
        const auto use = used_.events.find(event.name);
        const Declared* place = c_.declared(Kind::event, event.name);
        if (use == used_.events.end() || place == nullptr) {
            return;
        }
        const auto seen = facts_.events.find(event.wire_name);
        if (seen == facts_.events.end()) {
            never_seen(event, place->span, use->second);
            return;
        }
        const auto& spans = c_.names.event_field_spans[at];
        for (std::size_t field = 0; field < std::min(spans.size(), event.fields.size()); ++field) {
            never_present(event, event.fields[field], seen->second, spans[field]);
        }
    }

    void never_seen(const EventType& event, const Span& span, const Span& use) {
        Diagnostic& diagnostic =
            c_.warning("W412", span,
                       "Nobody has sent `" + event.wire_name + "` in the last " +
                           std::to_string(facts_.days) + " days:");
        label(diagnostic, use);
        diagnostic.help = "Flows that start with it or wait for it do nothing. ";
        const auto known = [&](const std::string& name) {
            return c_.program.find_event(name) != kNone;
        };
        const auto near = strangers_like(event.wire_name, seen_names_, known);
        if (near.empty()) {
            diagnostic.help += "Is it sent under another name? Say so with `from \"...\"`.";
            return;
        }
        diagnostic.help += "What has come, and is declared nowhere, is `" + near.front() + "` (" +
                           times(facts_.events.at(near.front()).count) +
                           "). If that is meant:\n  event " + spelled(event.name) + " from " +
                           quoted(near.front());
    }

    void never_present(const EventType& event, const Field& field, const DataFacts::Event& seen,
                       const Span& span) {
        const auto use = used_.fields.find({event.name, field.name});
        if (use == used_.fields.end() || seen.fields.contains(field.name)) {
            return;
        }
        Diagnostic& diagnostic = c_.warning("W412", span,
                                            "`" + event.name + "` has come " + times(seen.count) +
                                                " in the last " + std::to_string(facts_.days) +
                                                " days, and never with a `" + field.name + "`:");
        label(diagnostic, use->second);
        const auto known = [&](const std::string& name) {
            return Program::find_field(event.fields, name) != kNone;
        };
        explain_field(diagnostic, field, strangers_like(field.name, seen.fields, known));
    }

    void check_customer_field(Index at) {
        const Field& field = c_.program.customer_fields[at];
        const auto use = used_.traits.find(field.name);
        if (use == used_.traits.end() || facts_.traits.contains(field.name) ||
            written_.contains(at) || at >= c_.names.customer_field_spans.size()) {
            return;
        }
        Diagnostic& diagnostic =
            c_.warning("W412", c_.names.customer_field_spans[at],
                       "Of " + std::to_string(facts_.customers) +
                           (facts_.customers == 1 ? " customer" : " customers") +
                           ", none has been given a `" + field.name + "`:");
        label(diagnostic, use->second);
        const auto known = [&](const std::string& name) {
            return c_.program.find_customer_field(name) != kNone;
        };
        explain_field(diagnostic, field, strangers_like(field.name, facts_.traits, known));
    }

    static void explain_field(Diagnostic& diagnostic, const Field& field,
                              const std::vector<std::string>& near) {
        diagnostic.help = field.default_value.known()
                              ? "Everybody has its default. "
                              : "It counts as unknown wherever it is read. ";
        diagnostic.help += near.empty() ? "Send it, or do not rely on it."
                                        : "What does come, and is declared nowhere, is `" +
                                              near.front() + "`: is that the one?";
    }

    static void label(Diagnostic& diagnostic, const Span& use) {
        if (use.length > 0) {
            diagnostic.labels.push_back({use, "used here"});
        }
    }

    Compilation& c_;
    const DataFacts& facts_;
    const UsedNames& used_;
    std::vector<std::string> seen_names_;
    std::set<Index> recorded_;  // events that flows make
    std::set<Index> written_;   // customer fields that flows give a value
};

}  // namespace

void UsedNames::note(const NameUse& use) {
    if (use.declaration) {
        return;
    }
    // A place in a body file cannot be shown beside flow files.
    const Span span = use.body.empty() ? use.span : Span{};
    if (use.kind == NameUse::Kind::event) {
        events.try_emplace(use.name, span);
    } else if (use.kind == NameUse::Kind::event_field) {
        fields.try_emplace({use.owner, use.name}, span);
    } else if (use.kind == NameUse::Kind::customer_field) {
        traits.try_emplace(use.name, span);
    }
}

void analyse_data(Compilation& c, const DataFacts& facts, const UsedNames& used) {
    // Where nobody is there yet, nothing is missing.
    if (facts.customers > 0) {
        AgainstData(c, facts, used).check();
    }
}

}  // namespace sluice::dsl::check
