// Sends, calls and records: what is handed over must be what the other side declares.
#include "dsl/check/lower_flow.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

Span end_of(Span span) {
    span.offset += span.length;
    span.column += span.length;
    span.length = 0;
    return span;
}

/// `cart` written alone or as a value names a binding passed whole.
const std::string* whole_name(const ast::Arg& written) {
    if (!written.value) {
        return &written.word;
    }
    const auto* path = std::get_if<ast::Path>(&written.value->node);
    return path != nullptr && path->words.size() == 1 ? &path->words.front() : nullptr;
}

/// Where the name of an argument stands.
Span word_of(const ast::Arg& written) {
    Span span = written.span;
    span.length = static_cast<std::uint32_t>(written.word.size());
    return span;
}

/// Checks one recipient of a send against everything the send passes.
struct RecipientCheck {
    Compilation& c;
    const ast::Recipient& to;
    std::vector<PassedArg>& passed;
    FlowScope& scope;
    Span insert_at;

    void check() const {
        const Declared* declared = c.declared(Kind::message, to.message.text);
        if (declared == nullptr) {
            c.find(Kind::message, "E202", to.message);
            excuse_all();
            return;
        }
        c.note(Kind::message, to.message);
        const bool damaged = c.names.messages_damaged.contains(declared->index);
        const Message& message = c.program.messages[declared->index];
        if (damaged) {
            excuse_all();
            return;
        }
        check_content(message, declared->span);
        for (const MessageParam& param : message.params) {
            check_param(message, param);
        }
    }

    /// A message nobody knows may want anything.
    void excuse_all() const {
        for (PassedArg& arg : passed) {
            arg.wanted = true;
        }
    }

    void check_content(const Message& message, const Span& declared) const {
        const bool email = to.channel == ast::Channel::email;
        if (email ? message.email.has_value() : message.sms.has_value()) {
            return;
        }
        const std::string channel = email ? "email" : "sms";
        Diagnostic& diagnostic = c.error(
            "E313", to.message.span,
            "`" + message.name + "` has no " + (email ? "email" : "text message") + " to send:");
        diagnostic.labels.push_back({declared, "declared here"});
        diagnostic.help = email ? "Add:  email { subject \"…\"  body \"…\" }" : "Add:  sms \"…\"";
    }

    void check_param(const Message& message, const MessageParam& param) const {
        const auto given = std::find_if(passed.begin(), passed.end(), [&](const PassedArg& arg) {
            return arg.arg.name == param.name;
        });
        if (given == passed.end()) {
            if (!param.optional) {
                report_missing(message, param);
            }
            return;
        }
        given->wanted = true;
        note_param(message, *given->written);
        if (!given->complete) {
            return;
        }
        if (param.event != kNone) {
            check_event(message, param, *given);
        } else {
            check_scalar(message, param, *given);
        }
    }

    void note_param(const Message& message, const ast::Arg& written) const {
        NameUse use;
        use.kind = NameUse::Kind::parameter;
        use.name = written.word;
        use.owner = message.name;
        use.span = word_of(written);
        use.shorthand = !written.value;
        c.note(std::move(use));
    }

    /// A word that nothing wants and that is nearly the parameter's: one slip, one report.
    bool is_misspelled(const Message& message, const MessageParam& param) const {
        return std::any_of(passed.begin(), passed.end(), [&](const PassedArg& arg) {
            const bool wanted =
                std::any_of(message.params.begin(), message.params.end(),
                            [&](const MessageParam& other) { return other.name == arg.arg.name; });
            return !wanted && !did_you_mean(arg.arg.name, std::vector{param.name}).empty();
        });
    }

    void report_missing(const Message& message, const MessageParam& param) const {
        if (is_misspelled(message, param)) {
            return;
        }
        const std::string what = param.event == kNone ? to_text(param.type)
                                                      : spelled(c.program.events[param.event].name);
        Diagnostic& diagnostic = c.error("E311", to.message.span,
                                         "`" + message.name + "` uses `" + param.name + "` (" +
                                             what + "), and this send does not pass it:");
        const std::string before = passed.empty() ? " with " : ", ";
        if (param.event == kNone) {
            diagnostic.help = passed.empty() ? "Add:  with " + param.name + " = …"
                                             : "Add after a comma:  " + param.name + " = …";
            return;
        }
        const Binding* best = nullptr;
        for (const Binding& binding : scope.bindings) {
            const bool fits = binding.visible && binding.event == param.event;
            if (fits && (best == nullptr || binding.name == param.name)) {
                best = &binding;
            }
        }
        if (best == nullptr) {
            diagnostic.help = "Give that event a name where it is received (`as " + param.name +
                              "`), and pass it:  with " + param.name;
            return;
        }
        const std::string words =
            best->name == param.name ? param.name : param.name + " = " + best->name;
        diagnostic.help = "Add:  with " + words;
        diagnostic.fix = Fix{insert_at, before + words};
    }

    void check_event(const Message& message, const MessageParam& param,
                     const PassedArg& given) const {
        if (given.event == param.event) {
            return;
        }
        const std::string wanted = c.program.events[param.event].name;
        const std::string found =
            given.event == kNone ? "one value" : "`" + c.program.events[given.event].name + "`";
        c.error("E311", given.written->span,
                "`" + message.name + "` uses `" + wanted + "` as `" + param.name +
                    "`, and this is " + found + ":")
            .help = "Pass the `" + wanted + "` of this run.";
    }

    void check_scalar(const Message& message, const MessageParam& param, PassedArg& given) const {
        if (given.event != kNone) {
            c.error("E311", given.written->span,
                    "`" + message.name + "` uses one value as `" + param.name + "` (" +
                        to_text(param.type) + "), and this is a whole event:")
                .help = "Pass one of its fields:  " + param.name + " = " +
                        *whole_name(*given.written) + ".…";
            return;
        }
        Typed target;
        target.type = param.type;
        target.words = param.name;
        const ast::ValueExpr& value = *given.written->value;
        if (given.value.operand.kind == Operand::Kind::literal) {
            given.arg.operand.value = literal_for(c, value, target).value_or(Value{});
            return;
        }
        if (family_of(given.value.type.kind) != family_of(param.type.kind) ||
            given.value.operand.kind == Operand::Kind::now) {
            report_mismatch(c, value, target, "declared as " + to_text(given.value.type));
        } else if (given.value.maybe_unknown && !param.optional) {
            c.error("E310", value.span,
                    "`" + given.value.words + "` may be empty, and `" + message.name +
                        "` counts on it:")
                .help = "Let the message say what to use instead:  uses " + param.name + " " +
                        to_text(param.type) + " optional";
        }
    }
};

void check_consent(Compilation& c, const ast::Recipient& to, const PolicyFacts& policy) {
    const Declared* declared = c.declared(Kind::message, to.message.text);
    if (declared == nullptr || !policy.declared || policy.damaged ||
        c.program.messages[declared->index].transactional) {
        return;
    }
    const bool email = to.channel == ast::Channel::email;
    const Channel channel = lowered(to.channel);
    if (policy.consent[static_cast<std::size_t>(channel)]) {
        return;
    }
    const std::string words(to_text(channel));
    Diagnostic& diagnostic =
        c.error("E320", to.message.span,
                "This sends an " + std::string(email ? "email" : "SMS") +
                    ", but your policy has no consent rule for " + words + ":");
    diagnostic.labels.push_back({policy.span, "your policy"});
    diagnostic.help = "I would have to refuse every one of these messages. Add a rule to " +
                      c.sources.files[policy.span.file].path + ":\n    consent " + words +
                      " when customer." + words + "_status is \"subscribed\"";
}

/// Lowers the arguments of a call: any words, any values.
std::vector<Arg> free_args(Compilation& c, const std::vector<ast::Arg>& written, Scope& scope) {
    std::vector<Arg> out;
    for (const ast::Arg& word : written) {
        PassedArg passed = passed_arg(c, word, scope);
        if (passed.complete) {
            out.push_back(std::move(passed.arg));
        }
    }
    return out;
}

void report_twice(Compilation& c, const std::vector<ast::Arg>& args) {
    for (auto arg = args.begin(); arg != args.end(); ++arg) {
        const auto earlier = std::find_if(
            args.begin(), arg, [&](const ast::Arg& other) { return other.word == arg->word; });
        if (earlier != arg) {
            c.duplicate(arg->span, "`" + arg->word + "` is passed twice:", earlier->span);
        }
    }
}

/// Passed before under the same name, which has been reported.
bool is_repeated(const std::vector<PassedArg>& passed, const PassedArg& arg) {
    return std::any_of(passed.begin(), passed.end(), [&](const PassedArg& other) {
        return &other < &arg && other.arg.name == arg.arg.name;
    });
}

}  // namespace

PassedArg passed_arg(Compilation& c, const ast::Arg& written, Scope& scope) {
    PassedArg out;
    out.written = &written;
    out.arg.name = written.word;
    const std::string* name = whole_name(written);
    if (name == nullptr) {
        const auto value = operand_of_any_type(c, *written.value, scope);
        out.complete = value.has_value();
        out.value = value.value_or(Typed{});
        out.arg.operand = out.value.operand;
        return out;
    }
    Binding* binding = scope.flow->visible(*name);
    const Index from_start =
        *name == "event" && binding == nullptr ? start_slot(*scope.flow) : kNone;
    if (binding != nullptr) {
        binding->used = true;
        note_binding(c, *binding, written.value ? written.value->span : word_of(written),
                     !written.value);
        out.arg.slot = binding->slot;
        out.event = binding->event;
        out.complete = binding->event != kNone;
    } else if (from_start != kNone) {
        out.arg.slot = from_start;
        out.event = scope.flow->flow->slots[from_start].event;
        out.complete = true;
    } else if (Binding* elsewhere = scope.flow->anywhere(*name)) {
        elsewhere->used = true;
        Diagnostic& diagnostic =
            c.error("E222", written.span, "`" + *name + "` is not always there at this point:");
        diagnostic.labels.push_back({elsewhere->span, "it gets its name here"});
        diagnostic.help = "A name given with `as` is known from there to the end of its block.";
    } else if (!scope.flow->damaged) {
        std::vector<std::string> known;
        for (const Binding& candidate : scope.flow->bindings) {
            known.push_back(candidate.name);
        }
        const auto candidates = did_you_mean(*name, known);
        Diagnostic& diagnostic =
            c.error("E208", written.span, "Nothing in this flow is called `" + *name + "`:");
        diagnostic.help = candidates.empty() ? "Pass a value:  " + written.word +
                                                   " = …, or name an event with `as`."
                                             : suggestion(candidates);
        if (!candidates.empty() && !written.value) {
            diagnostic.fix = Fix{written.span, candidates.front()};
        }
    }
    return out;
}

void StepLowering::step(const ast::Send& node, const ast::Step&) {
    sends = true;
    const Index own_step = current_step_;
    report_twice(c_, node.args);
    std::vector<PassedArg> passed;
    for (const ast::Arg& arg : node.args) {
        passed.push_back(passed_arg(c_, arg, scope_));
    }
    const ast::Recipient& last = node.alternative ? *node.alternative : node.first;
    const Span insert_at = end_of(node.args.empty() ? last.message.span : node.args.back().span);
    OpSend op;
    for (const ast::Recipient* to :
         {&node.first, node.alternative ? &*node.alternative : nullptr}) {
        if (to == nullptr) {
            continue;
        }
        RecipientCheck{c_, *to, passed, *scope_.flow, insert_at}.check();
        check_consent(c_, *to, policy_);
        const Declared* message = c_.declared(Kind::message, to->message.text);
        const SendTarget target{lowered(to->channel), message == nullptr ? kNone : message->index};
        (to == &node.first ? op.first : op.alternative.emplace()) = target;
    }
    for (const PassedArg& arg : passed) {
        if (arg.complete && !arg.wanted && !is_repeated(passed, arg)) {
            report_unused_arg(node, arg.written->word, arg.written->span);
        }
        op.args.push_back(arg.arg);
    }
    if (node.best_time_within && check_positive(*node.best_time_within)) {
        op.best_within = lowered(*node.best_time_within);
    }
    const Index send = emit(Instruction{std::move(op), own_step});
    if (node.if_not_sent) {
        const Index over = emit_jump();
        std::get<OpSend>(flow().code[send].op).not_sent = here();
        block(*node.if_not_sent);
        land({over});
    }
}

void StepLowering::report_unused_arg(const ast::Send& node, const std::string& word,
                                     const Span& span) {
    std::vector<std::string> wanted;
    for (const ast::Recipient* to :
         {&node.first, node.alternative ? &*node.alternative : nullptr}) {
        const Declared* message =
            to == nullptr ? nullptr : c_.declared(Kind::message, to->message.text);
        if (message == nullptr) {
            continue;
        }
        for (const MessageParam& param : c_.program.messages[message->index].params) {
            wanted.push_back(param.name);
        }
    }
    Diagnostic& diagnostic =
        c_.error("E311", span,
                 "`" + node.first.message.text + "` does not use anything called `" + word + "`:");
    const auto candidates = did_you_mean(word, wanted);
    diagnostic.help = candidates.empty() ? "Remove it, or add a `uses` line for it to the message."
                                         : suggestion(candidates);
    if (!candidates.empty()) {
        Span word_only = span;
        word_only.length = static_cast<std::uint32_t>(word.size());
        diagnostic.fix = Fix{word_only, candidates.front()};
    }
}

void StepLowering::step(const ast::CallStep& node, const ast::Step&) {
    report_twice(c_, node.args);
    const Index webhook = c_.find(Kind::webhook, "E204", node.webhook);
    emit_op(OpCall{webhook, free_args(c_, node.args, scope_)});
}

std::optional<Arg> StepLowering::record_arg(const ast::Arg& written, Index event) {
    const auto& fields = c_.program.events[event].fields;
    const Index field = Program::find_field(fields, written.word);
    if (field == kNone) {
        ast::Path path;
        path.words = {written.word};
        path.span = written.span;
        path.span.length = static_cast<std::uint32_t>(written.word.size());
        Scope inner = scope_;
        inner.place = Scope::Place::where;
        inner.event = event;
        resolve_path(c_, path, inner);
        return std::nullopt;
    }
    if (!written.value) {
        c_.error("E301", written.span,
                 "`" + written.word + "` holds " + content_of(fields[field].type) +
                     ", and nothing is put into it:")
            .help = "Write:  " + written.word + " = …";
        return std::nullopt;
    }
    NameUse use;
    use.kind = NameUse::Kind::event_field;
    use.name = written.word;
    use.owner = c_.program.events[event].name;
    use.span = word_of(written);
    c_.note(std::move(use));
    Typed target;
    target.type = fields[field].type;
    target.words = written.word;
    target.declared = c_.names.event_field_spans[event][field];
    auto operand = operand_for(c_, *written.value, target, scope_);
    if (!operand) {
        return std::nullopt;
    }
    Arg out;
    out.name = written.word;
    out.operand = std::move(*operand);
    return out;
}

void StepLowering::step(const ast::RecordStep& node, const ast::Step&) {
    report_twice(c_, node.args);
    const Index event = c_.find(Kind::event, "E201", node.event);
    if (event == kNone) {
        return;
    }
    if (c_.program.events[event].builtin) {
        c_.error("E212", node.event.span,
                 "`" + node.event.text + "` is recorded by itself when it happens:")
            .help = "Record an event of your own.";
        return;
    }
    OpRecord op{event, {}};
    for (const ast::Arg& written : node.args) {
        auto arg = record_arg(written, event);
        if (arg) {
            op.args.push_back(std::move(*arg));
        }
    }
    for (const Field& field : c_.program.events[event].fields) {
        // A misspelled word has been reported as an unknown field.
        const bool given =
            std::any_of(node.args.begin(), node.args.end(), [&](const ast::Arg& arg) {
                const auto& fields = c_.program.events[event].fields;
                return arg.word == field.name ||
                       (Program::find_field(fields, arg.word) == kNone &&
                        !did_you_mean(arg.word, std::vector{field.name}).empty());
            });
        if (!given && !field.optional && !field.default_value.known()) {
            c_.error("E311", node.event.span,
                     "`" + node.event.text + "` has a field `" + field.name +
                         "`, and this does not fill it:")
                .help = "Add:  with " + field.name + " = …, or declare the field `optional`.";
        }
    }
    emit_op(std::move(op));
}

}  // namespace sluice::dsl::check
