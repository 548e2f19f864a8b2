#include "dsl/check/scope.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

std::vector<std::string> field_names(const std::vector<Field>& fields) {
    std::vector<std::string> out;
    for (const Field& field : fields) {
        out.push_back(field.name);
    }
    return out;
}

Span word_span(const ast::Path& path, std::size_t word) {
    Span span = path.span;
    if (path.words.size() < 2 || path.span.length != dotted(path).size()) {
        return span;
    }
    std::uint32_t skipped = 0;
    for (std::size_t at = 0; at < word; ++at) {
        skipped += static_cast<std::uint32_t>(path.words[at].size() + 1);
    }
    span.offset += skipped;
    span.column += skipped;
    span.length = static_cast<std::uint32_t>(path.words[word].size());
    return span;
}

void suggest_field(const Compilation& c, Diagnostic& diagnostic, const Span& span,
                   const std::string& wrong, const std::vector<Field>& fields,
                   const std::vector<Span>& spans) {
    const auto candidates = did_you_mean(wrong, field_names(fields));
    if (candidates.empty()) {
        if (fields.empty()) {
            diagnostic.help = "It has no fields.";
            return;
        }
        std::vector<std::string> marked;
        for (const Field& field : fields) {
            marked.push_back("`" + field.name + "`");
        }
        diagnostic.help = "It has " + listed(marked) + ".";
        return;
    }
    const Index best = Program::find_field(fields, candidates.front());
    diagnostic.help =
        suggestion(candidates) + "  " + declared_note(c, spans[best], fields[best].type);
    diagnostic.fix = Fix{span, candidates.front()};
}

Typed typed(const Field& field, const Span& declared, std::string words) {
    Typed out;
    out.type = field.type;
    out.maybe_unknown = maybe_unknown(field);
    out.words = std::move(words);
    out.declared = declared;
    return out;
}

/// Where a path names a field; `event` is empty for the customer's.
void note_field(const Compilation& c, const ast::Path& path, std::size_t word,
                std::string_view event) {
    NameUse use;
    use.kind = event.empty() ? NameUse::Kind::customer_field : NameUse::Kind::event_field;
    use.name = path.words[word];
    use.owner = event;
    use.span = word_span(path, word);
    c.note(std::move(use));
}

std::optional<Typed> event_field(Compilation& c, const ast::Path& path, std::size_t word,
                                 Index event) {
    const EventType& type = c.program.events[event];
    const std::string& name = path.words[word];
    const Index field = Program::find_field(type.fields, name);
    if (field != kNone) {
        note_field(c, path, word, type.name);
        return typed(type.fields[field], c.names.event_field_spans[event][field], dotted(path));
    }
    if (!c.names.events_damaged.contains(event)) {
        const Span span = word_span(path, word);
        Diagnostic& diagnostic =
            c.error("E206", span, "`" + type.name + "` has no field called `" + name + "`:");
        suggest_field(c, diagnostic, span, name, type.fields, c.names.event_field_spans[event]);
    }
    return std::nullopt;
}

std::optional<Typed> customer_field(Compilation& c, const ast::Path& path) {
    const std::string& name = path.words[1];
    const auto& fields = c.program.customer_fields;
    const Index field = Program::find_field(fields, name);
    if (field != kNone) {
        note_field(c, path, 1, {});
        Typed out = typed(fields[field], c.names.customer_field_spans[field], dotted(path));
        out.operand.kind = Operand::Kind::customer_field;
        out.operand.field = field;
        out.is_trait = true;
        return out;
    }
    if (!c.names.customer_damaged) {
        const Span span = word_span(path, 1);
        Diagnostic& diagnostic =
            c.error("E210", span, "Customers have no field called `" + name + "`:");
        const bool near = !did_you_mean(name, field_names(fields)).empty();
        if (near) {
            suggest_field(c, diagnostic, span, name, fields, c.names.customer_field_spans);
        } else {
            diagnostic.help = "Declare it in the `customer { … }` block, for example:  " + name +
                              " text optional";
        }
    }
    return std::nullopt;
}

void report_unknown_binding(Compilation& c, const ast::Path& path, Scope& scope) {
    const std::string& name = path.words[0];
    const Span span = word_span(path, 0);
    Binding* elsewhere = scope.flow == nullptr ? nullptr : scope.flow->anywhere(name);
    if (elsewhere != nullptr) {
        elsewhere->used = true;
        Diagnostic& diagnostic =
            c.error("E222", span, "`" + name + "` is not always there at this point:");
        diagnostic.labels.push_back({elsewhere->span, "it gets its name here"});
        if (scope.in_start && path.words.size() == 2) {
            diagnostic.help =
                "In the `where` of a start, its fields stand alone:  " + path.words[1];
            diagnostic.fix = Fix{path.span, path.words[1]};
            return;
        }
        diagnostic.help = "A name given with `as` is known from there to the end of its block.";
        return;
    }
    if (name == "event" && scope.flow != nullptr) {
        if (!scope.flow->starts_complete) {
            return;
        }
        c.error("E222", span,
                "`event` is the event that started the run, and here there is not exactly one:")
            .help =
            "Name the event of each start with `as`, as in:  starts when Order Placed as order";
        return;
    }
    if (scope.flow != nullptr && scope.flow->damaged) {
        return;
    }
    std::vector<std::string> known = {"customer"};
    if (scope.flow != nullptr) {
        for (const Binding& binding : scope.flow->bindings) {
            known.push_back(binding.name);
        }
    }
    Diagnostic& diagnostic = c.error("E208", span, "Nothing here is called `" + name + "`:");
    const auto candidates = did_you_mean(name, known);
    if (!candidates.empty()) {
        diagnostic.help = suggestion(candidates);
        diagnostic.fix = Fix{span, candidates.front()};
    } else if (scope.flow == nullptr) {
        diagnostic.help = "Outside flows only `customer.…` can be read.";
    } else {
        diagnostic.help = "Give the event a name where it is received:  … as " + name;
    }
}

void report_bare_word(Compilation& c, const ast::Path& path, Scope& scope) {
    const std::string& name = path.words[0];
    Binding* binding = scope.flow == nullptr ? nullptr : scope.flow->visible(name);
    if (binding != nullptr) {
        binding->used = true;
        c.error("E206", path.span,
                "`" + name + "` is a whole event; say which of its fields you mean:")
            .help = "For example:  " + name + ".…";
        return;
    }
    Diagnostic& diagnostic =
        c.error("E206", path.span, "I do not know whose `" + name + "` this is:");
    std::vector<std::string> owners;
    if (scope.flow != nullptr) {
        for (const Binding& candidate : scope.flow->bindings) {
            if (!candidate.visible || candidate.event == kNone) {
                continue;
            }
            const auto& fields = c.program.events[candidate.event].fields;
            if (Program::find_field(fields, name) != kNone) {
                owners.push_back(candidate.name + "." + name);
            }
        }
    }
    if (c.program.find_customer_field(name) != kNone) {
        owners.push_back("customer." + name);
    }
    if (owners.empty()) {
        diagnostic.help = "Outside `where`, write the owner first, as in `customer." + name + "`.";
        return;
    }
    diagnostic.help = suggestion(owners);
    diagnostic.fix = Fix{path.span, owners.front()};
}

std::optional<Typed> slot_field(Compilation& c, const ast::Path& path, Scope& scope) {
    if (path.words[0] == "event" && scope.flow != nullptr && !scope.in_start &&
        scope.flow->visible("event") == nullptr) {
        const Index slot = start_slot(*scope.flow);
        if (slot != kNone) {
            auto out = event_field(c, path, 1, scope.flow->flow->slots[slot].event);
            if (out) {
                out->operand = {Operand::Kind::slot_field,
                                slot,
                                Program::find_field(
                                    c.program.events[scope.flow->flow->slots[slot].event].fields,
                                    path.words[1]),
                                {}};
            }
            return out;
        }
    }
    Binding* binding = scope.flow == nullptr ? nullptr : scope.flow->visible(path.words[0]);
    if (binding == nullptr) {
        report_unknown_binding(c, path, scope);
        return std::nullopt;
    }
    binding->used = true;
    note_binding(c, *binding, word_span(path, 0));
    if (binding->event == kNone) {
        return std::nullopt;
    }
    auto out = event_field(c, path, 1, binding->event);
    if (out) {
        const auto& fields = c.program.events[binding->event].fields;
        out->operand = {Operand::Kind::slot_field,
                        binding->slot,
                        Program::find_field(fields, path.words[1]),
                        {}};
    }
    return out;
}

std::optional<Operand> date_operand(Compilation& c, const ast::ValueExpr& value,
                                    const Typed& target) {
    const bool today = std::holds_alternative<ast::Today>(value.node);
    if (family_of(target.type.kind) != Family::date) {
        report_mismatch(c, value, target, today ? "a date" : "a moment");
        return std::nullopt;
    }
    Operand out;
    out.kind = today ? Operand::Kind::today : Operand::Kind::now;
    return out;
}

}  // namespace

void note_binding(const Compilation& c, const Binding& binding, const Span& span, bool shorthand) {
    NameUse use;
    use.kind = NameUse::Kind::binding;
    use.name = binding.name;
    use.owner = binding.event == kNone ? std::string() : c.program.events[binding.event].name;
    use.span = span;
    use.declared = binding.span;
    use.declaration = span == binding.span;
    use.shorthand = shorthand;
    c.note(std::move(use));
}

std::string dotted(const ast::Path& path) {
    std::string out;
    for (const std::string& word : path.words) {
        out += (out.empty() ? "" : ".") + word;
    }
    return out;
}

Binding* FlowScope::visible(std::string_view name) {
    const auto found = std::find_if(bindings.begin(), bindings.end(), [&](const Binding& binding) {
        return binding.visible && binding.name == name;
    });
    return found == bindings.end() ? nullptr : &*found;
}

Binding* FlowScope::anywhere(std::string_view name) {
    const auto found = std::find_if(bindings.begin(), bindings.end(),
                                    [&](const Binding& binding) { return binding.name == name; });
    return found == bindings.end() ? nullptr : &*found;
}

Index start_slot(FlowScope& scope) {
    Flow& flow = *scope.flow;
    if (scope.starts_count != 1 || flow.starts.size() != 1) {
        return kNone;
    }
    auto* start = std::get_if<StartOnEvent>(&flow.starts.front());
    if (start == nullptr) {
        return kNone;
    }
    if (start->slot == kNone && start->event.event != kNone) {
        start->slot = to_index(flow.slots.size());
        flow.slots.push_back({"event", start->event.event});
    }
    for (Binding& binding : scope.bindings) {
        binding.used = binding.used || binding.slot == start->slot;
    }
    return start->slot;
}

std::optional<Typed> resolve_path(Compilation& c, const ast::Path& path, Scope& scope) {
    if (path.words.size() > 2) {
        c.error("E206", word_span(path, 2),
                "`" + path.words[0] + "." + path.words[1] + "` has no parts:")
            .help = "A path is an owner and one field, as in `customer.country`.";
        return std::nullopt;
    }
    const bool in_where = scope.event != kNone;
    if (path.words.size() == 1) {
        if (!in_where) {
            report_bare_word(c, path, scope);
            return std::nullopt;
        }
        auto out = event_field(c, path, 0, scope.event);
        if (out) {
            const auto& fields = c.program.events[scope.event].fields;
            out->operand.kind = Operand::Kind::event_field;
            out->operand.field = Program::find_field(fields, path.words[0]);
        }
        return out;
    }
    return path.words[0] == "customer" ? customer_field(c, path) : slot_field(c, path, scope);
}

std::optional<Operand> operand_for(Compilation& c, const ast::ValueExpr& value, const Typed& target,
                                   Scope& scope) {
    if (const auto* path = std::get_if<ast::Path>(&value.node)) {
        const auto source = resolve_path(c, *path, scope);
        if (!source) {
            return std::nullopt;
        }
        if (family_of(source->type.kind) != family_of(target.type.kind)) {
            report_mismatch(c, value, target, "declared as " + to_text(source->type));
            return std::nullopt;
        }
        return source->operand;
    }
    if (std::holds_alternative<ast::Today>(value.node) ||
        std::holds_alternative<ast::Now>(value.node)) {
        return date_operand(c, value, target);
    }
    const auto literal = literal_for(c, value, target);
    if (!literal) {
        return std::nullopt;
    }
    Operand out;
    out.value = *literal;
    return out;
}

std::optional<Typed> operand_of_any_type(Compilation& c, const ast::ValueExpr& value,
                                         Scope& scope) {
    if (const auto* path = std::get_if<ast::Path>(&value.node)) {
        return resolve_path(c, *path, scope);
    }
    Typed out;
    if (std::holds_alternative<ast::Today>(value.node)) {
        out.operand.kind = Operand::Kind::today;
        out.type.kind = TypeKind::date;
    } else if (std::holds_alternative<ast::Now>(value.node)) {
        out.operand.kind = Operand::Kind::now;
        out.type.kind = TypeKind::text;
    } else if (const auto* name = std::get_if<ast::Name>(&value.node)) {
        out.operand.value = Value::of_text(name->text);
    } else {
        out.operand.value = std::get<Value>(value.node);
    }
    return out;
}

}  // namespace sluice::dsl::check
