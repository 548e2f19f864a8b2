#pragma once

#include "dsl/parser/tree.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::language {

/// Where the reference speaks of a construct.
enum class Chapter : std::uint8_t {
    declarations,
    messages,
    policy,
    headers,
    steps,
    conditions,
    history,
    totals,
    comparisons,
    values,
    tests,
};

/// What an example is a piece of, and so what it is wrapped in before it is compiled.
enum class Part : std::uint8_t {
    file,       // whole declarations
    header,     // a line at the top of a flow
    step,       // steps of a flow that starts with `Checkout Started as cart`
    condition,  // behind `if`
    message,    // lines of a message
    policy,     // lines of a policy
    lifecycle,  // lines of a state
    test,       // lines of a test
};
std::string_view to_text(Part part);

/// One form of the language: how it is written, what it means, and an example that compiles. The
/// reference is made of these, and hovers show them where a keyword has no page of its own.
struct Construct {
    parser::Node node = parser::Node::word;  // what the grammar makes of it
    Chapter chapter = Chapter::declarations;
    std::string_view syntax;  // keywords in small letters, what the author fills in in CAPITALS
    std::string_view text;    // Markdown
    Part part = Part::file;
    std::string_view example;
};

/// In the order of the reference; a chapter's constructs stand together.
std::span<const Construct> constructs();

/// The first construct of a node; null when the node is only a part of others.
const Construct* construct_of(parser::Node node);

/// Whether the syntax of a construct holds this keyword.
bool mentions(const Construct& construct, std::string_view keyword);
/// Whether a way of writing it begins with this keyword.
bool begins(const Construct& construct, std::string_view keyword);

/// The ways of writing it: `a · b` are two.
std::vector<std::string_view> ways_of(const Construct& construct);

/// A construct for a hover. Links, which lead from page to page of the reference, become their
/// words.
std::string describe(const Construct& construct);

}  // namespace sluice::dsl::language
