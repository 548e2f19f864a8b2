// What must hold of every picture, over all flows of the tree and flows made up at random.
#include "tests/dsl/graph/graph_support.hpp"

#include <map>

namespace sluice::dsl::graph {
namespace {

using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

std::string told(const Rect& rect) {
    return "[" + std::to_string(rect.x) + "," + std::to_string(rect.y) + " " +
           std::to_string(rect.w) + "x" + std::to_string(rect.h) + "]";
}

bool overlap(const Rect& a, const Rect& b) {
    return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

struct Segment {
    Point a, b;
    int source;
    [[nodiscard]] bool upright() const { return a.x == b.x; }
    [[nodiscard]] int low() const { return upright() ? std::min(a.y, b.y) : std::min(a.x, b.x); }
    [[nodiscard]] int high() const { return upright() ? std::max(a.y, b.y) : std::max(a.x, b.x); }
    [[nodiscard]] int across() const { return upright() ? a.x : a.y; }
};

std::vector<Segment> segments(const Scene& scene) {
    std::vector<Segment> out;
    for (const Connector& connector : scene.connectors) {
        for (std::size_t i = 1; i < connector.points.size(); ++i) {
            out.push_back({connector.points[i - 1], connector.points[i], connector.source});
        }
    }
    return out;
}

/// Whether a segment reaches the inside of a rectangle. In cells the outermost cells are the
/// border, where a line may begin or end.
bool enters(const Segment& segment, const Rect& rect, bool cells) {
    const int in = cells ? 1 : 0;
    const int near = segment.upright() ? rect.y : rect.x;
    const int far = (segment.upright() ? rect.bottom() : rect.right()) - in;
    const int side = segment.upright() ? rect.x : rect.y;
    const int other_side = (segment.upright() ? rect.right() : rect.bottom()) - in;
    return segment.across() > side && segment.across() < other_side && segment.high() > near &&
           segment.low() < far;
}

class Checker {
public:
    Checker(const Scene& scene, const Metrics& metrics) : scene_(scene), m_(metrics) {
        for (const auto* list : {&scene.boxes, &scene.labels}) {
            for (const Box& box : *list) {
                boxes_.push_back(&box);
            }
        }
    }

    AssertionResult all() const {
        for (const auto check : {&Checker::apart, &Checker::inside, &Checker::connectors_clear,
                                 &Checker::sources_apart, &Checker::texts_fit, &Checker::dots}) {
            if (AssertionResult result = (this->*check)(); !result) {
                return result;
            }
        }
        return AssertionSuccess();
    }

private:
    AssertionResult apart() const {
        for (std::size_t i = 0; i < boxes_.size(); ++i) {
            for (std::size_t k = 0; k < i; ++k) {
                if (overlap(boxes_[i]->rect, boxes_[k]->rect)) {
                    return AssertionFailure()
                           << told(boxes_[i]->rect) << " lies over " << told(boxes_[k]->rect);
                }
            }
        }
        return AssertionSuccess();
    }

    bool in_view(const Rect& rect) const {
        return rect.x >= 0 && rect.y >= 0 && rect.right() <= scene_.width &&
               rect.bottom() <= scene_.height;
    }
    AssertionResult inside() const {
        for (const Box* box : boxes_) {
            if (!in_view(box->rect)) {
                return AssertionFailure() << told(box->rect) << " is outside";
            }
        }
        for (const Frame& frame : scene_.frames) {
            if (!in_view(frame.rect)) {
                return AssertionFailure() << "frame " << told(frame.rect) << " is outside";
            }
        }
        for (const Segment& segment : segments(scene_)) {
            if (!in_view({segment.a.x, segment.a.y, 1, 1})) {
                return AssertionFailure() << "a connector is outside";
            }
        }
        return AssertionSuccess();
    }

    AssertionResult connectors_clear() const {
        for (const Segment& segment : segments(scene_)) {
            if (segment.a.x != segment.b.x && segment.a.y != segment.b.y) {
                return AssertionFailure() << "a connector is not orthogonal";
            }
            for (const Box* box : boxes_) {
                if (enters(segment, box->rect, m_.cells)) {
                    return AssertionFailure()
                           << "a connector from " << segment.a.x << "," << segment.a.y << " to "
                           << segment.b.x << "," << segment.b.y << " crosses " << told(box->rect);
                }
            }
        }
        return AssertionSuccess();
    }

    AssertionResult sources_apart() const {
        const std::vector<Segment> all = segments(scene_);
        for (const Segment& one : all) {
            for (const Segment& other : all) {
                const bool parallel =
                    one.upright() == other.upright() && one.across() == other.across();
                if (one.source < other.source && parallel && one.low() < other.high() &&
                    other.low() < one.high()) {
                    return AssertionFailure()
                           << "two connectors share a stretch at " << one.a.x << "," << one.a.y;
                }
            }
        }
        return AssertionSuccess();
    }

    AssertionResult texts_fit() const {
        for (const Box* box : boxes_) {
            for (const Text& text : box->texts) {
                const int wide = m_.width(text.role, text.text);
                const int left = text.anchor == Anchor::start ? text.at.x
                                 : text.anchor == Anchor::end ? text.at.x - wide
                                                              : text.at.x - wide / 2;
                const bool fits = left >= box->rect.x && left + wide <= box->rect.right() &&
                                  text.at.y >= box->rect.y && text.at.y < box->rect.bottom();
                if (!fits) {
                    return AssertionFailure() << "\"" << text.text << "\" sticks out of its box";
                }
            }
        }
        return AssertionSuccess();
    }

    AssertionResult dots() const {
        for (const Dot& dot : scene_.dots) {
            const int r = m_.dot;
            const Rect around = {dot.at.x - r, dot.at.y - r, 2 * r + 1, 2 * r + 1};
            for (const Box* box : boxes_) {
                if (overlap(around, box->rect)) {
                    return AssertionFailure() << "an end lies over " << told(box->rect);
                }
            }
        }
        return AssertionSuccess();
    }

    const Scene& scene_;
    const Metrics& m_;
    std::vector<const Box*> boxes_;
};

std::vector<Metrics> all_metrics() {
    return {pixels(), cells(32), cells(20), cells(16)};
}

AssertionResult holds(const Drawing& drawing) {
    for (const Metrics& metrics : all_metrics()) {
        const Scene scene = lay_out(drawing, metrics);
        if (AssertionResult result = Checker(scene, metrics).all(); !result) {
            return result << (metrics.cells ? " (cells)" : " (pixels)");
        }
    }
    return AssertionSuccess();
}

/// Every step is one box.
void expect_steps_once(const Picture& picture, const Scene& scene) {
    std::map<std::string, int> boxes;
    for (const Box& box : scene.boxes) {
        boxes[box.id] += box.shape == Shape::card ? 1 : 0;
    }
    std::size_t steps = 0;
    each_node(picture.steps, [&](const Node& node) {
        ++steps;
        EXPECT_EQ(boxes[node.id], 1) << picture.name << " " << node.id;
    });
    EXPECT_EQ(scene.boxes.size(), steps + 1) << picture.name;
}

class FolderLayoutTest : public testing::TestWithParam<std::string_view> {};

TEST_P(FolderLayoutTest, EveryPictureIsClear) {
    const Drawn project = drawn_folder(GetParam());
    std::vector<std::string> names = names_in(project.project());
    EXPECT_GE(names.size(), 4U);
    names.emplace_back();
    for (const std::string& name : names) {
        const Drawing drawing = project.drawing(name);
        EXPECT_TRUE(holds(drawing)) << name;
        if (const auto* picture = std::get_if<Picture>(&drawing)) {
            expect_steps_once(*picture, lay_out(*picture, pixels()));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Repository, FolderLayoutTest,
                         testing::Values("tests/data/examples", "tests/data/shop",
                                         "examples/cdnow/flows"),
                         [](const auto& test) {
                             std::string name(test.param);
                             std::ranges::replace_if(
                                 name, [](char c) { return c == '/'; }, '_');
                             return name;
                         });

TEST(LayoutTest, NestedFlowsAreClear) {
    for (std::uint32_t seed = 1; seed <= 120; ++seed) {
        const std::string text = FlowWriter(seed).flow();
        const Drawn project = drawn(text);
        const Picture picture = project.flow("F");
        EXPECT_TRUE(holds(picture)) << "seed " << seed << "\n" << text;
        expect_steps_once(picture, lay_out(picture, pixels()));
    }
}

/// Transitions between states at random: lanes, loops and entries from anywhere.
TEST(LayoutTest, LifecyclesAreClear) {
    std::uint32_t state = 7;
    const auto below = [&state](std::uint32_t limit) {
        state = state * 1664525U + 1013904223U;
        return (state >> 8) % limit;
    };
    const std::vector<std::string> names = {"A", "Bee", "A State Of Several Words", "D", "E"};
    for (int round = 0; round < 80; ++round) {
        std::string text = "lifecycle L {\n  starts in " + names[below(5)] + "\n";
        for (const std::string& name : names) {
            text += "  state " + name + "\n";
        }
        const std::uint32_t arrows = below(12);
        for (std::uint32_t i = 0; i < arrows; ++i) {
            const std::string from = below(6) == 0 ? "any" : names[below(5)];
            text += "  from " + from + " to " + names[below(5)] +
                    (below(2) == 0 ? " after 14 days\n" : " when at least 2 Order Placed\n");
        }
        const Drawn project = drawn(text + "}\n");
        EXPECT_TRUE(holds(project.drawing("L"))) << text;
    }
}

TEST(LayoutTest, MapsWithSharedSourcesAreClear) {
    std::string text;
    for (int flow = 0; flow < 12; ++flow) {
        const std::string name = "\"F" + std::to_string(flow) + "\"";
        text += "flow " + name + " {\n  starts when \"E" + std::to_string(flow % 5) + "\"\n" +
                "  starts when \"E" + std::to_string((flow * 3) % 4) + "\"\n  wait 1 day\n" +
                "  call \"W" + std::to_string(flow % 3) + "\"\n  record \"E" +
                std::to_string((flow + 1) % 5) + "\"\n  start flow \"F" +
                std::to_string((flow + 5) % 12) + "\"\n}\n";
    }
    EXPECT_TRUE(holds(drawn(text).drawing("")));
}

TEST(LayoutTest, WaysThatEndDoNotJoin) {
    const Picture picture = flow("if customer.points > 3 { stop }\nwait 1 day");
    const Scene scene = lay_out(picture, pixels());
    ASSERT_EQ(scene.dots.size(), 2U);
    EXPECT_EQ(std::ranges::count(scene.dots, true, &Dot::stop), 1);
    // Into the card below leads one line: the way that goes on.
    const auto below = std::ranges::find(scene.boxes, "s3", &Box::id);
    ASSERT_NE(below, scene.boxes.end());
    EXPECT_EQ(
        std::ranges::count_if(
            scene.connectors,
            [&](const Connector& connector) {
                return connector.points.back() == Point{below->rect.middle_x(), below->rect.y};
            }),
        1);
}

TEST(LayoutTest, AnEmptyFlowIsAHeaderAndAnEnd) {
    const Scene scene = lay_out(flow("starts when Order Placed"), pixels());
    EXPECT_EQ(scene.boxes.size(), 1U);
    EXPECT_EQ(scene.dots.size(), 1U);
}

}  // namespace
}  // namespace sluice::dsl::graph
