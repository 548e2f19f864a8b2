#include "dsl/check/schema.hpp"

#include "dsl/check/builtin.hpp"
#include "dsl/check/types.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::check {
namespace {

// clang-format off
constexpr std::array<BuiltinName, 9> kBuiltinEvents = {{
    {"Email Sent", "An email was handed over to be delivered."},
    {"Email Delivered", "The receiving server took the email."},
    {"Email Opened", "The email was opened, as far as mail programs tell."},
    {"Email Clicked", "A link in the email was clicked."},
    {"Email Bounced", "The email could not be delivered."},
    {"Sms Sent", "A text message was handed over."},
    {"Sms Delivered", "The text message reached the phone."},
    {"Sms Clicked", "A link in the text message was opened."},
    {"Unsubscribed", "The customer left a topic, or all marketing."},
}};
constexpr std::array<BuiltinName, 4> kBuiltinFields = {{
    {"message", "the message it is about"},
    {"topic", "that message's topic"},
    {"link", "the link that was clicked"},
    {"flow", "the flow that sent it"},
}};
// clang-format on

void declare_builtin_events(Compilation& c) {
    for (const BuiltinName& builtin : kBuiltinEvents) {
        EventType event;
        event.name = builtin.name;
        event.wire_name = builtin.name;
        event.builtin = true;
        for (const BuiltinName& field : kBuiltinFields) {
            Field& added = event.fields.emplace_back();
            added.name = field.name;
            added.optional = true;
        }
        const Index index = to_index(c.program.events.size());
        c.names.tables[Kind::event][event.name] = {index, {}};
        c.names.event_field_spans.emplace_back(event.fields.size());
        c.program.events.push_back(std::move(event));
    }
}

bool declare(Compilation& c, Kind kind, const ast::Name& name, Index index) {
    c.note(kind, name, true);
    auto& table = c.names.tables[kind];
    const auto [entry, added] = table.try_emplace(name.text, Declared{index, name.span});
    if (!added) {
        const std::string noun(noun_of(kind).substr(noun_of(kind).find(' ') + 1));
        c.duplicate(name.span,
                    "There are two " + noun + "s called `" + name.text + "`:", entry->second.span);
    }
    return added;
}

void collect_event(Compilation& c, const ast::EventDecl& event) {
    auto& table = c.names.tables[Kind::event];
    const auto known = table.find(event.name.text);
    if (known != table.end() && known->second.span.line == 0) {
        known->second.span = event.name.span;  // a built-in event gets more fields
        c.note(Kind::event, event.name, true);
        return;
    }
    const Index index = to_index(c.program.events.size());
    if (!declare(c, Kind::event, event.name, index)) {
        return;
    }
    const std::string& wire = event.from.empty() ? event.name.text : event.from;
    const Index same = c.program.find_event(wire);
    if (same != kNone) {
        const std::string& other = c.program.events[same].name;
        const Declared* first = c.declared(Kind::event, other);
        c.duplicate(event.name.span,
                    "`" + event.name.text + "` and `" + other + "` both arrive under the name " +
                        quoted(wire) + ":",
                    first == nullptr ? Span{} : first->span);
    }
    EventType& added = c.program.events.emplace_back();
    added.name = event.name.text;
    added.wire_name = wire;
    added.catalog = event.catalog;
    c.names.event_field_spans.emplace_back();
}

void collect_lifecycle(Compilation& c, const ast::LifecycleDecl& decl) {
    const Index lifecycle = to_index(c.program.lifecycles.size());
    if (!declare(c, Kind::lifecycle, decl.name, lifecycle)) {
        return;
    }
    c.program.lifecycles.emplace_back().name = decl.name.text;
    c.names.lifecycle_spans.push_back(decl.name.span);
    for (Index state = 0; state < decl.states.size(); ++state) {
        const Index place = to_index(c.names.state_places.size());
        if (declare(c, Kind::state, decl.states[state].name, place)) {
            c.names.state_places.emplace_back(lifecycle, state);
        }
    }
}

void report_states_like_segments(Compilation& c) {
    for (const auto& [name, state] : c.names.tables[Kind::state]) {
        if (const Declared* segment = c.declared(Kind::segment, name)) {
            c.duplicate(state.span,
                        "`" + name + "` is both a segment and a lifecycle state:", segment->span);
        }
    }
}

struct Collector {
    Compilation& c;
    const DeclRef& ref;

    void operator()(const ast::EventDecl& node) const { collect_event(c, node); }
    void operator()(const ast::MessageDecl& node) const {
        const Index index = to_index(c.program.messages.size());
        if (node.topic) {
            c.note(Kind::topic, *node.topic, c.declared(Kind::topic, node.topic->text) == nullptr);
            c.names.tables[Kind::topic].try_emplace(node.topic->text,
                                                    Declared{kNone, node.topic->span});
        }
        if (!declare(c, Kind::message, node.name, index)) {
            return;
        }
        Message message;
        message.name = node.name.text;
        c.program.messages.push_back(std::move(message));
        if (c.damaged(ref.decl->span, ref.next)) {
            c.names.messages_damaged.insert(index);
        }
    }
    void operator()(const ast::SegmentDecl& node) const {
        if (declare(c, Kind::segment, node.name, to_index(c.program.segments.size()))) {
            c.program.segments.push_back({node.name.text, kNone});
            c.names.segment_spans.push_back(node.name.span);
        }
    }
    void operator()(const ast::WebhookDecl& node) const {
        if (declare(c, Kind::webhook, node.name, to_index(c.program.webhooks.size()))) {
            const std::string secret = node.secret ? node.secret->text : std::string();
            c.program.webhooks.push_back({node.name.text, node.url.text, secret, node.retry_times});
        }
    }
    void operator()(const ast::FlowDecl& node) const {
        if (declare(c, Kind::flow, node.name, to_index(c.program.flows.size()))) {
            Flow& flow = c.program.flows.emplace_back();
            flow.name = node.name.text;
            flow.description = node.description;
            flow.file = c.sources.files[node.name.span.file].path;
            flow.line = node.name.span.line;
        }
    }
    void operator()(const ast::LifecycleDecl& node) const { collect_lifecycle(c, node); }
    void operator()(const ast::CustomerDecl&) const {}
    void operator()(const ast::PolicyDecl&) const {}
    void operator()(const ast::TestDecl&) const {}
    void operator()(const ast::ChangeDecl&) const {}
};

void check_options(Compilation& c, const ast::FieldDecl& decl) {
    const auto& options = decl.type.options;
    for (auto at = options.begin(); at != options.end(); ++at) {
        if (std::find(options.begin(), at, *at) != at) {
            c.error("E205", decl.span, "`" + decl.name + "` lists " + quoted(*at) + " twice:")
                .help = "Remove one of them.";
            return;
        }
    }
}

Field lowered_field(Compilation& c, const ast::FieldDecl& decl) {
    Field field;
    field.name = decl.name;
    field.type = decl.type;
    field.optional = decl.optional;
    field.personal = decl.personal;
    field.predicted = decl.predicted;
    field.key = decl.key;
    check_options(c, decl);
    if (decl.default_value) {
        Typed target;
        target.type = decl.type;
        target.words = decl.name;
        field.default_value = literal_for(c, *decl.default_value, target).value_or(Value{});
        if (decl.type.kind == TypeKind::list && field.default_value.known()) {
            field.default_value = Value::of_list({field.default_value.text});
        }
    }
    return field;
}

void add_fields(Compilation& c, const std::vector<ast::FieldDecl>& decls,
                std::vector<Field>& fields, std::vector<Span>& spans) {
    for (const ast::FieldDecl& decl : decls) {
        const Index same = Program::find_field(fields, decl.name);
        if (same == kNone) {
            fields.push_back(lowered_field(c, decl));
            spans.push_back(decl.name_span);
        } else if (spans[same].line != 0) {
            c.duplicate(decl.name_span,
                        "The field `" + decl.name + "` is declared twice:", spans[same]);
        } else if (!(fields[same].type == decl.type)) {
            c.error("E205", decl.name_span, "The built-in field `" + decl.name + "` holds text:")
                .help = "Choose another name for yours.";
        }
    }
}

/// `event` is empty for the customer's fields.
void note_fields(const Compilation& c, const std::string& event,
                 const std::vector<ast::FieldDecl>& decls) {
    for (const ast::FieldDecl& decl : decls) {
        NameUse use;
        use.kind = event.empty() ? NameUse::Kind::customer_field : NameUse::Kind::event_field;
        use.name = decl.name;
        use.owner = event;
        use.span = decl.name_span;
        use.declaration = true;
        c.note(std::move(use));
    }
}

}  // namespace

std::span<const BuiltinName> builtin_events() {
    return kBuiltinEvents;
}

std::span<const BuiltinName> builtin_event_fields() {
    return kBuiltinFields;
}

Decls flatten(const std::vector<ast::File>& files) {
    Decls out;
    for (const ast::File& file : files) {
        for (std::size_t at = 0; at < file.decls.size(); ++at) {
            const bool last = at + 1 == file.decls.size();
            out.push_back({&file.decls[at], last ? nullptr : &file.decls[at + 1].span});
        }
    }
    return out;
}

Index index_of(const Compilation& c, Kind kind, const ast::Name& name) {
    const Declared* known = c.declared(kind, name.text);
    return known != nullptr && known->span == name.span ? known->index : kNone;
}

void collect_names(Compilation& c, const Decls& decls) {
    declare_builtin_events(c);
    for (const DeclRef& ref : decls) {
        std::visit(Collector{c, ref}, ref.decl->node);
    }
    report_states_like_segments(c);
}

void declare_schema(Compilation& c, const Decls& decls) {
    Span first_customer;
    for (const DeclRef& ref : decls) {
        const bool damaged = c.damaged(ref.decl->span, ref.next);
        if (const auto* customer = std::get_if<ast::CustomerDecl>(&ref.decl->node)) {
            if (first_customer.line != 0) {
                c.duplicate(ref.decl->span, "The customer is described twice:", first_customer);
                continue;
            }
            first_customer = ref.decl->span;
            note_fields(c, {}, customer->fields);
            c.names.customer_damaged = damaged;
            add_fields(c, customer->fields, c.program.customer_fields,
                       c.names.customer_field_spans);
        } else if (const auto* event = std::get_if<ast::EventDecl>(&ref.decl->node)) {
            const Index index = index_of(c, Kind::event, event->name);
            if (index == kNone) {
                continue;
            }
            if (damaged) {
                c.names.events_damaged.insert(index);
            }
            note_fields(c, event->name.text, event->fields);
            add_fields(c, event->fields, c.program.events[index].fields,
                       c.names.event_field_spans[index]);
        }
    }
    if (first_customer.line == 0 && c.has_syntax_errors()) {
        c.names.customer_damaged = true;
    }
}

}  // namespace sluice::dsl::check
