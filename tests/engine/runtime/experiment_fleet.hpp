#pragma once

#include "engine/base/hash.hpp"
#include "engine/model/codec.hpp"
#include "engine/runtime/explain.hpp"
#include "engine/runtime/shard.hpp"
#include "engine/runtime/simulate.hpp"
#include "tests/engine/store/store_fixture.hpp"
#include "tests/support/story.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

/// An experiment with a better variant, a history of people who come to it, and several shards that
/// live through it hour by hour on one thread.
namespace sluice::testing {

inline constexpr std::string_view kOffer =
    "flow Test { starts when Cart Started as cart  one run per cart.cart_id  wait 3 hours "
    "experiment Offer { measure Order Placed where total > 50 within 2 days "
    "winner after 100 customers holdout 10% "
    "variant A 45% { send email Hello } variant B 45% { send email Second } } }";

inline std::uint32_t variant_of(const std::string& customer) {
    const std::uint32_t point = draw({"experiment", "", "Offer", customer});
    return point < 450'000 ? 0 : point < 900'000 ? 1 : 2;
}

/// Thirty people a day, each with one cart and some with orders after it, in order of time. Whoever
/// drew B orders more often. Some orders are too small, too early, too late, or the second one.
inline std::vector<InboundEvent> carts_and_orders(std::uint64_t seed, Instant from, int days) {
    std::mt19937_64 chance(seed);
    std::vector<InboundEvent> out;
    const auto add = [&](const std::string& customer, CallKind kind, std::int64_t hour,
                         std::string name, std::string data) {
        InboundEvent& event = out.emplace_back();
        event.kind = kind;
        event.customer = customer;
        event.name = std::move(name);
        event.data = std::move(data);
        event.occurred_at = from + Millis{hour * 3'600'000};
        event.received_at = event.occurred_at;
        event.message_id = "m" + std::to_string(out.size());
    };
    for (int person = 0; person < days * 30; ++person) {
        const std::string id = "s" + std::to_string(seed) + "-" + std::to_string(person);
        const std::int64_t hour = person / 30 * 24 + static_cast<std::int64_t>(chance() % 24);
        add(id, CallKind::identify, hour, "",
            R"({"email":"a@example.com","email_status":"subscribed"})");
        add(id, CallKind::track, hour, "Cart Started", R"({"cart_id":"1","total":1})");
        const std::uint64_t eager = variant_of(id) == 1 ? 70 : 15;
        while (chance() % 100 < eager) {
            const std::int64_t later = static_cast<std::int64_t>(chance() % 54);
            const char* total = chance() % 4 == 0 ? "40" : "60";
            add(id, CallKind::track, hour + later, "Order Placed",
                std::string(R"({"order_id":"1","total":)") + total + "}");
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.occurred_at < b.occurred_at; });
    return out;
}

class Fleet {
public:
    enum class Kept { in_memory, on_disk };

    Fleet(std::uint32_t shards, std::shared_ptr<const dsl::Program> program, Kept kept)
        : shards_(shards), kept_(kept) {
        auto releases = std::make_shared<Releases>();
        releases->add(1, std::move(program));
        releases_ = std::move(releases);
    }
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    void set_time(Instant at) {
        clock_.set(at);
        if (fleet_.empty()) {
            open();
        }
    }
    /// At this instant every shard is lost and made anew, after those named have had one step.
    void crash_at(Instant at, std::vector<std::uint32_t> stepped) {
        crashes_wanted_[at] = std::move(stepped);
    }
    [[nodiscard]] int crashes() const { return crashes_; }

    /// Everybody does what there is to do now.
    void settle() {
        for (bool more = true; more;) {
            more = false;
            for (int round = 0; round < 3; ++round) {  // bring, decide, go on
                for (auto& shard : fleet_) {
                    more = shard->step() || more;
                }
            }
        }
    }
    /// Hour by hour, each event at its time, to just before `to`.
    void live(const std::vector<InboundEvent>& history, Instant from, Instant to) {
        auto next = history.begin();
        for (Instant now = from; now < to; now += Millis{3'600'000}) {
            set_time(now);
            crash_if_wanted(now);
            settle();  // timers first: what is due at an instant happens before its events
            for (; next != history.end() && next->occurred_at <= now; ++next) {
                Shard& owner = shard(static_cast<std::uint32_t>(hash64(next->customer) % shards_));
                ASSERT_TRUE(owner.submit(
                    {*next}, [](const Result<void>& done) { EXPECT_TRUE(done.has_value()); }));
            }
            settle();
        }
    }

    [[nodiscard]] Shard& shard(std::uint32_t number) { return *fleet_[number]; }
    /// As kept by the first shard.
    [[nodiscard]] ExperimentDecisions decisions() {
        const auto note = fleet_.front()->store().note(kDecisionsNote);
        EXPECT_TRUE(note.has_value());
        return decode_decisions(note.value()).value();
    }
    /// What the simulation's log would say, in order of its text.
    [[nodiscard]] std::vector<std::string> log() {
        std::vector<std::string> out;
        each_customer([&](Store& store, const Store::Loaded& loaded) {
            const auto story = read_story(store, loaded.customer, {});
            ASSERT_TRUE(story.has_value());
            for (const StoryEntry& entry : story.value().entries) {
                std::string line = entry.trace ? log_line(*entry.trace, loaded.customer) : "";
                if (!line.empty()) {
                    line.pop_back();
                    out.push_back(std::move(line));
                }
            }
        });
        std::sort(out.begin(), out.end());
        return out;
    }
    [[nodiscard]] std::map<std::string, std::string> records() {
        std::map<std::string, std::string> out;
        each_customer(
            [&](Store&, const Store::Loaded& loaded) { out[loaded.customer] = loaded.state; });
        return out;
    }

private:
    template <class Visit>
    void each_customer(Visit visit) {
        for (auto& shard : fleet_) {
            Store& store = shard->store();
            for (CustomerNo no = 0; no < store.customers(); ++no) {
                auto loaded = store.load(no);
                ASSERT_TRUE(loaded.has_value());
                visit(store, loaded.value());
            }
        }
    }

    void open() {
        fleet_.clear();
        std::vector<std::unique_ptr<Store>> stores;
        for (std::uint32_t number = 0; number < shards_; ++number) {
            stores.push_back(store_of(number));
        }
        board_ = std::make_unique<ExperimentBoard>(shards_, [](std::uint32_t) {});
        board_->recover(decode_decisions(stores.front()->note(kDecisionsNote).value()).value());
        for (std::uint32_t number = 0; number < shards_; ++number) {
            Shard::Shared shared{clock_, suppressions_, lanes_, [](std::vector<ClaimedMessage>) {}};
            shared.experiments = board_.get();
            fleet_.push_back(std::make_unique<Shard>(number, std::move(stores[number]), releases_,
                                                     std::move(shared)));
            ASSERT_TRUE(fleet_.back()->recover().has_value());
        }
    }
    std::unique_ptr<Store> store_of(std::uint32_t number) {
        if (kept_ == Kept::in_memory) {
            return std::make_unique<MemoryStore>();
        }
        SqliteStore::Options options;
        options.path = folder_.file("shard-" + std::to_string(number) + ".db");
        options.shard = number;
        options.shards = shards_;
        auto opened = SqliteStore::open(std::move(options));
        EXPECT_TRUE(opened.has_value());
        return std::move(opened.value());
    }
    void crash_if_wanted(Instant now) {
        const auto wanted = crashes_wanted_.find(now);
        if (wanted == crashes_wanted_.end()) {
            return;
        }
        for (const std::uint32_t number : wanted->second) {
            fleet_[number]->step();
        }
        open();
        ++crashes_;
    }

    const std::uint32_t shards_;
    const Kept kept_;
    store_test::TempFolder folder_;
    ManualClock clock_;
    SuppressionList suppressions_;
    Lanes lanes_;  // closed: what may go out stays where it is
    std::shared_ptr<const Releases> releases_;
    std::unique_ptr<ExperimentBoard> board_;
    std::vector<std::unique_ptr<Shard>> fleet_;
    std::map<Instant, std::vector<std::uint32_t>> crashes_wanted_;
    int crashes_ = 0;
};

}  // namespace sluice::testing
