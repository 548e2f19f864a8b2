#pragma once

#include "dsl/ast.hpp"
#include "dsl/graph/picture.hpp"
#include "dsl/source.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Short forms of what the author wrote. Private to dsl/graph.
namespace sluice::dsl::graph {

/// What is left of `text` behind its first `count` words.
std::string after_words(std::string_view text, int count);
/// `where total >= 20`; empty when the pattern has none.
std::string where_of(const SourceSet& sources, const ast::EventPattern& pattern);
/// `Cart Reminder opened` for an event of a message, else the event with its `where`.
std::string happening(const SourceSet& sources, const ast::EventPattern& pattern);
/// The same without `where`: for a place beside which the whole condition stands.
std::string happening_in_short(const ast::EventPattern& pattern);
/// `with cart, code = "BACK10"`; empty without arguments.
std::string with_of(const SourceSet& sources, const std::vector<ast::Arg>& args);
std::string_view channel_word(ast::Channel channel);
Kind kind_of(ast::Channel channel);

/// The lines of a flow's header: starts, only if, goal, ends when, then the others as written.
std::vector<Fact> facts_of(const SourceSet& sources, const ast::FlowDecl& flow);

/// What a state change is called: `enters At Risk`, `moves from Gold to Silver`.
std::string change_words(const ast::StateChange& change);

}  // namespace sluice::dsl::graph
