#include "tests/engine/behaviour/oracle/shopper.hpp"

#include "engine/behaviour/aggregates.hpp"
#include "engine/model/codec.hpp"
#include "tests/support/story.hpp"

#include <algorithm>
#include <set>

namespace sluice::oracle {
namespace {

/// Records are written and read again after every so many events, as a shard does it.
constexpr std::size_t kStoredEvery = 3;

Value known_text(const std::optional<std::string>& text) {
    return text ? Value::of_text(*text) : Value{};
}

}  // namespace

std::string text_of(const std::vector<Asked>& asked) {
    std::set<const LifecycleDef*> seen;
    std::set<std::string> segments;
    std::string declared;
    std::string flow = "flow Probe {\n  starts when Viewed as view\n";
    for (const Asked& one : asked) {
        for (const auto& lifecycle : one.lifecycles) {
            declared += seen.insert(lifecycle.get()).second ? lifecycle->text : "";
        }
        declared += segments.insert(one.declares).second ? one.declares : "";
        flow += "  if " + one.text + " { send email Hello }\n";
    }
    return declared + flow + "}\n";
}

Compiled compile(const std::vector<Asked>& asked) {
    Compiled out;
    dsl::SourceSet sources;
    sources.files.push_back({"oracle.flow", std::string(testing::kShop) +
                                                std::string(testing::kOpenPolicy) +
                                                std::string(testing::kMessages) + text_of(asked)});
    dsl::CompileOptions options;
    options.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    options.memory_ceiling = 0;  // they ask for everything at once
    const dsl::CompileResult result = dsl::compile(sources, options);
    for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
        const bool error = diagnostic.severity == dsl::Severity::error;
        out.refused += error ? dsl::render_text(diagnostic, sources) : "";
    }
    if (!result.program || !out.refused.empty()) {
        return out;
    }
    out.program = result.program;
    for (const dsl::Instruction& instruction : out.program->flows.front().code) {
        if (const auto* branch = std::get_if<dsl::OpBranch>(&instruction.op)) {
            out.conditions.push_back(branch->condition);
        }
    }
    for (const Asked& one : asked) {
        out.about_states.push_back(!one.lifecycles.empty());
    }
    out.needs = lifecycle_needs(*out.program);
    return out;
}

Shopper::Shopper(const Compiled& compiled, const Life& life) : compiled_(compiled), life_(life) {
    const dsl::Program& program = *compiled.program;
    customer_.id = "c";
    Layout& layout = customer_.layouts.emplace_back();
    layout.traits.resize(program.customer_fields.size());
    layout.aggregates.resize(program.aggregates.size());
    layout.standings.resize(program.lifecycles.size());
    const auto set = [&](std::string_view field, Value value) {
        layout.traits[program.find_customer_field(field)] = std::move(value);
    };
    set("points", Value::of_integer(life.points));
    set("renewal", life.renewal ? Value::of_date(*life.renewal) : Value{});
    set("interests", Value::of_list(life.interests));
    set("email", life.has_email ? Value::of_text("ana@example.com") : Value{});
    set("phone", life.has_phone ? Value::of_text("+4915100000000") : Value{});
    set("email_status", Value::of_text(life.email_consent ? "subscribed" : "unsubscribed"));
    set("sms_status", Value::of_text(life.sms_consent ? "subscribed" : "unsubscribed"));
    run_.entered_at = life.entered_at;
    run_.entered_ordinal = static_cast<std::uint32_t>(life.entered_after);
    run_.slots = {{Value::of_text(life.viewed)}};
}

Context Shopper::context(const Layout& layout, Instant now) const {
    return {*compiled_.program, customer_, layout,  now,
            life_.zone,         &run_,     nullptr, life_.suppressed};
}

Fields Shopper::fields_of(const Happened& event) const {
    const Index index = compiled_.program->find_event(name_of(event.what));
    Fields out;
    for (const dsl::Field& field : compiled_.program->events[index].fields) {
        out.push_back(field.name == "total"        ? Value::of_integer(event.total)
                      : field.name == "category"   ? known_text(event.category)
                      : field.name == "product_id" ? Value::of_text(event.product)
                      : field.name == "message"    ? known_text(event.message)
                                                   : Value::of_text("x"));
    }
    return out;
}

void Shopper::pass_to(Layout& layout, Instant now) const {
    while (!layout.standings.empty()) {
        const auto next = std::min_element(
            layout.standings.begin(), layout.standings.end(),
            [](const Standing& a, const Standing& b) { return a.until < b.until; });
        if (next->until > now) {
            return;
        }
        std::vector<Moved> moved;
        Context at = context(layout, next->until);
        at.run = nullptr;
        settle(at, compiled_.needs, layout, {}, moved);
    }
}

void Shopper::apply(std::size_t i) {
    const Happened& event = life_.events[i];
    pass_to(layout(), event.received);
    const Fields fields = fields_of(event);
    const Occurrence occurrence{
        compiled_.program->find_event(name_of(event.what)), fields, {event.at, ++customer_.events}};
    fold(*compiled_.program, customer_, layout(), occurrence, life_.zone);
    std::vector<Moved> moved;
    Context at = context(layout(), event.received);
    at.run = nullptr;
    settle(at, compiled_.needs, layout(), {&occurrence, false}, moved);
    customer_.last_at = event.received;
    if (customer_.events % kStoredEvery == 0) {
        customer_ = decode_customer(encode(customer_)).value();
    }
}

void Shopper::apply_to(std::size_t applied) {
    for (; applied_ < applied; ++applied_) {
        apply(applied_);
    }
}

Layout Shopper::layout_at(std::size_t condition, Instant now) const {
    Layout out = customer_.layouts.front();
    if (compiled_.about_states[condition]) {
        pass_to(out, now);
    }
    return out;
}

bool Shopper::holds(std::size_t condition, Instant now) const {
    return evaluate(context(layout_at(condition, now), now), compiled_.conditions[condition]);
}

Truth Shopper::judge(std::size_t condition, Instant now) const {
    const Layout then = layout_at(condition, now);
    Truth out = sluice::judge(context(then, now), compiled_.conditions[condition]);
    for (const Standing& standing : then.standings) {
        if (compiled_.about_states[condition]) {
            out.until = std::min(out.until, standing.until);
        }
    }
    return out;
}

}  // namespace sluice::oracle
