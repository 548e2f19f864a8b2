#include "engine/api/health_routes.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <utility>

namespace sluice::api {

void add_health_routes(Routes& routes, std::function<Readiness()> readiness,
                       std::shared_ptr<prometheus::Registry> metrics) {
    routes.add("GET", "/-/healthy", immediate([](const Request&) {
                   return Response(200, "application/json", R"({"status":"ok"})");
               }));
    routes.add("GET", "/-/ready", immediate([readiness = std::move(readiness)](const Request&) {
                   Readiness now = readiness();
                   Response response(now.ready ? 200 : 503, "application/json",
                                     std::move(now.json));
                   if (!now.ready) {
                       response.set("Retry-After", "1");
                   }
                   return response;
               }));
    if (!metrics) {
        return;
    }
    routes.add("GET", "/metrics", immediate([metrics = std::move(metrics)](const Request&) {
                   const prometheus::TextSerializer serializer;
                   return Response(200, "text/plain; version=0.0.4; charset=utf-8",
                                   serializer.Serialize(metrics->Collect()));
               }));
}

}  // namespace sluice::api
