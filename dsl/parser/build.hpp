#pragma once

#include "dsl/parser/view.hpp"

// From the concrete tree to ast.hpp. Each function takes the node it is named after. What the
// grammar cannot say (whole counts, durations that fit) is checked here.

namespace sluice::dsl::parser {

// build_parts.cpp
ast::Name build_name(const View& name);
/// Name of the n-th name child.
ast::Name name_of(const View& parent, std::size_t n = 0);
ast::Path build_path(const View& path);
ast::Path path_of(const View& parent);
ast::Duration build_duration(const View& duration);
ast::Duration duration_of(const View& parent, std::size_t n = 0);
std::optional<ast::Duration> optional_duration_of(const View& parent);
ast::TimeOfDay time_of(const View& parent, std::size_t n = 0);
std::optional<ast::TimeOfDay> optional_time_of(const View& parent);
ast::Date date_of(const View& parent);
ast::Text build_text(const View& text);
/// Content of the n-th text child, without the quotes.
ast::Text text_of(const View& parent, std::size_t n = 0);
std::string word_of(const View& parent);
void build_value(ast::ValueExpr& out, const View& value);
ast::ValueExpr value_of(const View& parent);
std::vector<ast::ValueExpr> values_of(const View& list);
/// The number child as a whole count; reports a fraction (E104).
std::int64_t count_of(const View& parent, std::size_t n = 0);
/// The percent child, scaled by kDecimalScale.
std::int64_t percent_of(const View& parent);
ast::Channel channel_of(const View& parent);
/// `emails`, `sms` or `messages`, also for their singular forms.
std::string messages_of(const View& parent);
std::string text_in(const View& node);

// build_condition.cpp
ast::Cond build_condition(const View& condition);
ast::CondPtr condition_of(const View& parent);
ast::CondPtr build_history(const View& history);
ast::EventPattern build_pattern(const View& pattern);
ast::EventPattern pattern_of(const View& parent);

// build_step.cpp
/// Into a step that stands where it stays: moving one is not free. So are declarations.
void build_step(ast::Step& out, const View& step);
ast::Block build_block(const View& block);
ast::Block block_of(const View& parent);

// build_wait.cpp
ast::WaitDuration build_wait_duration(const View& wait);
ast::WaitForEvent build_wait_event(const View& wait);
ast::WaitUpTo build_wait_up_to(const View& wait);
ast::Until build_until(const View& parent);

// build_flow.cpp
ast::FlowDecl build_flow(const View& flow);

// build_declaration.cpp
void build_declaration(ast::Decl& out, const View& declaration);

// build_rules.cpp
ast::LifecycleDecl build_lifecycle(const View& lifecycle);
ast::PolicyDecl build_policy(const View& policy);
ast::WebhookDecl build_webhook(const View& webhook);

// build_test.cpp
ast::TestDecl build_test(const View& test);

}  // namespace sluice::dsl::parser
