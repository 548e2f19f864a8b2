#pragma once

#include "dsl/check/compile.hpp"
#include "engine/base/civil_time.hpp"
#include "engine/runtime/bind.hpp"
#include "engine/runtime/step.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The little language of the runtime's tests: a program in flow text, one customer, a clock that
/// is told the time, and the decisions as plain lines. Times are `YYYY-MM-DD HH:MM[:SS]` in UTC.
namespace sluice::testing {

/// A schema and a policy without quiet hours or caps, so that a test states only what it is about.
inline constexpr std::string_view kShop = R"(
customer {
  email text optional personal
  phone text optional personal
  time_zone timezone optional
  email_status one of "subscribed", "unsubscribed" default "unsubscribed"
  sms_status one of "subscribed", "unsubscribed" default "unsubscribed"
  points number default 0
  interests list of text
  renewal date optional
}
event Order Placed { order_id text key  total money  category text optional }
event Cart Started { cart_id text key  total money }
event Viewed { product_id text key }
event Left Alone
)";
inline constexpr std::string_view kOpenPolicy = R"(
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email_status is "subscribed"
  consent sms when customer.sms_status is "subscribed"
}
)";
inline constexpr std::string_view kMessages = R"(
message Hello { topic News  email { subject "Hello" body "<p>Hello</p>" } sms "Hello" }
message Second { topic News  email { subject "Second" body "<p>Second</p>" } sms "Second" }
message Receipt { transactional  email { subject "Receipt" body "<p>Receipt</p>" } }
)";

/// Compiles flow text; a diagnostic fails the test and gives a null program.
inline std::shared_ptr<const dsl::Program> compile_text(std::vector<std::string_view> parts) {
    dsl::SourceSet sources;
    std::string text;
    for (std::string_view part : parts) {
        text += part;
        text += "\n";
    }
    sources.files.push_back({"test.flow", text});
    dsl::CompileOptions options;
    options.zone_known = [](std::string_view id) { return find_zone(id).has_value(); };
    options.memory_ceiling = 0;  // some tests ask for everything at once
    dsl::CompileResult result = dsl::compile(sources, options);
    for (const dsl::Diagnostic& diagnostic : result.diagnostics) {
        if (diagnostic.severity == dsl::Severity::error) {
            ADD_FAILURE() << dsl::render_text(diagnostic, sources);
        }
    }
    return result.program;
}

inline Instant utc(std::string text) {
    text[10] = 'T';
    if (text.size() == 16) {
        text += ":00";
    }
    const auto at = parse_rfc3339(text + "Z");
    EXPECT_TRUE(at.has_value()) << text;
    return at.value_or(kEpoch);
}

/// One customer going through a program.
class Story {
public:
    explicit Story(std::vector<std::string_view> parts) : Story(compile_text(std::move(parts))) {}
    explicit Story(std::shared_ptr<const dsl::Program> program) {
        if (program) {
            releases.add(1, std::move(program));
            customer = new_customer(releases, "c1");
        }
    }
    [[nodiscard]] bool ok() const { return releases.current() != 0; }

    /// A call as a client sends it: traits as JSON.
    void identify(std::string_view at, std::string_view traits) {
        InboundEvent call;
        call.kind = CallKind::identify;
        call.data = traits;
        apply(at, std::move(call));
    }
    void subscribe(std::string_view at) {
        identify(at, R"({"email":"a@example.com","phone":"+4915100000000",)"
                     R"("email_status":"subscribed","sms_status":"subscribed"})");
    }
    void event(std::string_view at, std::string_view name, std::string_view properties = "{}") {
        InboundEvent call;
        call.name = name;
        call.data = properties;
        apply(at, std::move(call));
    }
    /// Time passes; everything due up to and at the instant happens.
    void until(std::string_view at) {
        run_timers(releases, options, customer, utc(std::string(at)), effects);
    }

    /// What happened, in order: `2026-03-02 10:00 sent email Hello`, `… skipped sms Hello: quiet`,
    /// `… entered Flow`, `… goal Flow`, `… ended Flow: completed`.
    [[nodiscard]] std::vector<std::string> log() const {
        std::vector<std::string> lines;
        for (const TraceRow& row : effects.trace) {
            if (const std::string line = describe(row); !line.empty()) {
                lines.push_back(line);
            }
        }
        return lines;
    }
    /// Only the messages.
    [[nodiscard]] std::vector<std::string> messages() const {
        std::vector<std::string> lines;
        for (const TraceRow& row : effects.trace) {
            if (row.kind == TraceKind::sent || row.kind == TraceKind::skipped) {
                lines.push_back(describe(row));
            }
        }
        return lines;
    }

    /// The flows change; the customer is laid out for them as a deploy does it.
    std::vector<Moved> deploy(std::vector<std::string_view> parts, DeployChoices choices = {}) {
        releases.add(releases.current() + 1, compile_text(std::move(parts)));
        releases.choices = std::move(choices);
        return relayout(releases, customer, history);
    }

    Releases releases;
    StepOptions options;
    Customer customer;
    Effects effects;
    std::vector<InboundEvent> history;

private:
    void apply(std::string_view at, InboundEvent call) {
        call.customer = customer.id;
        call.occurred_at = utc(std::string(at));
        call.received_at = call.occurred_at;
        history.push_back(call);
        apply_event(releases, options, customer, apply_program(*releases.ready().program, call),
                    effects);
    }
    static std::string describe(const TraceRow& row) {
        std::string at = format_rfc3339(row.at);
        at[10] = ' ';
        at = at.substr(0, at.ends_with(":00Z") ? 16 : 19) + " ";
        const std::string what =
            std::string(row.channel == Channel::email ? "email " : "sms ") + row.message;
        switch (row.kind) {
            case TraceKind::sent:
                return at + "sent " + what;
            case TraceKind::skipped:
                return at + "skipped " + what + ": " + std::string(to_text(row.reason));
            case TraceKind::entered:
                return at + "entered " + row.flow;
            case TraceKind::not_entered:
                return at + "not entered " + row.flow + ": " + std::string(to_text(row.reason));
            case TraceKind::goal:
                return at + "goal " + row.flow;
            case TraceKind::ended:
                return at + "ended " + row.flow + ": " +
                       (row.reason == Reason::stopped && !row.note.empty()
                            ? row.note
                            : std::string(to_text(row.reason)));
            case TraceKind::changed:
                return at + "changed " + row.note;
            case TraceKind::called:
                return at + "called " + row.message;
            case TraceKind::recorded:
                return at + "recorded " + row.note;
            case TraceKind::moved:
                return at + row.flow + ": " + (row.note.empty() ? "-" : row.note) + " -> " +
                       (row.detail.empty() ? "-" : row.detail);
            case TraceKind::assigned:
                return at + row.note + " = " + row.detail;
            case TraceKind::migrated:
                return at + "migrated " + row.flow + "@" + row.step + ": " + row.note;
            default:
                return "";
        }
    }
};

}  // namespace sluice::testing
