#include "tests/engine/ingest/identity_fleet.hpp"

#include <map>
#include <random>
#include <set>

/// The same calls by one person, once under one id and once under several that are linked at random
/// places: afterwards she is the same. A failure prints the seed.
namespace sluice {
namespace {

using testing::IdentityFleet;

constexpr std::string_view kWorld = R"(
customer {
  email text default "a@example.com" personal
  phone text default "+4915100000000" personal
  time_zone timezone optional
  points number default 0
  plan one of "free", "paid" default "free"
}
event Cart Started { cart_id text key  total money }
event Cart Changed { cart_id text key  total money }
event Bought { cart_id text key  total money  category text optional }
event Viewed { product_id text key  category text optional }
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.points >= 0
  consent sms when customer.points >= 0
  cap 90 emails per 7 days
  cap 90 sms per 7 days
}
message Hello { topic News  email { subject "Hello" body "<p>Hello</p>" } sms "Hello" }
message Second { topic News  email { subject "Second" body "<p>Second</p>" } sms "Second" }
)";

constexpr std::string_view kStates[] = {
    "segment Looking when at least 3 Viewed in the last 36 hours\n",
    "segment Leaving when any Cart Started not followed by Bought within 2 hours in the last 5 "
    "days\n",
    "segment Keen when intent of Viewed with half-life 6 hours >= 2\n",
    "segment Spends when total of Bought.total in the last 3 days >= 60\n",
    "segment Broad when number of different Viewed.category in the last 2 days >= 2\n",
    "segment High when highest of Bought.total in the last 2 days >= 40\n",
    "segment Rich when customer.points > 5\n",
    "segment Fresh when last Viewed was less than 5 hours ago\n",
    "segment Loves when at least 2 Viewed where category is \"shoes\" in the last 2 days\n",
    "lifecycle Buyer {\n"
    "  state Prospect when no Bought\n"
    "  state New when first Bought was less than 9 hours ago\n"
    "  state Active when last Bought was less than 30 hours ago\n"
    "  state Lapsed otherwise\n}\n",
    "lifecycle Path {\n  starts in Visitor\n"
    "  state Visitor\n  state Shopper\n  state Owner\n  state Rested\n"
    "  from Visitor to Shopper when Cart Started\n"
    "  from Shopper to Owner when Bought where total > 20\n"
    "  from Owner to Rested after 7 hours\n"
    "  from Rested to Shopper when Cart Changed\n}\n",
};

/// What these do depends on one cart alone.
constexpr std::string_view kCartFlows[] = {
    "flow Remind { starts when Cart Started as cart one run per cart.cart_id %s"
    "goal Bought where cart_id is cart.cart_id within 2 days "
    "wait 3 hours send email Hello wait 20 hours send sms Second }\n",
    "flow Watch { starts when Cart Changed as cart one run per cart.cart_id %s"
    "wait for Bought where cart_id is cart.cart_id up to 5 hours { on Bought { wait 1 hour "
    "send sms Hello } on timeout { send email Second wait 9 hours } } }\n",
    "flow Often { starts when Cart Started as cart one run per cart.cart_id %s"
    "wait 2 hours if at least 2 Cart Changed where cart_id is cart.cart_id since entry "
    "{ send email Hello } otherwise { wait 40 hours } wait 1 day }\n",
};
constexpr std::string_view kReEntries[] = {"re-entry any time ", "re-entry after 10 hours ",
                                           "re-entry never ",
                                           "re-entry any time while running restart "};

/// These depend on everything, so they may run differently; what they do nobody reads.
constexpr std::string_view kStateFlows =
    "flow Stray { starts when Viewed as view re-entry any time wait 4 hours send email Hello }\n";

struct Said {
    CallKind kind = CallKind::track;
    int who = 0;       // place in Plan::ids
    int teaches = -1;  // the id that is linked to `who`
    std::string name, data;
    Instant at, occurred_at;
};

struct Plan {
    bool exact = true;  // every run can be compared
    /// Some calls come late. Then the instant of a move between states may be that of a timer of
    /// some run, of which a history knows nothing, so states are not compared.
    bool late = false;
    std::string text;
    std::vector<std::pair<std::string, bool>> ids;  // id, anonymous; the last is the person
    std::vector<Said> calls;
};

class Author {
public:
    explicit Author(std::uint64_t seed) : chance_(seed) {}

    Plan plan() {
        Plan out;
        out.exact = below(3) != 0;
        out.late = !out.exact && below(3) == 0;
        out.text = std::string(kWorld);
        for (const std::string_view state : kStates) {
            if (below(2) != 0) {
                continue;
            }
            out.text += state;
            // A state is kept for whom a flow asks about it.
            const std::string name(state.substr(8, state.find(' ', 8) - 8));
            if (!out.exact && state.starts_with("segment")) {
                out.text += "flow On" + name + " { starts when customer enters " + name +
                            " re-entry any time wait 1 hour send email Hello }\n";
            }
        }
        for (std::string flow :
             std::vector<std::string>(std::begin(kCartFlows), std::end(kCartFlows))) {
            flow.replace(flow.find("%s"), 2, kReEntries[below(std::size(kReEntries))]);
            out.text += flow;
        }
        out.text += out.exact ? "" : kStateFlows;
        choose_ids(out);
        write(out);
        return out;
    }

private:
    std::size_t below(std::size_t bound) { return chance_() % bound; }

    void choose_ids(Plan& out) {
        const std::size_t kind = below(5);
        if (kind != 2) {
            out.ids.emplace_back("web-1", true);
        }
        if (kind == 1 || kind == 4) {
            out.ids.emplace_back("web-2", true);
        }
        if (kind >= 2) {
            out.ids.emplace_back("former", false);
        }
        out.ids.emplace_back("ana", false);
    }

    void write(Plan& out) {
        const std::size_t count = 12 + below(30);
        const auto person = static_cast<int>(out.ids.size()) - 1;
        std::vector<std::size_t> link_at;  // by id
        for (int id = 0; id < person; ++id) {
            link_at.push_back(2 + below(count - 2));
        }
        Instant at = testing::utc("2026-03-02 10:00");
        std::vector<int> linked(out.ids.size(), -1);
        for (std::size_t number = 0; number < count; ++number) {
            for (int id = 0; id < person; ++id) {
                if (link_at[static_cast<std::size_t>(id)] == number) {
                    at += Millis{1 + static_cast<std::int64_t>(below(7'200'000))};
                    out.calls.push_back(link(out, id, at, linked));
                }
            }
            at += Millis{1 + static_cast<std::int64_t>(below(14'400'000))};
            out.calls.push_back(said(out, at, linked));
        }
    }

    /// To the person, or to an id that is not linked yet itself.
    Said link(Plan& out, int id, Instant at, std::vector<int>& linked) {
        Said call;
        std::vector<int> targets;
        for (int other = id + 1; other < static_cast<int>(out.ids.size()); ++other) {
            if (!out.ids[static_cast<std::size_t>(other)].second) {
                targets.push_back(other);
            }
        }
        call.who = targets[below(targets.size())];
        call.teaches = id;
        call.at = call.occurred_at = at;
        call.kind =
            out.ids[static_cast<std::size_t>(id)].second ? CallKind::identify : CallKind::alias;
        call.data = call.kind == CallKind::identify ? R"({"plan":"paid"})" : "{}";
        linked[static_cast<std::size_t>(id)] = call.who;
        return call;
    }

    static int end_of(const std::vector<int>& linked, int id) {
        while (linked[static_cast<std::size_t>(id)] >= 0) {
            id = linked[static_cast<std::size_t>(id)];
        }
        return id;
    }

    Said said(const Plan& out, Instant at, const std::vector<int>& linked) {
        Said call;
        call.at = call.occurred_at = at;
        call.who = static_cast<int>(below(out.ids.size()));
        const std::string total = std::to_string(below(50));
        switch (below(9)) {
            case 0:
                call.kind = CallKind::identify;
                call.data = R"({"points":)" + std::to_string(below(12)) + "}";
                if (!out.exact && below(2) == 0) {
                    call.data = R"({"time_zone":"Asia/Tokyo"})";
                }
                return call;
            case 1:
            case 2:
            case 3:
                call.name = "Viewed";
                call.data = R"({"product_id":"p)" + std::to_string(below(4)) + R"(","category":")" +
                            (below(2) == 0 ? "shoes" : "hats") + "\"}";
                if (out.late && below(3) == 0) {
                    call.occurred_at -= Millis{static_cast<std::int64_t>(below(7'200'000))};
                }
                return call;
            default:
                break;
        }
        // A cart belongs to one id until that is linked; then to whoever she is known as.
        const auto cart = static_cast<int>(below(2 * out.ids.size()));
        const int owner = end_of(linked, cart / 2);
        if (end_of(linked, call.who) != owner) {
            call.who = cart / 2;
        }
        constexpr std::string_view kNames[] = {"Cart Started", "Cart Changed", "Cart Changed",
                                               "Bought"};
        call.name = kNames[below(std::size(kNames))];
        call.data = R"({"cart_id":"c)" + std::to_string(cart) + R"(","total":)" + total + "}";
        return call;
    }

    std::mt19937_64 chance_;
};

void live(IdentityFleet& fleet, const Plan& plan, bool one_id) {
    const std::string person = plan.ids.back().first;
    for (const Said& said : plan.calls) {
        fleet.pass_to(said.at);
        const auto& [id, anonymous] = plan.ids[static_cast<std::size_t>(said.who)];
        InboundEvent event =
            fleet.call(said.kind, anonymous ? "" : id, anonymous ? id : "", said.name, said.data);
        if (said.teaches >= 0) {
            event.anonymous_id = plan.ids[static_cast<std::size_t>(said.teaches)].first;
        }
        if (one_id) {
            event.customer = person;
            event.anonymous_id.clear();
        }
        event.occurred_at = said.occurred_at;
        fleet.send(std::move(event));
    }
    fleet.pass(Millis{5 * 3'600'000});
}

/// What is known of her, as text that can be compared.
std::string known(const Customer& customer, const dsl::Program& program, bool states) {
    const Layout& layout = customer.layouts.front();
    std::string out;
    for (const Value& value : layout.traits) {
        out += dsl::to_text(value) + "\n";
    }
    for (std::size_t at = 0; states && at < layout.standings.size(); ++at) {
        const Standing& standing = layout.standings[at];
        out += program.lifecycles[at].name + " " + std::to_string(standing.state) + " since " +
               format_rfc3339(standing.since) + " until " +
               (standing.until == kNever ? "never" : format_rfc3339(standing.until)) + "\n";
    }
    for (std::size_t at = 0; at < layout.aggregates.size(); ++at) {
        Customer only;
        only.layouts.emplace_back().aggregates = {layout.aggregates[at]};
        out += program.aggregates[at].identity + " " + to_hex(digest({encode(only)})) + "\n";
    }
    return out + std::to_string(customer.events) + " events\n";
}

std::string inside(const Customer& customer, const dsl::Program& program) {
    std::set<std::string> lines;
    const auto time = [](Instant at) { return at == kNever ? "never" : format_rfc3339(at); };
    for (const Run& run : customer.runs) {
        lines.insert("run " + program.flows[run.flow].name + " " + run.key + " at " +
                     std::to_string(run.pc) + (run.park == Park::ended ? " ended" : "") + " due " +
                     time(run.due) + " entered " + time(run.entered_at) + " after " +
                     std::to_string(run.entered_ordinal));
    }
    for (const Entry& entry : customer.entries) {
        lines.insert("entry " + std::to_string(entry.flow) + " " + entry.key + " " +
                     time(entry.at));
    }
    for (std::size_t at = 0; at < customer.sends.size(); ++at) {
        lines.insert("sent " + std::to_string(static_cast<int>(customer.sends[at].channel)) + " " +
                     time(customer.sends[at].at));
    }
    for (const Assignment& assignment : customer.assignments) {
        lines.insert("variant " + std::to_string(assignment.variant) + time(assignment.at));
    }
    std::string out;
    for (const std::string& line : lines) {
        out += line + "\n";
    }
    return out;
}

/// What all of it came to, so that nobody takes comparing nothing for a proof.
struct Seen {
    std::uint64_t merged = 0, runs = 0, waiting = 0, standings = 0;
};

void compare(std::uint64_t seed, std::uint32_t shards, Seen& seen) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::to_string(shards) + " shards");
    const Plan plan = Author(seed).plan();
    const auto program = testing::compile_text({plan.text});
    ASSERT_TRUE(program);
    IdentityFleet split(shards, program);
    live(split, plan, false);
    IdentityFleet whole(1, program);
    live(whole, plan, true);
    const Customer one = whole.record(plan.ids.back().first);
    const Customer person = split.record(split.router().person_of(plan.ids.back().first));
    EXPECT_EQ(known(person, *program, !plan.late), known(one, *program, !plan.late));
    if (plan.exact) {
        EXPECT_EQ(inside(person, *program), inside(one, *program));
        seen.runs += person.next_run - 1;
        seen.waiting += person.runs.size();
    }
    seen.standings += person.layouts.front().standings.size();
    for (const auto& shard : split.shards()) {
        seen.merged += shard->counters().merged;
    }
    // A later deploy folds the united history.
    split.deploy(program);
    whole.deploy(program);
    EXPECT_EQ(known(split.record(person.id), *program, true),
              known(whole.record(one.id), *program, true));
}

/// The message ids of everything in somebody's history, in order of text.
std::multiset<std::string> told_by(IdentityFleet& fleet, const std::string& person) {
    std::multiset<std::string> out;
    Store& store = fleet.shard_of(person).store();
    const auto no = store.find(person);
    EXPECT_TRUE(no.has_value());
    const auto calls = read_calls(store, no.value_or(0));
    EXPECT_TRUE(calls.has_value());
    for (const InboundEvent& event : calls.value()) {
        if (!event.message_id.empty()) {
            out.insert(event.message_id);
        }
    }
    return out;
}

/// Shards take their steps in any order, die at any step, and clients repeat what was not answered.
void live_dangerously(std::uint64_t seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 chance(seed);
    const Plan plan = Author(seed).plan();
    const auto program = testing::compile_text({plan.text});
    ASSERT_TRUE(program);
    const std::uint32_t shards = 1 + static_cast<std::uint32_t>(chance() % 4);
    IdentityFleet fleet(shards, program, IdentityFleet::Kept::on_disk);
    std::map<std::string, InboundEvent> open;
    std::multiset<std::string> all;
    const auto say = [&](const InboundEvent& event) {
        ASSERT_TRUE(fleet.router().submit({event},
                                          [&open, id = event.message_id](const Result<void>& done) {
                                              if (done.has_value()) {
                                                  open.erase(id);
                                              }
                                          }));
    };
    for (const Said& said : plan.calls) {
        fleet.set_time(said.at);
        const auto& [id, anonymous] = plan.ids[static_cast<std::size_t>(said.who)];
        InboundEvent event =
            fleet.call(said.kind, anonymous ? "" : id, anonymous ? id : "", said.name, said.data);
        if (said.teaches >= 0) {
            event.anonymous_id = plan.ids[static_cast<std::size_t>(said.teaches)].first;
        }
        open[event.message_id] = event;
        all.insert(event.message_id);
        say(event);
        for (std::uint64_t steps = chance() % 5; steps > 0; --steps) {
            fleet.step(chance() % shards);
        }
        if (chance() % 8 == 0) {
            fleet.crash();
            const auto again = open;
            for (const auto& [message, call] : again) {
                say(call);
            }
        }
    }
    fleet.settle();
    EXPECT_TRUE(open.empty());
    for (const IdentityLink& link : fleet.links()) {
        EXPECT_TRUE(link.done) << link.record << " to " << link.customer;
    }
    const std::string person = plan.ids.back().first;
    for (const auto& [id, anonymous] : plan.ids) {
        const std::string record = anonymous ? anonymous_record(id) : id;
        EXPECT_EQ(fleet.router().person_of(record), person);
        EXPECT_TRUE(record == person || !fleet.exists(record) || fleet.record(record).given_away())
            << record;
    }
    EXPECT_EQ(told_by(fleet, person), all);
    std::set<std::pair<Index, std::string>> inside;
    for (const Run& run : fleet.record(person).runs) {
        EXPECT_TRUE(run.park == Park::ended || inside.emplace(run.flow, run.key).second);
    }
}

TEST(IdentityPropertyTest, NoCallIsLostOrCountedTwiceWhateverTheStepsAndCrashes) {
    for (std::uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
        live_dangerously(seed);
    }
}

TEST(IdentityPropertyTest, SeveralIdsThatAreLinkedAreAsOneFromTheStart) {
    Seen seen;
    for (std::uint64_t seed = 1; seed <= 600 && !::testing::Test::HasFailure(); ++seed) {
        constexpr std::uint32_t kShards[] = {1, 2, 8};
        compare(seed, kShards[seed % 3], seen);
    }
    EXPECT_GT(seen.merged, 400U);
    EXPECT_GT(seen.runs, 2'000U);
    EXPECT_GT(seen.waiting, 1'000U);
    EXPECT_GT(seen.standings, 500U);
}

}  // namespace
}  // namespace sluice
