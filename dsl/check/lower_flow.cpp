#include "dsl/check/lower_flow.hpp"

#include "dsl/check/lifecycles.hpp"
#include "dsl/check/render.hpp"

#include <algorithm>

namespace sluice::dsl::check {
namespace {

/// The bindings of waits, in source order, before any step is looked at.
struct BindingCollector {
    Compilation& c;
    FlowScope& scope;

    /// The word after `as`, or the branch when it cannot be found in the text.
    Span binding_span(const ast::WaitBranch& branch) const {
        const std::string_view text = c.sources.text(branch.span);
        const std::string_view head = text.substr(0, text.find('{'));
        const std::size_t at = head.rfind(branch.binding);
        Span span = branch.span;
        if (at != std::string_view::npos && head.find('\n') == std::string_view::npos) {
            span.offset += static_cast<std::uint32_t>(at);
            span.column += static_cast<std::uint32_t>(at);
            span.length = static_cast<std::uint32_t>(branch.binding.size());
        }
        return span;
    }

    void add(const ast::WaitBranch& branch) const {
        if (!branch.binding.empty() && branch.event) {
            const Declared* event = c.declared(Kind::event, branch.event->event.text);
            Binding binding;
            binding.name = branch.binding;
            binding.event = event == nullptr ? kNone : event->index;
            binding.span = binding_span(branch);
            binding.slot = to_index(scope.flow->slots.size());
            note_binding(c, binding, binding.span);
            scope.flow->slots.push_back({binding.name, binding.event});
            scope.bindings.push_back(std::move(binding));
        }
        block(branch.block);
    }

    void block(const ast::Block& steps) const {
        for (const ast::Step& step : steps) {
            std::visit(*this, step.node);
        }
    }

    void operator()(const ast::WaitForEvent& node) const { branches(node.branches); }
    void operator()(const ast::WaitUpTo& node) const { branches(node.branches); }
    void operator()(const ast::If& node) const {
        for (const ast::IfArm& arm : node.arms) {
            block(arm.block);
        }
        optional(node.otherwise);
    }
    void operator()(const ast::Split& node) const { arms(node.arms); }
    void operator()(const ast::Experiment& node) const { arms(node.variants); }
    void operator()(const ast::Repeat& node) const { block(node.block); }
    void operator()(const ast::Send& node) const { optional(node.if_not_sent); }
    template <typename Plain>
    void operator()(const Plain&) const {}

    void branches(const std::vector<ast::WaitBranch>& list) const {
        for (const ast::WaitBranch& branch : list) {
            add(branch);
        }
    }
    void arms(const std::vector<ast::SplitArm>& list) const {
        for (const ast::SplitArm& arm : list) {
            block(arm.block);
        }
    }
    void optional(const std::optional<ast::Block>& steps) const {
        if (steps) {
            block(*steps);
        }
    }
};

/// What the goal check remembers of each start.
struct WrittenStart {
    EventPattern event;
    Span span;
};

class HeaderLowering {
public:
    HeaderLowering(Compilation& compilation, FlowScope& flow_scope, const ast::FlowDecl& decl,
                   const DeclRef& ref)
        : c_(compilation), scope_(flow_scope), decl_(decl), ref_(ref) {}

    /// Paths that `only if` has settled.
    [[nodiscard]] const std::set<std::string>& guards() const { return guards_; }

    void lower_starts() {
        for (const ast::Header& header : decl_.headers) {
            if (const auto* start = std::get_if<ast::HeaderStart>(&header.node)) {
                add_start(*start, header.span);
            }
        }
        for (Binding& binding : scope_.bindings) {
            binding.visible = bound_starts_[binding.slot] == scope_.starts_count;
        }
    }

    /// Every other line, once all bindings of the flow are known.
    void lower_rest() {
        lower_audiences();
        for (const ast::Header& header : decl_.headers) {
            span_ = header.span;
            std::visit([&](const auto& node) { header_line(node); }, header.node);
        }
        check_goal();
        check_starts();
    }

private:
    Flow& flow() { return *scope_.flow; }

    Scope plain_scope() {
        Scope scope;
        scope.flow = &scope_;
        return scope;
    }

    void add_start(const ast::HeaderStart& start, const Span& span) {
        scope_.starts_count += 1;
        span_ = span;
        std::visit([&](const auto& node) { start_line(node); }, start.node);
        const auto own = static_cast<std::size_t>(&flow() - c_.program.flows.data());
        c_.places.starts.resize(c_.program.flows.size());
        c_.places.starts[own].resize(flow().starts.size(), span);
    }

    void start_line(const ast::StartWhenEvent& node) {
        StartOnEvent out;
        const Declared* declared = c_.declared(Kind::event, node.event.event.text);
        if (!node.binding.empty()) {
            bind(node, declared == nullptr ? kNone : declared->index, out.slot);
        }
        Scope scope = plain_scope();
        scope.in_start = true;
        out.event = lower_pattern(c_, node.event, scope, true);
        scope_.starts_complete = scope_.starts_complete && out.event.event != kNone;
        if (out.event.event == kNone) {
            return;
        }
        check_audience(node, out.event.event);
        starts_.push_back({out.event, node.event.span});
        if (node.for_customers_with != nullptr) {
            audiences_.emplace_back(flow().starts.size(), node.for_customers_with.get());
        }
        flow().starts.emplace_back(std::move(out));
    }

    void start_line(const ast::StartWhenState& node) {
        if (const auto change = lower_change(c_, node.change)) {
            flow().starts.emplace_back(StartOnState{*change});
        }
    }

    void start_line(const ast::StartDate& node) {
        Scope scope = plain_scope();
        const auto date = resolve_path(c_, node.path, scope);
        if (!date) {
            return;
        }
        if (!date->is_trait || date->type.kind != TypeKind::date) {
            c_.error("E301", node.path.span,
                     "`" + date->words + "` holds " + content_of(date->type) +
                         ", and a flow starts on a date of the customer:")
                .help = declared_note(c_, date->declared, date->type);
            return;
        }
        StartOnDate out;
        out.field = date->operand.field;
        out.every_year = node.every_year;
        out.before = node.before;
        out.at = node.at ? node.at->minutes : 0;
        if (node.offset) {
            positive(*node.offset);
            out.offset = lowered(*node.offset);
        }
        flow().starts.emplace_back(std::move(out));
    }

    void start_line(const ast::StartEvery& node) {
        StartEvery out;
        out.at = node.at.minutes;
        out.weekdays = node.what == "day"       ? std::uint8_t{kWorkdays | kWeekend}
                       : node.what == "weekday" ? kWorkdays
                                                : checked_weekday(c_, node.day);
        if (node.in_state) {
            const auto state = find_state(c_, *node.in_state);
            if (!state) {
                return;
            }
            out.lifecycle = state->lifecycle;
            out.state = state->state;
        }
        if (out.weekdays != 0) {
            flow().starts.emplace_back(out);
        }
    }

    /// A catalog event belongs to no customer, so the start says whom it concerns; any other event
    /// says so itself.
    void check_audience(const ast::StartWhenEvent& node, Index event) {
        const bool catalog = c_.program.events[event].catalog;
        if (catalog && node.for_customers_with == nullptr) {
            c_.error("E213", node.event.span,
                     "`" + node.event.event.text +
                         "` happens to the catalog, and this does not say to which customers it "
                         "matters:")
                .help =
                "Add, for example:  , for customers with any Product Viewed where "
                "product_id is … in the last 30 days";
        } else if (!catalog && node.for_customers_with != nullptr) {
            c_.error("E213", node.for_customers_with->span,
                     "`" + node.event.event.text + "` already belongs to one customer:")
                .help =
                "Move this condition to an `only if` line, or declare the event as "
                "`catalog event`.";
        }
    }

    void lower_audiences() {
        for (const auto& [start, condition] : audiences_) {
            Scope scope = plain_scope();
            std::get<StartOnEvent>(flow().starts[start]).audience =
                lower_cond(c_, *condition, scope);
        }
    }

    /// Starts that name the same event alike share a slot.
    void bind(const ast::StartWhenEvent& start, Index event, Index& slot) {
        if (start.binding == "customer" || start.binding == "event") {
            c_.error("E205", start.binding_span,
                     "`" + start.binding + "` has a meaning of its own:")
                .help = "Choose another name.";
            return;
        }
        for (Binding& binding : scope_.bindings) {
            if (binding.name != start.binding) {
                continue;
            }
            if (binding.event != event) {
                c_.duplicate(
                    start.binding_span,
                    "`" + start.binding + "` would name two different events:", binding.span);
            }
            slot = binding.slot;
            note_binding(c_, binding, start.binding_span);
            bound_starts_[binding.slot] += 1;
            return;
        }
        slot = to_index(flow().slots.size());
        flow().slots.push_back({start.binding, event});
        bound_starts_[slot] = 1;
        Binding binding;
        binding.name = start.binding;
        binding.event = event;
        binding.slot = slot;
        binding.span = start.binding_span;
        note_binding(c_, binding, binding.span);
        scope_.bindings.push_back(std::move(binding));
    }

    bool first_of_kind(std::string_view kind) {
        const auto [entry, added] = seen_.try_emplace(std::string(kind), span_);
        if (!added) {
            c_.duplicate(span_,
                         "A flow has only one `" + std::string(kind) + "` line:", entry->second);
        }
        return added;
    }

    void header_line(const ast::HeaderStart&) {}
    void header_line(const ast::HeaderOnlyIf& node) {
        if (first_of_kind("only if")) {
            Scope scope = plain_scope();
            flow().only_if = lower_cond(c_, *node.cond, scope);
            guards_ = known_when_true(*node.cond);
        }
    }
    void header_line(const ast::HeaderReEntry& node) {
        if (!first_of_kind("re-entry")) {
            return;
        }
        flow().re_entry = static_cast<ReEntry>(node.kind);
        switch (node.kind) {
            case ast::HeaderReEntry::Kind::never:
                flow().re_entry = ReEntry::never;
                break;
            case ast::HeaderReEntry::Kind::any_time:
                flow().re_entry = ReEntry::any_time;
                break;
            case ast::HeaderReEntry::Kind::after:
                flow().re_entry = ReEntry::after;
                flow().re_entry_after = lowered(node.after);
                positive(node.after);
                break;
        }
    }
    void header_line(const ast::HeaderOneRunPer& node) {
        if (!first_of_kind("one run per")) {
            return;
        }
        Scope scope = plain_scope();
        const auto key = resolve_path(c_, node.path, scope);
        if (key && family_of(key->type.kind) == Family::list) {
            c_.error("E301", node.path.span,
                     "`" + key->words + "` is a list and cannot tell runs apart:")
                .help = "Use an id, such as `cart.cart_id`.";
        } else if (key) {
            flow().key = key->operand;
        }
    }
    void header_line(const ast::HeaderWhileRunning& node) {
        if (first_of_kind("while running")) {
            flow().restart_while_running = node.restart;
        }
    }
    void header_line(const ast::HeaderGoal& node) {
        if (!first_of_kind("goal")) {
            return;
        }
        goal_ = &node;
        const EventPattern pattern = lower_pattern(c_, node.event, plain_scope());
        if (node.within) {
            positive(*node.within);
        }
        if (pattern.event != kNone) {
            flow().goal = Goal{pattern, std::nullopt};
            if (node.within) {
                flow().goal->within = lowered(*node.within);
            }
        }
    }
    void header_line(const ast::HeaderEndsWhen& node) {
        if (const auto* event = std::get_if<ast::EventPattern>(&node.node)) {
            const EventPattern pattern = lower_pattern(c_, *event, plain_scope());
            if (pattern.event != kNone) {
                flow().ends_when.push_back(pattern);
                ends_spans_.push_back(event->span);
            }
        } else if (const auto* change = std::get_if<ast::StateChange>(&node.node)) {
            if (const auto found = lower_change(c_, *change)) {
                flow().ends_when_state.push_back(*found);
            }
        } else {
            Scope scope = plain_scope();
            const Index condition = lower_cond(c_, *std::get<ast::CondPtr>(node.node), scope);
            if (condition != kNone) {
                flow().ends_when_true.push_back(condition);
            }
        }
    }
    void header_line(const ast::HeaderPriority& node) {
        if (first_of_kind("priority")) {
            flow().priority = node.level == "high"  ? Priority::high
                              : node.level == "low" ? Priority::low
                                                    : Priority::normal;
        }
    }
    void header_line(const ast::HeaderHoldout& node) {
        if (!first_of_kind("holdout")) {
            return;
        }
        constexpr std::int64_t kWhole = 100 * kDecimalScale;
        if (node.percent_scaled <= 0 || node.percent_scaled >= kWhole) {
            c_.error("E303", span_, "A holdout is a share between 0% and 100%:").help =
                "Write, for example:  holdout 10%";
        }
        flow().holdout_scaled = node.percent_scaled;
    }

    void positive(const ast::Duration& duration) {
        if (is_zero(duration)) {
            c_.error("E304", duration.span, "This length of time is zero:").help =
                "Write a length such as `3 days`.";
        }
    }

    std::string pattern_text(const EventPattern& pattern) {
        return render_pattern(c_.program, pattern, &flow());
    }

    void check_goal() {
        if (goal_ == nullptr || !flow().goal) {
            return;
        }
        const EventPattern& goal = flow().goal->event;
        for (std::size_t at = 0; at < flow().ends_when.size(); ++at) {
            if (pattern_text(flow().ends_when[at]) == pattern_text(goal)) {
                Diagnostic& diagnostic =
                    c_.error("E410", goal_->event.span,
                             "The same event is the goal of this flow and ends it without one:");
                diagnostic.labels.push_back({ends_spans_[at], "ends it here"});
                diagnostic.help = "Remove the `ends when` line; reaching the goal ends the run.";
                return;
            }
        }
        for (const WrittenStart& start : starts_) {
            const bool same =
                start.event.event == goal.event &&
                (goal.filter == kNone || pattern_text(start.event) == pattern_text(goal));
            if (same && !goal_->since_entry) {
                report_goal(start);
                return;
            }
        }
    }

    void report_goal(const WrittenStart& start) {
        const std::string name = goal_->event.event.text;
        Diagnostic& diagnostic = c_.error("E410", goal_->event.span,
                                          "`" + name +
                                              "` starts this flow and is also its goal, so every "
                                              "run would end as it begins:");
        diagnostic.labels.push_back({start.span, "starts here"});
        const std::string pattern = c_.words(goal_->event.span);
        diagnostic.help = "If you mean the next one, write:  goal " + pattern + " since entry" +
                          (goal_->within ? " within " + c_.words(goal_->within->span) : "");
        Span after = goal_->event.span;
        after.offset += after.length;
        after.column += after.length;
        after.length = 0;
        diagnostic.fix = Fix{after, " since entry"};
    }

    void check_starts() {
        if (scope_.starts_count == 0 && !c_.damaged(ref_.decl->span, ref_.next)) {
            c_.error("E209", decl_.name.span, "Nothing says when `" + decl_.name.text + "` starts:")
                .help = "Add a first line such as:  starts when Order Placed";
        }
    }

    Compilation& c_;
    FlowScope& scope_;
    const ast::FlowDecl& decl_;
    const DeclRef& ref_;
    Span span_;
    std::vector<WrittenStart> starts_;
    std::vector<std::pair<std::size_t, const ast::Cond*>> audiences_;  // start, condition
    std::vector<Span> ends_spans_;
    std::map<Index, std::size_t> bound_starts_;
    std::map<std::string, Span> seen_;
    const ast::HeaderGoal* goal_ = nullptr;
    std::set<std::string> guards_;
};

/// ` as name` before and with the name, so that it can be taken away; nothing when a comment stands
/// between.
std::optional<Span> whole_binding(const Compilation& c, const Span& name) {
    const std::string_view text = c.sources.files[name.file].text;
    const auto skip_space = [&](std::size_t at) {
        while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
            --at;
        }
        return at;
    };
    const std::size_t word_end = skip_space(name.offset);
    if (word_end < 2 || word_end == name.offset || text.substr(word_end - 2, 2) != "as") {
        return std::nullopt;
    }
    const std::size_t begin = skip_space(word_end - 2);
    if (begin == word_end - 2) {
        return std::nullopt;
    }
    const auto back = static_cast<std::uint32_t>(name.offset - begin);
    Span out = name;
    out.offset -= back;
    out.column -= back;
    out.length += back;
    return out;
}

void warn_unused(Compilation& c, const FlowScope& scope) {
    for (const Binding& binding : scope.bindings) {
        if (binding.used) {
            continue;
        }
        Diagnostic& diagnostic =
            c.warning("W207", binding.span, "`" + binding.name + "` is never used:");
        diagnostic.help = "Remove `as " + binding.name + "`, or use one of its fields.";
        if (const auto whole = whole_binding(c, binding.span)) {
            diagnostic.fix = Fix{*whole, ""};
        }
    }
}

bool lower_one(Compilation& c, const DeclRef& ref, const ast::FlowDecl& decl,
               const PolicyFacts& policy) {
    const Index index = index_of(c, Kind::flow, decl.name);
    if (index == kNone) {
        return false;
    }
    FlowScope scope;
    scope.flow = &c.program.flows[index];
    HeaderLowering headers(c, scope, decl, ref);
    const bool damaged = c.damaged(ref.decl->span, ref.next);
    scope.starts_complete = !damaged;
    scope.damaged = damaged;
    headers.lower_starts();
    scope.start_bindings_count = scope.bindings.size();
    BindingCollector{c, scope}.block(decl.steps);
    headers.lower_rest();
    StepLowering steps(c, scope, policy, headers.guards());
    steps.lower(decl.steps);
    for (const StepLowering::StartedFlow& started : steps.started) {
        c.started_flows.push_back({index, started.flow, started.span});
    }
    if (!damaged) {
        warn_unused(c, scope);
    }
    return steps.sends;
}

/// At least a day passes before the flow can be entered again.
bool breaks_circle(const Flow& flow) {
    const Duration& after = flow.re_entry_after;
    return flow.re_entry == ReEntry::never ||
           (flow.re_entry == ReEntry::after &&
            (after.months > 0 || after.days > 0 || after.seconds >= 24 * 3600));
}

/// Whether `start flow` steps lead from one flow to another without a break.
bool leads_to(const Compilation& c, Index from, Index to, std::set<Index>& seen) {
    if (from == to) {
        return true;
    }
    if (!seen.insert(from).second) {
        return false;
    }
    return std::any_of(c.started_flows.begin(), c.started_flows.end(), [&](const auto& edge) {
        return edge.from == from && !breaks_circle(c.program.flows[edge.to]) &&
               leads_to(c, edge.to, to, seen);
    });
}

void check_started_flows(Compilation& c) {
    std::set<Index> reported;  // one circle, one report
    for (const auto& edge : c.started_flows) {
        const Flow& target = c.program.flows[edge.to];
        const bool needs_event =
            std::any_of(target.starts.begin(), target.starts.end(), [](const Start& start) {
                const auto* event = std::get_if<StartOnEvent>(&start);
                return event != nullptr && event->slot != kNone;
            });
        if (needs_event) {
            c.error("E222", edge.span,
                    "`" + target.name + "` uses the event that starts it, and here there is none:")
                .help = "Record an event with what it needs, and let it start on that.";
        }
        std::set<Index> seen;
        if (!reported.contains(edge.from) && !breaks_circle(target) &&
            leads_to(c, edge.to, edge.from, seen)) {
            reported.merge(seen);
            c.error("E403", edge.span,
                    "`" + target.name + "` leads back to this flow, without end:")
                .help =
                "Break the circle with `re-entry never`, or `re-entry after` a day or more.";
        }
    }
}

}  // namespace

void declare_flows(Compilation& c, const Decls& decls, const PolicyFacts& policy) {
    Span first_sender;
    for (const DeclRef& ref : decls) {
        const auto* flow = std::get_if<ast::FlowDecl>(&ref.decl->node);
        if (flow != nullptr && lower_one(c, ref, *flow, policy) && first_sender.line == 0) {
            first_sender = flow->name.span;
        }
    }
    if (first_sender.line != 0 && !policy.declared && !policy.damaged) {
        c.error("E322", first_sender, "This flow sends messages, but there is no policy:").help =
            "Say once who agreed to what, and when not to disturb. The least is:\n"
            "    policy Default {\n"
            "      time zone customer.time_zone, otherwise \"Europe/Berlin\"\n"
            "      consent email when customer.email_status is \"subscribed\"\n"
            "    }";
    }
    check_started_flows(c);
}

}  // namespace sluice::dsl::check
