#pragma once

#include "dsl/language/index.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace sluice::dsl::language {

/// A piece of a file in bytes.
struct Range {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
};

struct OutlineItem {
    enum class Kind : std::uint8_t {
        customer,
        event,
        message,
        segment,
        lifecycle,
        state,
        policy,
        webhook,
        flow,
        test,
        change,
        field,
        channel,
        step,
        header
    };
    Kind kind = Kind::flow;
    std::string name;
    std::string detail;
    Range whole;
    Range selection;  // inside `whole`
    std::vector<OutlineItem> children;
};
/// Declarations with what stands in them, in source order.
std::vector<OutlineItem> outline(const Index& index, std::uint32_t file);

/// Lines from 0; a fold hides the lines behind the first.
struct Fold {
    std::uint32_t first_line = 0;
    std::uint32_t last_line = 0;
    bool comment = false;
};
/// Blocks in braces, and comments of several lines.
std::vector<Fold> folds(const Index& index, std::uint32_t file);

struct ColouredToken {
    enum class Kind : std::uint8_t { keyword, name, data, time, text, number, comment, label };
    Kind kind = Kind::keyword;
    Range range;  // on one line
    bool declaration = false;
};
/// Every token that has a colour, in order.
std::vector<ColouredToken> coloured(const Index& index, std::uint32_t file);

struct BodyLink {
    Range range;       // the path between its quotes
    std::string path;  // of the body, relative to the project
};
/// `body file "…"` whose file is there.
std::vector<BodyLink> body_links(const Index& index, std::uint32_t file);

struct Lens {
    enum class Kind : std::uint8_t { run_tests, show_graph, people };
    Kind kind = Kind::run_tests;
    Range range;       // the name
    std::string flow;  // flow or lifecycle
    std::string title;
};
/// Above each flow: how many people are inside when `people` knows it, its tests, its picture;
/// above a lifecycle its picture.
std::vector<Lens> lenses(const Index& index, std::uint32_t file,
                         const std::map<std::string, std::int64_t>& people);

/// The spelled places of a symbol for "go to definition", best first.
std::vector<Occurrence> definitions(const Index& index, std::uint32_t file, std::size_t offset);
/// Every place of what is named at an offset.
std::vector<Occurrence> references(const Index& index, std::uint32_t file, std::size_t offset,
                                   bool with_declaration);

}  // namespace sluice::dsl::language
