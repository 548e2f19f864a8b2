#include "engine/runtime/explain.hpp"
#include "dsl/catalogue/catalogue.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/cli/data_input.hpp"
#include "engine/cli/project_input.hpp"
#include "engine/cli/verbs.hpp"
#include "engine/runtime/shard.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace sluice::cli {
namespace {

struct Options {
    std::string customer, flow, data = ".sluice", config;
    bool json = false;
};

Result<Story> tell(const Options& options) {
    SLUICE_TRY(auto data, data_directory(options.data, options.config));
    SLUICE_TRY(const auto customer, person_in(data, options.customer));
    SLUICE_TRY(auto store, open_reader_of(data, customer));
    StoryRequest request;
    request.flow = options.flow;
    SLUICE_TRY(auto story, read_story(*store, customer, request));
    SLUICE_TRY(auto zone, zone_in(data, *store, customer));
    story.zone = zone;
    SLUICE_TRY(auto readers, open_readers(data));
    SLUICE_TRY(const auto kept, readers.front()->note(kDecisionsNote));
    SLUICE_TRY(const auto decisions, decode_decisions(kept));
    note_decisions(story, decisions);
    return story;
}

int explain_code(const std::string& code) {
    const auto page = dsl::find_error_page(code);
    if (!page) {
        std::fprintf(stderr, "sluice: there is no code %s\n", code.c_str());
        return kUsage;
    }
    std::fputs(dsl::plain_page(*page).c_str(), stdout);
    return kDone;
}

int run(const Options& options) {
    if (dsl::looks_like_code(options.customer)) {
        return explain_code(options.customer);
    }
    const auto story = tell(options);
    if (!story.has_value()) {
        return report(story.error());
    }
    std::fputs((options.json ? render_json(story.value()) : render_text(story.value())).c_str(),
               stdout);
    return kDone;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand(
        "explain", "Why a customer did, or did not, get what; or what a code such as E206 means");
    verb->add_option("CUSTOMER", options->customer, "Customer id (userId), or a code")->required();
    verb->add_option("--flow", options->flow, "Only this flow's decisions");
    verb->add_option("--data", options->data, "Data directory (.sluice); may be in use");
    verb->add_option("--config", options->config, "Configuration file that names the data");
    verb->add_flag("--json", options->json, "One JSON object, on standard output");
    verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace sluice::cli
