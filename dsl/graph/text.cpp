// A scene in characters. Every cell remembers in which directions a line leaves it; the character
// follows from that, so that crossings and junctions need no case of their own.
#include "dsl/graph/characters.hpp"
#include "dsl/graph/scene.hpp"
#include "dsl/graph/write.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::graph {

namespace {

constexpr int kColumnsMax = 100;

constexpr unsigned kNorth = 1, kEast = 2, kSouth = 4, kWest = 8;
// By the sum of the directions.
constexpr std::array<char32_t, 16> kLines = {U' ', U'│', U'─', U'╰', U'│', U'│', U'╭', U'├',
                                             U'─', U'╯', U'─', U'┴', U'╮', U'┤', U'┬', U'┼'};

enum class Owner : std::uint8_t { nobody, box, label };
struct Cell {
    unsigned lines = 0;
    Owner owner = Owner::nobody;
    bool dashed = false;   // a frame, as long as nothing else runs here
    char32_t shown = 0;    // text, an arrow or a dot; 0: the lines
    bool covered = false;  // by the second half of a wide character
};

class Canvas {
public:
    explicit Canvas(const Scene& scene)
        : width_(scene.width), cells_(static_cast<std::size_t>(scene.width * scene.height)) {
        for (const Frame& frame : scene.frames) {
            border(frame.rect, true);
        }
        for (const Box& box : scene.boxes) {
            own(box.rect, Owner::box);
            border(box.rect, false);
        }
        for (const Box& label : scene.labels) {
            own(label.rect, Owner::label);
        }
        for (const Connector& connector : scene.connectors) {
            trace(connector);
        }
        for (const Dot& dot : scene.dots) {
            at(dot.at).shown = dot.stop ? U'●' : U'◉';
        }
        for (const auto* boxes : {&scene.boxes, &scene.labels}) {
            for (const Box& box : *boxes) {
                write(box.texts);
                badge(box);
            }
        }
        write(scene.texts);
    }

    [[nodiscard]] std::string text() const {
        std::string out;
        for (std::size_t row = 0; row * static_cast<std::size_t>(width_) < cells_.size(); ++row) {
            std::string line;
            for (int x = 0; x < width_; ++x) {
                const Cell& cell =
                    cells_[row * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)];
                if (!cell.covered) {
                    append_utf8(line, character(cell));
                }
            }
            line.erase(line.find_last_not_of(' ') + 1);
            out += line + "\n";
        }
        const std::size_t first = out.find_first_not_of('\n');
        const std::size_t last = out.find_last_not_of('\n');
        return first == std::string::npos ? "" : out.substr(first, last - first + 1) + "\n";
    }

private:
    Cell& at(Point point) { return cells_[static_cast<std::size_t>(point.y * width_ + point.x)]; }
    static char32_t character(const Cell& cell) {
        if (cell.shown != 0) {
            return cell.shown;
        }
        if (cell.dashed && cell.lines == (kEast | kWest)) {
            return U'╌';
        }
        return cell.dashed && cell.lines == (kNorth | kSouth) ? U'╎' : kLines[cell.lines];
    }

    void own(const Rect& rect, Owner owner) {
        for (int y = rect.y; y < rect.bottom(); ++y) {
            for (int x = rect.x; x < rect.right(); ++x) {
                at({x, y}) = {0, owner, false, 0, false};
            }
        }
    }

    void border(const Rect& rect, bool dashed) {
        const Point first = {rect.x, rect.y};
        const Point last = {rect.right() - 1, rect.bottom() - 1};
        const auto side = [&](Point from, Point to) {
            for (Point point = from; point != to; point = next(point, to)) {
                join(point, next(point, to));
                at(point).dashed = dashed;
                at(next(point, to)).dashed = dashed;
            }
        };
        side(first, {last.x, first.y});
        side(first, {first.x, last.y});
        side({last.x, first.y}, last);
        side({first.x, last.y}, last);
    }

    static Point next(Point from, Point to) {
        const auto sign = [](int value) { return value > 0 ? 1 : value < 0 ? -1 : 0; };
        return {from.x + sign(to.x - from.x), from.y + sign(to.y - from.y)};
    }
    static unsigned direction(Point from, Point to) {
        return to.x > from.x ? kEast : to.x < from.x ? kWest : to.y > from.y ? kSouth : kNorth;
    }
    void join(Point from, Point to) {
        at(from).lines |= direction(from, to);
        at(to).lines |= direction(to, from);
    }
    /// A line may begin at the border of a box, but runs neither inside it nor through a label.
    void join_outside(Point from, Point to) {
        const bool from_free = at(from).owner == Owner::nobody;
        const bool to_free = at(to).owner == Owner::nobody;
        if (from_free || (to_free && at(from).owner == Owner::box)) {
            at(from).lines |= direction(from, to);
        }
        if (to_free) {
            at(to).lines |= direction(to, from);
        }
    }

    void trace(const Connector& connector) {
        const std::vector<Point>& points = connector.points;
        Point here = points.front();
        const Point onward = next(here, points[1]);
        const Point behind = {2 * here.x - onward.x, 2 * here.y - onward.y};
        if (at(here).owner == Owner::nobody && at(behind).owner != Owner::nobody) {
            join_outside(behind, here);
        }
        Point last_free = here;
        unsigned last_direction = 0;
        for (std::size_t i = 1; i < points.size(); ++i) {
            while (here != points[i]) {
                const Point ahead = next(here, points[i]);
                join_outside(here, ahead);
                if (at(here).owner == Owner::nobody) {
                    last_free = here;
                    last_direction = direction(here, ahead);
                }
                here = ahead;
            }
        }
        if (at(here).owner == Owner::nobody && connector.arrow) {
            last_free = here;  // towards the left a box begins one cell further on
        }
        if (connector.arrow) {
            at(last_free).shown = last_direction == kEast    ? U'▶'
                                  : last_direction == kWest  ? U'◀'
                                  : last_direction == kNorth ? U'▲'
                                                             : U'▼';
        }
    }

    void write(const std::vector<Text>& texts) {
        for (const Text& text : texts) {
            int wide = 0;
            for (std::size_t i = 0; i < text.text.size();) {
                wide += columns(next_code_point(text.text, i));
            }
            const int back = text.anchor == Anchor::start ? 0
                             : text.anchor == Anchor::end ? wide
                                                          : wide / 2;
            put(text.text, {text.at.x - back, text.at.y});
        }
    }

    void put(std::string_view text, Point point) {
        for (std::size_t i = 0; i < text.size();) {
            const char32_t c = next_code_point(text, i);
            const int wide = columns(c);
            if (wide == 0 || point.x < 0 || point.x + wide > width_) {
                continue;
            }
            at(point).shown = c;
            if (wide == 2) {
                at({point.x + 1, point.y}).covered = true;
            }
            point.x += wide;
        }
    }

    void badge(const Box& box) {
        if (!box.badge.empty()) {
            const std::string text = " " + box.badge + " ";
            put(text,
                {box.rect.right() - 2 - static_cast<int>(text.size()), box.rect.bottom() - 1});
        }
    }

    int width_;
    std::vector<Cell> cells_;
};

}  // namespace

std::string write_text(const Drawing& drawing, Charset charset) {
    for (const int card_width : {32, 28, 24, 20, 16}) {
        const Scene scene = lay_out(drawing, cells(card_width));
        if (scene.width <= kColumnsMax + 2) {
            const std::string text = Canvas(scene).text();
            return charset == Charset::ascii ? to_ascii(text) : text;
        }
    }
    return write_outline(drawing, charset);
}

}  // namespace sluice::dsl::graph
