#include "tests/editors/compiler_tree.hpp"

#include "dsl/parser/braces.hpp"
#include "dsl/parser/grammar_entry.hpp"
#include "dsl/parser/lexer.hpp"
#include "dsl/parser/recorder.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace sluice::dsl::parser {

namespace {

// `kind` and `join` only say which word of the language stood there; the grammar keeps such words
// as unnamed nodes.
constexpr std::pair<Node, std::string_view> kNames[] = {
    {Node::word, "word"},
    {Node::name, "name"},
    {Node::text, "string"},
    {Node::number, "number"},
    {Node::percent, "percent"},
    {Node::time, "time"},
    {Node::date, "date"},
    {Node::label, "label"},
    {Node::unit, "unit"},
    {Node::sign, "sign"},
    {Node::path, "path"},
    {Node::duration, "duration"},
    {Node::value, "value"},
    {Node::list, "list"},
    {Node::condition, "condition"},
    {Node::paren, "paren"},
    {Node::negation, "negation"},
    {Node::compare, "compare"},
    {Node::known, "known"},
    {Node::one_of, "one_of"},
    {Node::before_after, "before_after"},
    {Node::in_the, "in_the"},
    {Node::contains, "contains"},
    {Node::history, "history"},
    {Node::quantity, "quantity"},
    {Node::pattern, "pattern"},
    {Node::followed, "followed"},
    {Node::window, "window"},
    {Node::messages, "messages"},
    {Node::recency, "recency"},
    {Node::last_field, "last_field"},
    {Node::aggregate, "aggregate"},
    {Node::can_get, "can_get"},
    {Node::is_in, "is_in"},
    {Node::been_in, "been_in"},
    {Node::today_is, "today_is"},
    {Node::now_between, "now_between"},
    {Node::block, "block"},
    {Node::wait_duration, "wait_duration"},
    {Node::wait_until, "wait_until"},
    {Node::wait_event, "wait_event"},
    {Node::wait_up_to, "wait_up_to"},
    {Node::branch, "branch"},
    {Node::until_time, "until_time"},
    {Node::until_day, "until_day"},
    {Node::until_day_kind, "until_day_kind"},
    {Node::until_date, "until_date"},
    {Node::until_between, "until_between"},
    {Node::until_best, "until_best"},
    {Node::until_path, "until_path"},
    {Node::send, "send"},
    {Node::recipient, "recipient"},
    {Node::alternative, "alternative"},
    {Node::args, "args"},
    {Node::arg, "arg"},
    {Node::best_time, "best_time"},
    {Node::not_sent, "not_sent"},
    {Node::if_step, "if_step"},
    {Node::arm, "arm"},
    {Node::otherwise, "otherwise"},
    {Node::split, "split"},
    {Node::split_arm, "split_arm"},
    {Node::experiment, "experiment"},
    {Node::measure, "measure"},
    {Node::winner, "winner"},
    {Node::bandit, "bandit"},
    {Node::holdout, "holdout"},
    {Node::variant, "variant"},
    {Node::repeat, "repeat"},
    {Node::set, "set"},
    {Node::add, "add"},
    {Node::remove, "remove"},
    {Node::clear, "clear"},
    {Node::call, "call"},
    {Node::record, "record"},
    {Node::stop, "stop"},
    {Node::start_flow, "start_flow"},
    {Node::move, "move"},
    {Node::step, "step"},
    {Node::header, "header"},
    {Node::start_event, "start_event"},
    {Node::start_state, "start_state"},
    {Node::start_date, "start_date"},
    {Node::start_every, "start_every"},
    {Node::only_if, "only_if"},
    {Node::re_entry, "re_entry"},
    {Node::one_run, "one_run"},
    {Node::while_running, "while_running"},
    {Node::goal, "goal"},
    {Node::ends_when, "ends_when"},
    {Node::priority, "priority"},
    {Node::flow_holdout, "flow_holdout"},
    {Node::change_of_state, "change_of_state"},
    {Node::fan_out, "fan_out"},
    {Node::customer, "customer"},
    {Node::event, "event"},
    {Node::field, "field"},
    {Node::type, "type"},
    {Node::message, "message"},
    {Node::topic, "topic"},
    {Node::transactional, "transactional"},
    {Node::uses, "uses"},
    {Node::email, "email"},
    {Node::subject, "subject"},
    {Node::preview, "preview"},
    {Node::body, "body"},
    {Node::sms, "sms"},
    {Node::segment, "segment"},
    {Node::lifecycle, "lifecycle"},
    {Node::starts_in, "starts_in"},
    {Node::state, "state"},
    {Node::enters, "enters"},
    {Node::leaves, "leaves"},
    {Node::stays, "stays"},
    {Node::transition, "transition"},
    {Node::policy, "policy"},
    {Node::time_zone, "time_zone"},
    {Node::consent, "consent"},
    {Node::quiet_hours, "quiet_hours"},
    {Node::cap, "cap"},
    {Node::policy_holdout, "policy_holdout"},
    {Node::skips, "skips"},
    {Node::stale, "stale"},
    {Node::webhook, "webhook"},
    {Node::post, "post"},
    {Node::secret, "secret"},
    {Node::retry, "retry"},
    {Node::flow, "flow"},
    {Node::test, "test"},
    {Node::change, "change"},
    {Node::clock, "clock"},
    {Node::given_customer, "given_customer"},
    {Node::given_event, "given_event"},
    {Node::at_customer, "at_customer"},
    {Node::at_event, "at_event"},
    {Node::advance, "advance"},
    {Node::expect_nothing, "expect_nothing"},
    {Node::expect_no, "expect_no"},
    {Node::expect_send, "expect_send"},
    {Node::expect_call, "expect_call"},
    {Node::expect_count, "expect_count"},
    {Node::expect_goal, "expect_goal"},
    {Node::expect_ended, "expect_ended"},
    {Node::expect_condition, "expect_condition"},
    {Node::moment, "moment"},
    {Node::prop, "prop"},
};

void add_nodes(CompilerTree& out) {
    out.data_word.assign(out.tokens.list.size(), false);
    for (const TreeNode& node : out.tree) {
        const std::string_view name = grammar_name(node.kind);
        if (name.empty() || node.begin == node.end) {
            continue;
        }
        const Token& last = out.tokens.list[node.end - 1];
        out.nodes.push_back(
            {std::string(name), out.tokens.list[node.begin].offset, last.offset + last.length});
        if (node.kind == Node::word) {
            out.data_word[node.begin] = true;
        }
    }
}

bool skipped(const std::filesystem::path& folder) {
    const std::string name = folder.filename().string();
    return name.starts_with('.') || name == "node_modules" || name == "build";
}

}  // namespace

CompilerTree compiler_tree(std::string_view text) {
    SourceSet sources;
    sources.files.push_back({"a.flow", std::string(text)});
    Problems problems(sources, 0);
    CompilerTree out;
    out.tokens = lex(problems);
    repair_braces(out.tokens, problems);
    Recorder recorder(out.tokens.list, problems);
    run_grammar(out.tokens.list.data(), &out.tokens.list.back(), recorder);
    out.tree = recorder.take();
    out.errors = problems.take().size();
    add_nodes(out);
    return out;
}

std::string_view grammar_name(Node kind) {
    const auto* const found =
        std::ranges::find(kNames, kind, [](const auto& p) { return p.first; });
    return found == std::end(kNames) ? std::string_view() : found->second;
}

std::vector<Node> named_kinds() {
    std::vector<Node> kinds;
    for (const auto& [kind, name] : kNames) {
        kinds.push_back(kind);
    }
    return kinds;
}

std::vector<std::string> flow_files() {
    namespace fs = std::filesystem;
    const fs::path root = SLUICE_SOURCE_DIR;
    std::vector<std::string> found;
    for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
        if (it->is_directory() && skipped(it->path())) {
            it.disable_recursion_pending();
        } else if (it->path().extension() == ".flow") {
            found.push_back(fs::relative(it->path(), root).generic_string());
        }
    }
    std::ranges::sort(found);
    return found;
}

std::string read_source(std::string_view path) {
    std::ifstream in(std::filesystem::path(SLUICE_SOURCE_DIR) / path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace sluice::dsl::parser
