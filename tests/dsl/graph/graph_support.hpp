#pragma once

#include "dsl/graph/picture.hpp"
#include "dsl/graph/scene.hpp"
#include "dsl/parser/parse.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::graph {

inline std::string read_text(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Sources with their trees; pictures are drawn from it.
struct Drawn {
    SourceSet sources;
    std::vector<ast::File> files;
    std::vector<Diagnostic> diagnostics;
    Counts counts;

    void parse_all() {
        for (std::uint32_t file = 0; file < sources.files.size(); ++file) {
            files.push_back(parse(sources, file, diagnostics));
        }
    }
    [[nodiscard]] Project project() const { return {sources, files, counts}; }
    [[nodiscard]] Drawing drawing(std::string_view name) const {
        auto out = draw(project(), name);
        EXPECT_TRUE(out.has_value()) << name;
        return out ? std::move(*out) : Drawing{};
    }
    [[nodiscard]] Picture flow(std::string_view name) const {
        return std::get<Picture>(drawing(name));
    }
    [[nodiscard]] StateChart lifecycle(std::string_view name) const {
        return std::get<StateChart>(drawing(name));
    }
    [[nodiscard]] Overview overview() const { return std::get<Overview>(drawing("")); }
};

/// One file; there must be nothing to complain about.
inline Drawn drawn(std::string text) {
    Drawn out;
    out.sources.files.push_back({"test.flow", std::move(text)});
    out.parse_all();
    for (const Diagnostic& diagnostic : out.diagnostics) {
        ADD_FAILURE() << render_text(diagnostic, out.sources);
    }
    return out;
}
/// The picture of a flow called F with these lines.
inline Picture flow(const std::string& lines) {
    return drawn("flow F {\n" + lines + "\n}\n").flow("F");
}
/// Its only step, or the first of several.
inline Node step(const std::string& lines) {
    const Picture picture = flow(lines);
    return picture.steps.empty() ? Node{} : picture.steps.front();
}

/// Every .flow file below a folder of the tree.
inline Drawn drawn_folder(std::string_view folder) {
    std::vector<std::filesystem::path> paths;
    const std::filesystem::path root = std::filesystem::path(SLUICE_SOURCE_DIR) / folder;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.path().extension() == ".flow") {
            paths.push_back(entry.path());
        }
    }
    std::ranges::sort(paths);
    Drawn out;
    for (const auto& path : paths) {
        out.sources.files.push_back({path.filename().string(), read_text(path)});
    }
    out.parse_all();
    return out;
}

/// Flows nested at random, every kind of step among them. The same seed gives the same text.
class FlowWriter {
public:
    explicit FlowWriter(std::uint32_t seed) : state_(seed * 2654435761U + 1) {}

    std::string flow() {
        out_ = "flow F \"Made up\" {\n  starts when Order Placed as order\n  goal Order Placed\n";
        steps(4);
        return out_ + "}\n";
    }

private:
    std::uint32_t below(std::uint32_t limit) {
        state_ = state_ * 1664525U + 1013904223U;
        return (state_ >> 8) % limit;
    }
    void block(int depth) {
        out_ += " {\n";
        steps(depth - 1);
        out_ += "}\n";
    }
    void steps(int depth) {
        const std::uint32_t count = below(4);
        for (std::uint32_t i = 0; i < count; ++i) {
            one(depth, i + 1 == count);
        }
    }
    void one(int depth, bool last) {
        switch (below(depth > 0 ? 12 : 6)) {
            case 0:
                out_ += "wait 2 days, then until Tuesday at 10:00\n";
                break;
            case 1:
                out_ +=
                    "send email A Rather Long Name Of A Message or sms Short with code = \"X\"\n";
                break;
            case 2:
                out_ += "set customer.some_field_with_a_very_long_name_that_must_break to today\n";
                break;
            case 3:
                out_ += "call Warehouse with order_id = order.order_id\n";
                break;
            case 4:
                out_ += last ? "stop because \"enough\"\n" : "record Order Placed\n";
                break;
            case 5:
                out_ += "move customer to Gold\n";
                break;
            case 6:
                out_ += "if customer.points > 3";
                block(depth);
                break;
            case 7:
                out_ += "if customer.points > 3 and customer can get sms";
                block(depth);
                out_ += "otherwise if any Order Placed in the last 3 days";
                block(depth);
                out_ += "otherwise";
                block(depth);
                break;
            case 8:
                out_ += "wait for Order Placed up to 2 days {\n on timeout";
                block(depth);
                out_ += "}\n";
                break;
            case 9:
                out_ += "repeat up to 3 times until any Order Placed";
                block(depth);
                break;
            case 10:
                out_ += "split {\n 20%";
                block(depth);
                out_ += "30% Some";
                block(depth);
                out_ += "50% Others";
                block(depth);
                out_ += "}\n";
                break;
            default:
                out_ += "send sms Short if not sent";
                block(depth);
                break;
        }
    }

    std::uint32_t state_;
    std::string out_;
};

}  // namespace sluice::dsl::graph
