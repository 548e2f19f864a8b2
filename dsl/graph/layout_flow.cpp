// A flow from top to bottom. Every part is laid out by itself, its middle line at x = 0 and its top
// at y = 0, and then moved to where it belongs; so nothing has to be measured in advance.
//
// A branch hangs its ways side by side under a bar and joins those that go on below the longest of
// them. Connectors therefore run only in strips that no card reaches into.
#include "dsl/graph/cards.hpp"

#include <algorithm>

namespace sluice::dsl::graph {

namespace {

struct Part {
    Scene scene;
    int left = 0, right = 0;  // how far it reaches from the middle line
    int height = 0;
    int entry = 0;     // y at which a connector from above ends
    bool open = true;  // whether somebody leaves at (0, height)
    bool empty = true;
};

struct Column {
    Part part;
    Box label;
    int x = 0;
    int left = 0, right = 0;
};

class FlowLayout {
public:
    explicit FlowLayout(const Metrics& metrics) : m_(metrics) {}

    Part sequence(const Sequence& steps) {
        Part out;
        for (const Node& node : steps) {
            append(out, one(node));
        }
        return out;
    }

    void append(Part& above, Part below) {
        if (above.empty) {
            above.entry = below.entry;
        } else {
            const int top = above.height + m_.gap;
            if (above.open) {
                connect(above.scene, {{0, above.height}, {0, top + below.entry}}, true);
            }
            above.height = top;
        }
        below.scene.shift(0, above.height);
        above.scene.add(std::move(below.scene));
        above.height += below.height;
        above.left = std::max(above.left, below.left);
        above.right = std::max(above.right, below.right);
        above.open = below.open;
        above.empty = false;
    }

    Part of_box(Box box) const {
        Part out;
        out.left = -box.rect.x;
        out.right = box.rect.right();
        out.height = box.rect.h;
        out.empty = false;
        out.scene.boxes.push_back(std::move(box));
        return out;
    }

    /// The end of a way: a dot under what ends it.
    void end(Part& part, bool stop) {
        const int y = part.height + m_.gap / 2 + m_.dot;
        connect(part.scene, {{0, part.height}, {0, y - m_.dot}}, false);
        part.scene.dots.push_back({{0, y}, stop});
        part.height = y + m_.dot + (m_.cells ? 1 : 0);
        part.open = false;
    }

private:
    Part one(const Node& node) {
        if (node.kind == Kind::repeat) {
            return loop(node);
        }
        Part out = of_box(card(m_, node));
        if (node.kind == Kind::stop) {
            end(out, true);
        } else if (!node.ways.empty()) {
            fork(out, node);
        }
        return out;
    }

    void connect(Scene& scene, std::vector<Point> points, bool arrow) {
        const auto same = std::unique(points.begin(), points.end());
        points.erase(same, points.end());
        if (points.size() > 1) {
            scene.connectors.push_back({std::move(points), arrow, 0});
        }
    }

    std::vector<Column> columns_of(const Node& node) {
        std::vector<Column> columns;
        for (const Way& way : node.ways) {
            Column column;
            column.part = sequence(way.steps);
            column.label = label(m_, {way.label}, m_.label_width);
            column.left = std::max(column.part.left, -column.label.rect.x);
            column.right = std::max(column.part.right, column.label.rect.right());
            columns.push_back(std::move(column));
        }
        for (std::size_t i = 1; i < columns.size(); ++i) {
            columns[i].x =
                columns[i - 1].x + columns[i - 1].right + m_.column_gap + columns[i].left;
        }
        // An odd one in the middle stands right below the card.
        const bool odd = columns.size() % 2 == 1;
        const int middle = odd ? columns[columns.size() / 2].x : columns.back().x / 2;
        for (Column& column : columns) {
            column.x -= middle;
        }
        return columns;
    }

    /// Hangs the ways of a branch under its card.
    void fork(Part& out, const Node& node) {
        std::vector<Column> columns = columns_of(node);
        const int bar = out.height + m_.stem;
        const int labels_top = bar + m_.drop;
        int labels_height = 0;
        for (const Column& column : columns) {
            labels_height = std::max(labels_height, column.label.rect.h);
        }
        const int top = labels_top + labels_height + m_.label_gap;
        int deepest = top;
        bool open = false;
        for (Column& column : columns) {
            const int label_top = labels_top + (labels_height - column.label.rect.h) / 2;
            connect(out.scene, {{0, out.height}, {0, bar}, {column.x, bar}, {column.x, label_top}},
                    false);
            column.label.rect.y = 0;
            Scene scene;
            scene.labels.push_back(column.label);
            scene.shift(column.x, label_top);
            out.scene.add(std::move(scene));
            const int label_bottom = label_top + column.label.rect.h;
            if (!column.part.empty) {
                connect(out.scene, {{column.x, label_bottom}, {column.x, top + column.part.entry}},
                        true);
            }
            deepest =
                std::max(deepest, column.part.empty ? label_bottom : top + column.part.height);
            open = open || column.part.open;
        }
        join(out, columns, {top, labels_top, labels_height}, deepest);
        out.open = open;
        out.left = std::max(out.left, -columns.front().x + columns.front().left);
        out.right = std::max(out.right, columns.back().x + columns.back().right);
    }

    struct Rows {
        int top, labels_top, labels_height;
    };

    /// Places the ways and leads those that go on together again, below all of them.
    void join(Part& out, std::vector<Column>& columns, const Rows& rows, int deepest) {
        const int meet = deepest + m_.merge;
        bool open = false;
        for (Column& column : columns) {
            const int label_top = rows.labels_top + (rows.labels_height - column.label.rect.h) / 2;
            const int bottom =
                column.part.empty ? label_top + column.label.rect.h : rows.top + column.part.height;
            if (column.part.open) {
                connect(out.scene,
                        {{column.x, bottom}, {column.x, meet}, {0, meet}, {0, meet + m_.tail}},
                        false);
                open = true;
            }
            column.part.scene.shift(column.x, rows.top);
            out.scene.add(std::move(column.part.scene));
        }
        out.height = open ? meet + m_.tail : deepest;
    }

    /// A frame around the body. On the left the way back, on the right the way out; both begin or
    /// end at the card that counts the rounds.
    Part loop(const Node& node) {
        Box head = card(m_, node);
        Part body = sequence(node.ways.front().steps);
        Box again = label(m_, {"again"}, m_.label_width);
        Box done = label(m_, {"done"}, m_.label_width);
        const int reach_left = std::max(body.left, -head.rect.x) + m_.lane;
        const int reach_right = std::max(body.right, head.rect.right()) + m_.lane;
        const int left = -reach_left - again.rect.right();
        const int right = reach_right - done.rect.x;

        Part out;
        out.empty = false;
        const int card_top = m_.frame;
        out.entry = card_top;
        const int middle = card_top + head.rect.h / 2;
        const int card_bottom = card_top + head.rect.h;
        const Rect card_rect = head.rect;
        place(out.scene.boxes, std::move(head), 0, card_top);

        const int body_top = card_bottom + m_.gap;
        if (!body.empty) {
            connect(out.scene, {{0, card_bottom}, {0, body_top + body.entry}}, true);
        }
        const bool open = body.open;
        const int body_bottom = body.empty ? card_bottom : body_top + body.height;
        body.scene.shift(0, body_top);
        out.scene.add(std::move(body.scene));

        const int back = body_bottom + m_.merge;
        const int label_top = card_bottom + m_.drop;
        const int lowest_label = label_top + std::max(again.rect.h, done.rect.h);
        const int turn = std::max(back, lowest_label + m_.merge);
        if (open) {
            connect(out.scene,
                    {{0, body_bottom}, {0, turn}, {left, turn}, {left, label_top + again.rect.h}},
                    false);
            connect(out.scene, {{left, label_top}, {left, middle}, {card_rect.x, middle}}, true);
            place(out.scene.labels, again, left, label_top);
        }
        const int leave = turn + m_.merge;
        connect(out.scene, {{card_rect.right(), middle}, {right, middle}, {right, label_top}},
                false);
        const int frame_bottom = leave + m_.frame;
        connect(out.scene,
                {{right, label_top + done.rect.h}, {right, leave}, {0, leave}, {0, frame_bottom}},
                false);
        place(out.scene.labels, done, right, label_top);
        out.left = -left - again.rect.x + m_.frame;
        out.right = right + done.rect.right() + m_.frame;
        out.height = frame_bottom;
        out.scene.frames.push_back({{-out.left, 0, out.left + out.right, frame_bottom}});
        return out;
    }

    static void place(std::vector<Box>& list, Box box, int x, int y) {
        Scene scene;
        scene.boxes.push_back(std::move(box));
        scene.shift(x, y);
        list.push_back(std::move(scene.boxes.front()));
    }

    const Metrics& m_;
};

}  // namespace

Scene lay_out(const Picture& picture, const Metrics& metrics) {
    FlowLayout layout(metrics);
    const HeaderText text{Kind::start, picture.name, picture.description, &picture.facts,
                          picture.people};
    Part all = layout.of_box(header(metrics, text, metrics.header_width));
    Part steps = layout.sequence(picture.steps);
    if (!steps.empty) {
        layout.append(all, std::move(steps));
    }
    if (all.open) {
        layout.end(all, false);
    }
    Scene scene = std::move(all.scene);
    scene.name = picture.name;
    scene.fit(metrics.margin);
    return scene;
}

}  // namespace sluice::dsl::graph
