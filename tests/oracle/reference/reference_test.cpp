#include "tests/oracle/reference/interpreter.hpp"

#include "dsl/check/compile.hpp"
#include "dsl/format/format.hpp"
#include "dsl/parser/parse.hpp"
#include "engine/runtime/step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <random>
#include <regex>

/// Generated flows over generated histories: the engine and the reference interpreter must decide
/// the same, line by line. SLUICE_REFERENCE_PAIRS sets how many (flow, history) pairs; the full run
/// is 100,000. A failure prints the seed, the flow and both logs.
namespace sluice::reference {
namespace {

constexpr std::string_view kShop = R"(
customer { email text optional  email_status text default "no"  phone text optional  points number default 0  time_zone timezone optional }
event Ordered { order_id text key  total money }
event Viewed { order_id text key  total money }
event Joined { order_id text key  total money }
policy Default {
  time zone customer.time_zone, otherwise "Europe/Berlin"
  consent email when customer.email_status is "yes"
  consent sms when customer.email_status is "yes"
}
message Hello { topic News  email { subject "Hello" body "x" } sms "Hello" }
message Second { topic News  email { subject "Second" body "x" } sms "Second" }
message Third { topic News  email { subject "Third" body "x" } sms "Third" }
)";
constexpr std::array<std::string_view, 3> kEvents = {"Ordered", "Viewed", "Joined"};

/// Writes flows as a marketer could, only more tangled.
class Author {
public:
    explicit Author(std::mt19937_64& random) : random_(random) {}

    std::string project() {
        std::string out;
        if (maybe(2)) {
            states_ = true;
            out += "lifecycle L {\n  state One when " + timeless() + "\n  state Two when " +
                   timeless() + "\n  state Three otherwise\n}\n";
        }
        const std::size_t flows = 1 + below(3);
        for (std::size_t flow = 0; flow < flows; ++flow) {
            out += this->flow("F" + std::string(flow + 1, 'x'));
        }
        if (states_) {
            out += "flow S {\n  starts when customer " + pick({"enters ", "leaves "}) +
                   pick({"One", "Two", "Three"}) + "\n  re-entry after 1 day\n  " + send() +
                   "\n  " + wait() + "\n  " + send() + "\n}\n";
        }
        return out;
    }

private:
    std::size_t below(std::size_t bound) { return random_() % bound; }
    bool maybe(std::size_t one_in) { return below(one_in) == 0; }
    std::string pick(std::initializer_list<const char*> choices) {
        return *(choices.begin() + below(choices.size()));
    }
    std::string event() { return std::string(kEvents[below(kEvents.size())]); }
    std::string number() { return std::to_string(below(6) * 20); }
    std::string length() {
        return pick({"30 minutes", "2 hours", "5 hours", "1 day", "2 days", "3 days 4 hours",
                     "1 week", "1 month"});
    }
    std::string sign() { return pick({">=", ">", "<", "<=", "is", "is not"}); }
    std::string where() { return maybe(3) ? " where total " + sign() + " " + number() : ""; }
    std::string pattern() { return event() + where(); }
    /// Which events a condition over the past counts: also by what the customer has now, or the
    /// run.
    std::string counted(bool in_flow) { return event() + counted_where(in_flow); }
    std::string counted_where(bool in_flow) {
        const auto total = [&](const std::string& with) { return "total " + sign() + " " + with; };
        switch (below(in_flow ? 8 : 6)) {
            case 0:
            case 1:
            case 2:
                return where();
            case 3:
            case 4:
                return " where " + total("customer.points");
            case 5:
                return " where (" + total("customer.points") + pick({" and ", " or "}) +
                       total(number()) + ")";
            case 6:
                return " where " + total("start.total");
            default:
                return " where (" + total("start.total") + " and " + total("customer.points") + ")";
        }
    }
    /// What an event must meet to be waited for, or to start or end something.
    std::string met(const std::string& condition) {
        return maybe(4) ? event() + " where (total >= " + number() + " and " + condition + ")"
                        : pattern();
    }

    std::string window(bool in_flow) {
        switch (below(in_flow ? 3 : 2)) {
            case 0:
                return "";
            case 1:
                return " in the last " + length();
            default:
                return " since entry";
        }
    }
    std::string quantity() {
        const std::string n = std::to_string(1 + below(3));
        return pick({"any", "no"}) == "any" && maybe(2) ? "any"
               : pick({"no", "any"}) == "no" && maybe(2)
                   ? "no"
                   : pick({"at least ", "at most ", "more than ", "exactly "}) + n;
    }
    std::string atom() {
        switch (below(9)) {
            case 0:
                return "customer.points " + sign() + " " + number();
            case 1:
                return "start.total " + sign() + " " + number();
            case 2:
            case 3:
                return quantity() + " " + counted(true) + window(true);
            case 4:
                return pick({"last ", "first "}) + counted(true) + " was " +
                       pick({"more", "less"}) + " than " + length() + " ago";
            case 5:
                return pick({"total", "average", "highest", "lowest"}) + " of " + event() +
                       ".total" + counted_where(true) + window(true) + " " +
                       pick({">=", "<", ">"}) + " " + number();
            case 6:
                return quantity() + " " + counted(true) +
                       pick({" followed by ", " not followed by "}) + counted(true) + " within " +
                       length() + (maybe(2) ? " in the last " + length() : "");
            case 7:
                return maybe(2) ? "today is a weekend" : "now is between 09:00 and 18:00";
            default:
                return pick({"count of ", "number of different "}) == "count of "
                           ? "count of " + counted(true) + window(true) + " > 1"
                           : "number of different " + event() + ".total" + window(true) + " >= 2";
        }
    }
    /// Nothing of a run, and no clock: for states and for `ends when`.
    std::string timeless() {
        switch (below(5)) {
            case 0:
                return "customer.points " + sign() + " " + number();
            case 1:
                return quantity() + " " + counted(false) + window(false);
            case 2:
                return pick({"last ", "first "}) + counted(false) + " was " +
                       pick({"more", "less"}) + " than " + length() + " ago";
            case 3:
                return pick({"total", "average", "highest", "lowest"}) + " of " + event() +
                       ".total" + counted_where(false) + window(false) + " " +
                       pick({">=", "<", ">"}) + " " + number();
            default:
                return quantity() + " " + counted(false) +
                       pick({" followed by ", " not followed by "}) + counted(false) + " within " +
                       length();
        }
    }
    std::string condition() {
        if (states_ && maybe(4)) {
            return pick({"customer is in ", "customer is not in "}) + pick({"One", "Two", "Three"});
        }
        switch (below(5)) {
            case 0:
                return atom() + " and " + atom();
            case 1:
                return "(" + atom() + " or " + atom() + ")";
            case 2:
                return "not (" + atom() + ")";
            default:
                return atom();
        }
    }

    std::string wait() {
        switch (below(6)) {
            case 0:
                return "wait until " + pick({"10:00", "Tuesday at 09:30", "a weekday at 11:00",
                                             "between 10:00 and 17:00"});
            case 1:
                return "wait " + length() + ", then until " + pick({"08:15", "Monday at 20:00"});
            default:
                return "wait " + length();
        }
    }
    std::string send() {
        return "send " + pick({"email", "sms"}) + " " + pick({"Hello", "Second", "Third"});
    }
    std::string branches(int depth) {
        std::string out = " {\n";
        out += "on " + met(atom()) + block(depth);
        if (maybe(2)) {
            out += "on " + event() + " where total > 500" + block(depth);
        }
        if (!maybe(4)) {
            out += "on timeout" + block(depth);
        }
        return out + "}\n";
    }
    std::string block(int depth) { return " {\n" + steps(depth - 1, 1 + below(2)) + "}\n"; }
    std::string step(int depth) {
        const std::size_t kind = below(depth > 0 ? 11 : 6);
        switch (kind) {
            case 0:
            case 1:
                return send();
            case 2:
            case 3:
                return wait();
            case 4:
                return pick({"set customer.points to ", "add "}) == "add "
                           ? "add " + number() + " to customer.points"
                           : "set customer.points to " + number();
            case 5:
                return "wait for " + met(atom()) + " up to " + length();
            case 6:
            case 7: {
                std::string out = "if " + condition() + block(depth);
                return maybe(2) ? out + "otherwise" + block(depth) : out;
            }
            case 8:
                return "wait up to " + length() + branches(depth);
            case 9:
                return "wait for " + event() + " up to " + length() + branches(depth);
            default:
                return "repeat up to " + std::to_string(1 + below(3)) + " times" +
                       (maybe(2) ? " until " + atom() : "") + " {\n" + wait() + "\n" +
                       steps(depth - 1, 1) + "}\n";
        }
    }
    std::string steps(int depth, std::size_t count) {
        std::string out;
        for (std::size_t at = 0; at < count; ++at) {
            out += step(depth) + "\n";
        }
        return out;
    }

    std::string flow(const std::string& name) {
        std::string out = "flow " + name + " {\n  starts when " + met(timeless()) + " as start\n";
        out += states_ && maybe(4) ? "  ends when customer " + pick({"enters ", "leaves "}) +
                                         pick({"One", "Two", "Three"}) + "\n"
                                   : "";
        out += maybe(5) ? "  ends when " + timeless() + "\n" : "";
        out += maybe(2) ? "  only if " + condition() + "\n" : "";
        out += maybe(3) ? "  re-entry " + pick({"never", "after 2 days", "any time"}) + "\n" : "";
        out += maybe(3) ? "  one run per start.order_id\n" : "";
        out += maybe(4) ? "  while running restart\n" : "";
        out += maybe(2) ? "  goal " + met(timeless()) + " since entry" +
                              (maybe(2) ? " within " + length() : "") + "\n"
                        : "";
        out += maybe(3) ? "  ends when " + met(atom()) + "\n" : "";
        out += maybe(3) ? "  priority " + pick({"high", "low"}) + "\n" : "";
        return out + steps(2, 2 + below(4)) + "}\n";
    }

    std::mt19937_64& random_;
    bool states_ = false;
};

/// The lengths an Author uses.
std::vector<dsl::ast::Duration> lengths() {
    const auto of = [](std::int32_t months, std::int32_t days, std::int64_t seconds) {
        dsl::ast::Duration out;
        out.months = months;
        out.days = days;
        out.seconds = seconds;
        return out;
    };
    return {of(0, 0, 1'800), of(0, 0, 7'200),  of(0, 0, 18'000), of(0, 1, 0),
            of(0, 2, 0),     of(0, 3, 14'400), of(0, 7, 0),      of(1, 0, 0)};
}

std::vector<Event> history(std::mt19937_64& random) {
    std::vector<Event> out;
    // Around the day the clocks go forward in Berlin; sometimes two at one instant.
    Instant at = *parse_rfc3339("2026-03-24T07:00:00Z");
    const std::size_t count = 3 + random() % 14;
    for (std::size_t i = 0; i < count; ++i) {
        constexpr std::array<std::int64_t, 7> kGaps = {0,      600,     1'800,  7'200,
                                                       86'400, 172'800, 500'000};
        at += Millis{1'000 * kGaps[random() % kGaps.size()]};
        Event event;
        event.name = kEvents[random() % kEvents.size()];
        event.numbers["total"] = static_cast<std::int64_t>(random() % 6) * 20 * dsl::kDecimalScale;
        event.texts["order_id"] = std::string(1, static_cast<char>('a' + random() % 3));
        event.at = at;
        out.push_back(std::move(event));
    }
    return out;
}

std::string line_of(const TraceRow& row) {
    const std::string at = format_rfc3339(row.at) + " ";
    switch (row.kind) {
        case TraceKind::sent:
            return at + "sent " + (row.channel == Channel::email ? "email " : "sms ") + row.message;
        case TraceKind::entered:
            return at + "entered " + row.flow;
        case TraceKind::goal:
            return at + "goal " + row.flow;
        case TraceKind::ended:
            return at + "ended " + row.flow + ": " + std::string(to_text(row.reason));
        default:
            return "";
    }
}

std::vector<std::string> engine_log(const std::shared_ptr<const dsl::Program>& program,
                                    const std::vector<Event>& events) {
    Releases releases;
    releases.add(1, program);
    Customer customer = new_customer(releases, "c");
    Effects effects;
    InboundEvent identify;
    identify.kind = CallKind::identify;
    identify.data = R"({"email":"a@example.com","phone":"+49","email_status":"yes"})";
    identify.occurred_at = events.front().at;
    apply_event(releases, {}, customer, apply_program(*program, identify), effects);
    for (const Event& event : events) {
        InboundEvent call;
        call.name = event.name;
        call.data = R"({"order_id":")" + event.texts.at("order_id") + R"(","total":)" +
                    std::to_string(event.numbers.at("total") / dsl::kDecimalScale) + "}";
        call.occurred_at = event.at;
        call.received_at = event.at;
        apply_event(releases, {}, customer, apply_program(*program, call), effects);
    }
    run_timers(releases, {}, customer, events.back().at + Millis{400LL * 86'400'000}, effects);
    std::vector<std::string> out;
    for (const TraceRow& row : effects.trace) {
        if (std::string line = line_of(row); !line.empty()) {
            out.push_back(std::move(line));
        }
    }
    return out;
}

std::vector<std::string> reference_log(const dsl::ast::File& file,
                                       const std::vector<Event>& events) {
    Interpreter interpreter(file, *find_zone("Europe/Berlin"), lengths());
    interpreter.meet(events.front().at);
    for (const Event& event : events) {
        interpreter.happen(event);
    }
    interpreter.pass_to(events.back().at + Millis{400LL * 86'400'000});
    return interpreter.log();
}

std::string joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) {
        out += "  " + line + "\n";
    }
    return out;
}

struct Tally {
    std::size_t programs = 0, refused = 0, pairs = 0, lines = 0;
};

/// One program with several histories.
void run_program(std::uint64_t seed, Tally& tally) {
    constexpr int kHistories = 10;
    std::mt19937_64 random(seed);
    dsl::SourceSet sources;
    sources.files.push_back({"shop.flow", std::string(kShop)});
    sources.files.push_back({"flows.flow", Author(random).project()});
    dsl::CompileOptions options;
    options.memory_ceiling = 0;
    ++tally.programs;
    const dsl::CompileResult compiled = dsl::compile(sources, options);
    if (!compiled.program) {
        ++tally.refused;
        return;
    }
    std::vector<dsl::Diagnostic> found;
    const dsl::ast::File file = dsl::parse(sources, 1, found);
    for (int round = 0; round < kHistories; ++round) {
        const std::vector<Event> events = history(random);
        const auto engine = engine_log(compiled.program, events);
        const auto reference = reference_log(file, events);
        ++tally.pairs;
        tally.lines += reference.size();
        if (engine != reference) {
            std::string story;
            for (const Event& event : events) {
                story += "  " + format_rfc3339(event.at) + " " + event.name + " " +
                         event.texts.at("order_id") + " " +
                         std::to_string(event.numbers.at("total") / dsl::kDecimalScale) + "\n";
            }
            ADD_FAILURE() << "seed " << seed << ", history " << round << "\n"
                          << sources.files[1].text << "history\n"
                          << story << "engine\n"
                          << joined(engine) << "reference\n"
                          << joined(reference);
            return;
        }
    }
}

TEST(ReferenceTest, TheEngineDecidesWhatTheLanguageSays) {
    const char* wanted = std::getenv("SLUICE_REFERENCE_PAIRS");
    const std::size_t pairs = wanted == nullptr ? 3'000 : std::strtoul(wanted, nullptr, 10);
    Tally tally;
    for (std::uint64_t seed = 1; tally.pairs < pairs && !HasFailure(); ++seed) {
        run_program(seed, tally);
    }
    std::printf("%zu programs (%zu refused), %zu pairs, %zu decisions\n", tally.programs,
                tally.refused, tally.pairs, tally.lines);
    EXPECT_LT(tally.refused, tally.programs / 2);
    EXPECT_GT(tally.lines, tally.pairs);
}

/// The same words with other white space and comments between them; lines stay lines.
std::string respaced(const std::string& text, std::mt19937_64& random) {
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        quoted = quoted != (c == '"');
        const bool indent = out.empty() || out.back() == '\n';
        // Two names side by side are one name only with a single space between them.
        const bool joins = i > 0 && i + 1 < text.size() &&
                           std::isupper(static_cast<unsigned char>(text[i + 1])) != 0;
        if (c == ' ' && !quoted && (indent || !joins)) {
            out.append(indent ? random() % 3 : 1 + random() % 3, random() % 5 == 0 ? '\t' : ' ');
            continue;
        }
        if (c == '\n') {
            out.append(random() % 3, ' ');
            // Behind a `}` a comment would keep the `otherwise` off its line.
            const bool closed = i > 0 && text[i - 1] == '}';
            out += !closed && random() % 12 == 0 ? "  # noted" : "";
            out += random() % 15 == 0 ? "\n\n" : "";
        }
        out += c;
    }
    return out;
}

/// Lays the generated flows of a set out. Empty after a failure.
std::string laid_out(const dsl::SourceSet& sources, std::uint64_t seed) {
    const dsl::FormatResult result = dsl::format(sources, 0);
    if (!result.diagnostics.empty()) {
        ADD_FAILURE() << "seed " << seed << ": " << render_text(result.diagnostics.front(), sources)
                      << "\n"
                      << sources.files[0].text;
        return {};
    }
    return result.text;
}

std::string without_comments(const std::string& text) {
    return std::regex_replace(text, std::regex(" *# noted"), "");
}
/// A blank line between two lines keeps them from being aligned with each other.
std::string without_white_space(const std::string& text) {
    return std::regex_replace(std::regex_replace(text, std::regex("\n\n+"), "\n"),
                              std::regex("([^ \n]) +"), "$1 ");
}

// The layout reads its own result again and compares the trees (E590 when they differ).
TEST(ReferenceTest, TheLayoutOfGeneratedFlowsMeansTheSameAndDoesNotChangeAgain) {
    const char* wanted = std::getenv("SLUICE_LAYOUTS");
    const std::uint64_t programs = wanted == nullptr ? 300 : std::strtoul(wanted, nullptr, 10);
    for (std::uint64_t seed = 1; seed <= programs && !HasFailure(); ++seed) {
        std::mt19937_64 random(seed);
        dsl::SourceSet sources;
        sources.files.push_back({"flows.flow", Author(random).project()});
        const std::string once = laid_out(sources, seed);
        dsl::SourceSet again;
        again.files.push_back({"flows.flow", once});
        EXPECT_EQ(laid_out(again, seed), once) << "seed " << seed;
        dsl::SourceSet loose;
        loose.files.push_back({"flows.flow", respaced(sources.files[0].text, random)});
        const std::string other = laid_out(loose, seed);
        again.files[0].text = other;
        EXPECT_EQ(laid_out(again, seed), other) << "seed " << seed << "\n" << loose.files[0].text;
        EXPECT_EQ(without_white_space(without_comments(other)), without_white_space(once))
            << "seed " << seed << "\n"
            << loose.files[0].text;
    }
}

}  // namespace
}  // namespace sluice::reference
