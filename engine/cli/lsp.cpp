#include "engine/cli/lsp_server.hpp"
#include "engine/cli/lsp_wire.hpp"
#include "engine/cli/verbs.hpp"

#include <CLI/CLI.hpp>

#include <signal.h>
#include <unistd.h>

namespace sluice::cli {
namespace {

/// Standard output carries the protocol and nothing else: whatever a library prints goes to
/// standard error.
int run() {
    ::signal(SIGPIPE, SIG_IGN);
    const int out = ::dup(STDOUT_FILENO);
    if (out < 0 || ::dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        return kFindings;
    }
    LspWire wire(STDIN_FILENO, out);
    const int exit_code = lsp::Server(wire).run();
    ::close(out);
    return exit_code;
}

}  // namespace

void add_lsp(CLI::App& app, int& exit_code) {
    CLI::App* verb = app.add_subcommand("lsp", "Language server for editors, on standard input");
    // Editors pass it; there is no other way.
    verb->add_flag("--stdio")->description("Speak on standard input and output, as always");
    verb->callback([&exit_code] { exit_code = run(); });
}

}  // namespace sluice::cli
