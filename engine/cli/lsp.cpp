#include "engine/cli/lsp_people.hpp"
#include "engine/cli/lsp_server.hpp"
#include "engine/cli/lsp_wire.hpp"
#include "engine/cli/operator_client.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

namespace sluice::cli {
namespace {

/// Standard output carries the protocol and nothing else: whatever a library prints goes to
/// standard error.
int run(const std::string& url) {
    ::signal(SIGPIPE, SIG_IGN);
    const int out = ::dup(STDOUT_FILENO);
    if (out < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return kFindings;
    }
    LspWire wire(STDIN_FILENO, out);
    lsp::PeopleWatch people(url);
    const int exit_code = lsp::Server(wire, people).run();
    ::close(out);
    return exit_code;
}

}  // namespace

void add_lsp(CLI::App& app, int& exit_code) {
    struct Options {
        std::string url, config;
    };
    auto options = std::make_shared<Options>();
    CLI::App* verb = app.add_subcommand("lsp", "Language server for editors, on standard input");
    // Editors pass it; there is no other way.
    verb->add_flag("--stdio")->description("Speak on standard input and output, as always");
    verb->add_option("--url", options->url, "A daemon to ask how many people are inside each flow");
    verb->add_option("--config", options->config, "Configuration file that names its address");
    verb->callback([options, &exit_code] {
        std::string url = options->url;
        if (url.empty() && !options->config.empty()) {
            // Without people the editor is as useful as ever; why there are none goes to its log.
            const auto address = operator_address("", options->config);
            url = address.has_value() ? address.value() : "";
            if (!address.has_value()) {
                std::fprintf(stderr, "sluice: %s\n", address.error().detail.c_str());
            }
        }
        exit_code = run(url);
    });
}

}  // namespace sluice::cli
