// Numbers over the past: totals, averages, different values, intent, and fields of the last event.
#include "dsl/check/lower_cond.hpp"
#include "dsl/check/memory.hpp"

namespace sluice::dsl::check {
namespace {

constexpr std::int64_t kMessagesDefault = 10;

struct FunctionRow {
    std::string_view word;
    Measure::Function function;
    Aggregate::Kind kind;
};

constexpr FunctionRow kFunctions[] = {
    {"total", Measure::Function::total, Aggregate::Kind::sums},
    {"average", Measure::Function::average, Aggregate::Kind::sums},
    {"highest", Measure::Function::highest, Aggregate::Kind::highest},
    {"lowest", Measure::Function::lowest, Aggregate::Kind::lowest},
    {"count", Measure::Function::count, Aggregate::Kind::occurrences},
    {"number_of_different", Measure::Function::different, Aggregate::Kind::different},
    {"intent", Measure::Function::intent, Aggregate::Kind::intent},
    {"days_between", Measure::Function::days_between, Aggregate::Kind::occurrences},
    {"engagement", Measure::Function::engagement, Aggregate::Kind::messages},
};

const FunctionRow* row_of(std::string_view word) {
    for (const FunctionRow& row : kFunctions) {
        if (row.word == word) {
            return &row;
        }
    }
    return nullptr;
}

bool needs_number(Measure::Function function) {
    return function == Measure::Function::total || function == Measure::Function::average ||
           function == Measure::Function::highest || function == Measure::Function::lowest;
}

/// The field that is read, by index; kNone after a report.
Index value_field(Compilation& c, const ast::Name& event, const std::string& word, const Span& span,
                  Typed& out) {
    Scope fields;
    fields.place = Scope::Place::history_where;
    fields.event = c.find(Kind::event, "E201", event);
    if (fields.event == kNone) {
        return kNone;
    }
    ast::Path path;
    path.words = {word};
    path.span = span;
    const auto field = resolve_path(c, path, fields);
    if (!field) {
        return kNone;
    }
    out.type = field->type;
    out.declared = field->declared;
    return field->operand.field;
}

/// Where the field stands: behind the event and its dot.
Span field_span(const ast::Name& event, const std::string& word) {
    Span span = event.span;
    span.offset += span.length + 1;
    span.column += span.length + 1;
    span.length = static_cast<std::uint32_t>(word.size());
    return span;
}

Typed measured(Compilation& c, Measure measure, Typed typed, std::string words) {
    typed.operand = Operand{};
    typed.operand.kind = Operand::Kind::measure;
    typed.operand.field = to_index(c.program.measures.size());
    typed.words = std::move(words);
    c.program.measures.push_back(std::move(measure));
    return typed;
}

/// Memories of extremes and of different values forget what something newer outdoes, also when that
/// came after the entry: before the entry is asked of the occurrences themselves.
void look_before_entry(const ast::CondAggregate& node, Aggregate& wanted) {
    const bool forgets = wanted.kind == Aggregate::Kind::highest ||
                         wanted.kind == Aggregate::Kind::lowest ||
                         wanted.kind == Aggregate::Kind::different;
    if (forgets && node.window && node.window->kind == ast::Window::Kind::before_entry) {
        wanted.kind = Aggregate::Kind::samples;
        wanted.fields = {wanted.value_field};
    }
}

bool complete_wanted(Compilation& c, const ast::CondAggregate& node, const FunctionRow& row,
                     Aggregate& wanted, Typed& typed) {
    typed.type.kind = TypeKind::number;
    wanted.kind = row.kind;
    wanted.newest = kValuesMax;
    if (row.function == Measure::Function::days_between ||
        row.function == Measure::Function::highest || row.function == Measure::Function::lowest ||
        row.function == Measure::Function::different) {
        wanted.newest = static_cast<std::uint16_t>(kCountMax);
    }
    if (row.function == Measure::Function::intent) {
        wanted.newest = 1;
        if (!node.half_life || is_zero(*node.half_life)) {
            c.error("E304", node.event.span, "Intent needs a half-life longer than nothing:").help =
                "For example:  intent of " + spelled(node.event.event.text) +
                " with half-life 3 days >= 2";
            return false;
        }
        wanted.within = lowered(*node.half_life);
    }
    if (node.field.empty()) {
        return true;
    }
    const Span span = field_span(node.event.event, node.field);
    Typed field;
    wanted.value_field = value_field(c, node.event.event, node.field, span, field);
    if (wanted.value_field == kNone) {
        return false;
    }
    if (needs_number(row.function)) {
        if (family_of(field.type.kind) != Family::number) {
            c.error("E301", span,
                    "`" + node.field + "` holds " + content_of(field.type) +
                        ", and only numbers have a " + std::string(row.word) + ":")
                .help = declared_note(c, field.declared, field.type);
            return false;
        }
        typed.type = field.type;
    } else if (family_of(field.type.kind) == Family::list) {
        c.error("E301", span, "`" + node.field + "` is a list, and lists are not counted apart:")
            .help = "Count the different values of another field.";
        return false;
    }
    look_before_entry(node, wanted);
    return true;
}

Index lower_engagement(Compilation& c, const ast::Cond& cond, const ast::CondAggregate& node,
                       Scope& scope) {
    Measure measure;
    measure.function = Measure::Function::engagement;
    measure.last = node.last == 0 ? kMessagesDefault : node.last;
    if (measure.last < 1 || measure.last > kCountMax) {
        c.error("E304", cond.span, "I remember the last 64 messages to each customer:").help =
            "Ask about 1 to 64 of them.";
        return kNone;
    }
    Aggregate wanted;
    wanted.kind = Aggregate::Kind::messages;
    wanted.newest = static_cast<std::uint16_t>(measure.last);
    wanted.channel = channel_of(node.field);
    measure.aggregate = shared_memory(c, std::move(wanted));
    Typed typed;
    typed.type.kind = TypeKind::number;
    typed.maybe_unknown = true;
    const Typed left = measured(c, std::move(measure), typed, "engagement");
    return lower_comparison(c, cond.span, left, node.comparison, scope);
}

}  // namespace

Index lower_aggregate(Compilation& c, const ast::Cond& cond, const ast::CondAggregate& node,
                      Scope& scope) {
    const FunctionRow* row = row_of(node.function);
    if (row == nullptr) {
        return kNone;
    }
    if (row->function == Measure::Function::engagement) {
        return lower_engagement(c, cond, node, scope);
    }
    Measure measure;
    measure.function = row->function;
    const auto window = lowered_window(c, node.window, scope);
    Aggregate wanted;
    Typed typed;
    if (!complete_wanted(c, node, *row, wanted, typed) || !window) {
        return kNone;
    }
    const auto memory = memory_of(c, node.event, std::move(wanted), scope);
    if (!memory) {
        return kNone;
    }
    measure.aggregate = memory->aggregate;
    measure.key = memory->key;
    measure.window = *window;
    typed.maybe_unknown = row->function == Measure::Function::average ||
                          row->function == Measure::Function::highest ||
                          row->function == Measure::Function::lowest ||
                          row->function == Measure::Function::days_between;
    std::string words = node.function == "number_of_different" ? "number of different"
                        : node.function == "days_between"      ? "days between"
                                                               : node.function + " of";
    words += " " + spelled(node.event.event.text) + (node.field.empty() ? "" : "." + node.field);
    const Typed left = measured(c, std::move(measure), typed, std::move(words));
    return lower_comparison(c, cond.span, left, node.comparison, scope);
}

Index lower_last_field(Compilation& c, const ast::Cond& cond, const ast::CondLastField& node,
                       Scope& scope) {
    Typed typed;
    Aggregate wanted;
    wanted.kind = Aggregate::Kind::values;
    wanted.value_field =
        value_field(c, node.event, node.field, field_span(node.event, node.field), typed);
    if (wanted.value_field == kNone) {
        return kNone;
    }
    ast::EventPattern pattern;
    pattern.event = node.event;
    pattern.span = node.event.span;
    const auto memory = memory_of(c, pattern, std::move(wanted), scope);
    if (!memory) {
        return kNone;
    }
    Measure measure;
    measure.function = node.first ? Measure::Function::first_value : Measure::Function::last_value;
    measure.aggregate = memory->aggregate;
    typed.maybe_unknown = true;
    const std::string words =
        std::string(node.first ? "first " : "last ") + spelled(node.event.text) + "." + node.field;
    const Typed left = measured(c, std::move(measure), typed, words);
    return lower_comparison(c, cond.span, left, node.comparison, scope);
}

}  // namespace sluice::dsl::check
