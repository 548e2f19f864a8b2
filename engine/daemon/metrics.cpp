#include "engine/daemon/metrics.hpp"

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <functional>
#include <string>

namespace sluice {
namespace {

/// Collects on demand instead of being told: the shards count for themselves, without locks.
class ShardRegistry final : public prometheus::Registry {
public:
    explicit ShardRegistry(std::vector<const Shard*> shards) : shards_(std::move(shards)) {}

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
        using Counters = ShardCounters;
        std::vector<prometheus::MetricFamily> out = prometheus::Registry::Collect();
        const auto add = [&](const char* name, const char* help, prometheus::MetricType type,
                             std::atomic<std::uint64_t> Counters::*counter) {
            prometheus::MetricFamily family{name, help, type, {}};
            for (const Shard* shard : shards_) {
                prometheus::ClientMetric metric;
                metric.label.push_back({"shard", std::to_string(shard->number())});
                const auto value = static_cast<double>((shard->counters().*counter).load());
                metric.counter.value = value;
                metric.gauge.value = value;
                family.metric.push_back(std::move(metric));
            }
            out.push_back(std::move(family));
        };
        const auto counter = prometheus::MetricType::Counter;
        add("sluice_events_total", "Events applied and durable.", counter, &Counters::events);
        add("sluice_events_duplicate_total", "Events recognised by their message id.", counter,
            &Counters::duplicates);
        add("sluice_commits_total", "Commits of the store.", counter, &Counters::commits);
        add("sluice_timers_fired_total", "Customers woken by a timer.", counter,
            &Counters::timers_fired);
        add("sluice_messages_total", "Messages and webhook calls put in the outbox.", counter,
            &Counters::messages);
        add("sluice_messages_skipped_total", "Messages that policy did not let through.", counter,
            &Counters::skipped);
        add("sluice_attempts_total", "Attempts handed to connectors.", counter,
            &Counters::attempts);
        add("sluice_messages_in_doubt_total", "Attempts whose fate is unknown.", counter,
            &Counters::in_doubt);
        add("sluice_records_merged_total", "Records brought over to the person they belong to.",
            counter, &Counters::merged);
        add("sluice_events_passed_on_total", "Events that reached a record given away before.",
            counter, &Counters::passed_on);
        add("sluice_customers_waiting", "Customers with a timer.", prometheus::MetricType::Gauge,
            &Counters::waiting);
        return out;
    }

private:
    std::vector<const Shard*> shards_;
};

}  // namespace

std::shared_ptr<prometheus::Registry> make_metrics(std::vector<const Shard*> shards) {
    return std::make_shared<ShardRegistry>(std::move(shards));
}

}  // namespace sluice
