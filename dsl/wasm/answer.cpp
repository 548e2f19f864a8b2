#include "dsl/wasm/answer.hpp"

#include "dsl/check/report.hpp"
#include "dsl/wasm/json.hpp"
#include "dsl/wasm/zones.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sluice::dsl::wasm {
namespace {

struct Verb {
    std::string_view name;
    std::string (*run)(const Request&);
};
constexpr auto kVerbs = std::to_array<Verb>({
    {"check", answer_check},
    {"fix", answer_fix},
    {"format", answer_format},
    {"graph", answer_graph},
    {"explain", answer_explain},
    {"colours", answer_colours},
    {"complete", answer_complete},
    {"hover", answer_hover},
    {"definition", answer_definition},
});

bool zone_known(std::string_view id) {
    return std::ranges::binary_search(zone_ids(), id);
}

}  // namespace

std::string refusal(std::string_view why) {
    return json_object({{"error", json_text(why)}});
}

CompileResult compile_request(const Request& request) {
    CompileOptions options;
    options.load_body = [&request](std::string_view flow_path,
                                   std::string_view requested) -> std::optional<std::string> {
        const auto path = find_body(request.bodies, flow_path, requested);
        return path ? std::optional(request.bodies.at(*path)) : std::nullopt;
    };
    options.zone_known = zone_known;
    options.today = request.today;
    return compile(request.sources, options);
}

language::Index index_request(const Request& request) {
    language::Input input;
    input.sources = request.sources;
    input.zone_known = zone_known;
    input.load_body = [&request](std::string_view flow_path,
                                 std::string_view requested) -> std::optional<language::Body> {
        const auto path = find_body(request.bodies, flow_path, requested);
        return path ? std::optional(language::Body{*path, request.bodies.at(*path)}) : std::nullopt;
    };
    return language::Index(std::move(input));
}

std::string answer(std::string_view request) {
    const auto read = read_request(request);
    if (!read) {
        return refusal("the request cannot be read");
    }
    const auto verb = std::ranges::find(kVerbs, read->verb, &Verb::name);
    return verb == kVerbs.end() ? refusal("there is no verb \"" + read->verb + "\"")
                                : verb->run(*read);
}

}  // namespace sluice::dsl::wasm
