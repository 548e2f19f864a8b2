// What conditions over the past cost one core: events a second that are remembered and after which
// every condition that reads them is judged (value and how long it lasts), for 1, 10 and 100
// conditions, and the bytes a customer's record has. Usage: behaviour_bench [EVENTS]
#include "dsl/check/compile.hpp"
#include "dsl/depends.hpp"
#include "engine/behaviour/aggregates.hpp"
#include "engine/model/codec.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace sluice {
namespace {

constexpr std::size_t kCustomers = 2'000;
constexpr std::string_view kShop = R"(
customer { email text optional  points number default 0 }
event Order Placed { order_id text key  total money  category text optional }
event Product Viewed { product_id text key  category text optional  price money }
policy Default { time zone customer.zone, otherwise "Europe/Berlin" }
)";

/// As marketers write them; `n` makes a hundred of them different.
std::string condition(int n) {
    const std::string few = std::to_string(1 + n / 10 % 5);
    const std::string days = std::to_string(7 + 3 * (n / 10)) + " days";
    const std::string sum = std::to_string(40 + 20 * (n / 10));
    const std::array<std::string, 10> kinds = {
        "at least " + few + " Order Placed in the last " + days,
        "no Order Placed in the last " + days,
        "total of Order Placed.total in the last " + days + " >= " + sum,
        "last Order Placed was more than " + days + " ago",
        "at least " + few + " Product Viewed where category is \"c" + few + "\" in the last " +
            days,
        "average of Order Placed.total in the last " + days + " < " + sum,
        "number of different Product Viewed.category in the last " + days + " >= " + few,
        "highest of Order Placed.total in the last " + days + " >= " + sum,
        "any Product Viewed followed by Order Placed within 2 hours in the last " + days,
        "intent of Product Viewed with half-life " + std::to_string(1 + n / 10) + " days >= " + few,
    };
    return kinds[static_cast<std::size_t>(n) % kinds.size()];
}

struct Bench {
    std::shared_ptr<const dsl::Program> program;
    std::vector<std::vector<Index>> conditions_of_event;

    explicit Bench(int conditions) {
        std::string text(kShop);
        for (int n = 0; n < conditions; ++n) {
            text += "segment S" + std::string(1, static_cast<char>('a' + n / 26)) +
                    std::string(1, static_cast<char>('a' + n % 26)) + " when " + condition(n) +
                    "\n";
        }
        text.replace(text.find("customer.zone"), 13, "customer.email");
        text.replace(text.find("email text optional"), 19, "email timezone optional");
        dsl::SourceSet sources;
        sources.files.push_back({"bench.flow", text});
        dsl::CompileOptions options;
        options.memory_ceiling = 0;
        const dsl::CompileResult result = dsl::compile(sources, options);
        if (!result.program) {
            std::fputs(dsl::render_text(result.diagnostics.front(), sources).c_str(), stderr);
            std::exit(1);
        }
        program = result.program;
        conditions_of_event.resize(program->events.size());
        for (const dsl::Segment& segment : program->segments) {
            dsl::Dependencies reads;
            dsl::collect_dependencies(*program, segment.condition, reads);
            for (const Index event : reads.events) {
                conditions_of_event[event].push_back(segment.condition);
            }
        }
    }
};

void measure(int conditions, std::size_t events) {
    const Bench bench(conditions);
    const dsl::Program& program = *bench.program;
    const std::array<Index, 2> kinds = {program.find_event("Order Placed"),
                                        program.find_event("Product Viewed")};
    std::mt19937_64 random(11);
    std::vector<Customer> people(kCustomers);
    for (Customer& person : people) {
        person.id = "customer";
        Layout& layout = person.layouts.emplace_back();
        layout.traits.resize(program.customer_fields.size());
        layout.aggregates.resize(program.aggregates.size());
    }
    const Zone zone = *find_zone("Europe/Berlin");
    Instant now = kEpoch + Millis{1'770'000'000'000};
    std::size_t judged = 0, held = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < events; ++i) {
        Customer& person = people[random() % kCustomers];
        now += Millis{static_cast<std::int64_t>(random() % 60'000)};
        const Index event = kinds[random() % 10 == 0 ? 0 : 1];
        const std::string category(1, static_cast<char>('a' + random() % 8));
        const Fields fields = {Value::of_text("x" + std::to_string(random() % 50)),
                               Value::of_integer(static_cast<std::int64_t>(random() % 120)),
                               Value::of_text(category)};
        Fields ordered = fields;
        if (event == kinds[1]) {
            std::swap(ordered[1], ordered[2]);  // category before price
        }
        ++person.events;
        person.last_at = now;
        fold(program, person, person.layouts.front(), {event, ordered, {now, person.events}}, zone);
        const Context context{program, person, person.layouts.front(), now, zone, nullptr,
                              nullptr, 0};
        for (const Index condition : bench.conditions_of_event[event]) {
            held += judge(context, condition).value ? 1 : 0;
            ++judged;
        }
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::size_t bytes = 0;
    for (const Customer& person : people) {
        bytes += encode(person).size();
    }
    std::printf(
        "%3d conditions: %8.0f events/s, %9.0f judged/s (%.0f %% true), %5zu bytes a "
        "customer with %zu events\n",
        conditions, static_cast<double>(events) / seconds, static_cast<double>(judged) / seconds,
        100.0 * static_cast<double>(held) / static_cast<double>(std::max<std::size_t>(judged, 1)),
        bytes / kCustomers, events / kCustomers);
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
    const std::size_t events = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
    for (const int conditions : {1, 10, 100}) {
        sluice::measure(conditions, events);
    }
}
