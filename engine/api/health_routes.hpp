#pragma once

#include "engine/api/routes.hpp"

#include <functional>
#include <memory>
#include <string>

namespace prometheus {
class Registry;
}

namespace sluice::api {

/// Whether the process can take events now, and why not.
struct Readiness {
    bool ready = false;
    std::string json = "{}";  // an object for people and dashboards; never personal data
};

/// Adds GET /-/healthy (200 while the process answers at all), GET /-/ready (200 or 503 with what
/// `readiness` says; it is called on a connection's thread and must not block) and, when there is a
/// registry, GET /metrics in Prometheus' text format 0.0.4.
void add_health_routes(Routes& routes, std::function<Readiness()> readiness,
                       std::shared_ptr<prometheus::Registry> metrics);

}  // namespace sluice::api
