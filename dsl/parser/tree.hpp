#pragma once

#include "dsl/parser/token.hpp"

#include <cstdint>
#include <vector>

namespace sluice::dsl::parser {

/// What a node of the concrete tree stands for. Leaves are single tokens.
// clang-format off
enum class Node : std::uint8_t {
    // leaves
    word, name, text, number, percent, time, date, label, unit, join, sign, kind,
    // shared parts
    path, duration, value, list,
    // conditions
    condition, paren, negation, compare, known, one_of, before_after, in_the, contains, history,
    quantity, pattern, followed, window, messages, recency, last_field, aggregate, can_get, is_in,
    been_in, today_is, now_between,
    // steps
    block, wait_duration, wait_until, wait_event, wait_up_to, branch, until, until_time,
    until_day, until_day_kind, until_date, until_between, until_best, until_path, send, recipient,
    alternative, args, arg, best_time, not_sent, if_step, arm, otherwise, split, split_arm,
    experiment, measure, winner, bandit, holdout, variant, repeat, repeat_until, set, add, remove,
    clear, call, record, stop, start_flow, move, step,
    // headers
    header, start_event, start_state, start_date, start_every, only_if, re_entry, one_run,
    while_running, goal, ends_when, priority, flow_holdout, change_of_state, fan_out,
    // declarations
    customer, event, field, type, message, topic, transactional, uses, email, subject, preview,
    body, sms, segment, lifecycle, starts_in, state, enters, leaves, stays, transition, policy,
    time_zone, consent, quiet_hours, cap, policy_holdout, skips, stale, webhook, post, secret,
    retry, flow, test, change,
    // tests
    clock, given_customer, given_event, at_customer, at_event, advance, expect_nothing, expect_no,
    expect_send, expect_call, expect_count, expect_goal, expect_ended, expect_condition, moment,
    prop,
};
// clang-format on

/// One node; the list is in preorder, so the first child follows its parent and `next` is the node
/// behind the whole subtree.
struct TreeNode {
    Node kind = Node::word;
    std::uint32_t begin = 0;  // index of its first token
    std::uint32_t end = 0;    // index behind its last token
    std::uint32_t next = 0;
};

using Tree = std::vector<TreeNode>;

}  // namespace sluice::dsl::parser
