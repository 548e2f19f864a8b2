#pragma once

#include "dsl/template/nodes.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The type check. Private to dsl/template.
namespace sluice::dsl::tpl {

/// What is known of a value before anything is rendered.
struct Typed {
    enum class Kind : std::uint8_t { any, text, number, yes_no, date, list, record, range, loop };
    Kind kind = Kind::any;
    Kind item = Kind::any;         // list only
    const Shape* shape = nullptr;  // record: its fields; scalar: for the messages
    bool optional = false;         // may be missing here
    std::string subject;           // the dotted path, empty for literals and results of filters
    std::string declared_at;
    Place place;  // of the path that made it optional
};

/// Walks every branch once with what is known on the way in: which names exist, and which paths an
/// enclosing `if` has shown to be there. Without roots and faults it only collects paths.
class Checker {
public:
    Checker(const Template::Impl& impl, const std::vector<Shape>* roots, std::vector<Fault>* faults,
            std::vector<Read>* reads = nullptr)
        : impl_(impl), roots_(roots), faults_(faults), reads_(reads), base_(impl.main.text) {}

    void run() { walk(impl_.main.first, impl_.main.end); }
    [[nodiscard]] const std::set<std::string>& paths() const { return paths_; }

private:
    using Paths = std::set<std::string>;
    /// Changes from statement to statement; branches start with copies and are merged after.
    struct State {
        std::map<Index, Typed> locals;
        Paths present;  // paths that are known to be there
    };
    /// Paths that are there when a condition holds, and when it does not.
    struct Guards {
        Paths when_true;
        Paths when_false;
    };

    // Statements (check.cpp).
    void walk(Index first, Index end);
    void node(const Node& node, Index at);
    void output(const Node& node);
    void assign(Index symbol, Typed value);
    void branches(const Node& node, Index at);
    void choice(const Node& node, Index at);
    [[nodiscard]] Paths option_guard(const Node& parent, const Node& option);
    void loop(const Node& node, Index at);
    void cycle(const CycleTag& tag);
    void render(const Node& node);
    void include(const Node& node);
    void enter(const Unit& unit, std::string_view name, const Node& node);
    static State merged(const State& left, const State& right);

    // Conditions (check_values.cpp).
    Guards conditions(Index first);
    Guards comparison(const Condition& condition);
    void comparable(const Condition& condition, const Typed& left, const Typed& right);

    // Values (check_values.cpp).
    Typed expression(Index index);
    Typed path(const Expr& expr);
    std::optional<Typed> root(Index symbol, const Expr& expr);
    void step(Typed& value, const Step& step, const Expr& expr);
    void field(Typed& value, std::string_view key, const Expr& expr);
    Typed chain(Index index);
    void filter(Typed& value, const FilterCall& call);
    void default_filter(Typed& value, const FilterCall& call, const Typed& fallback);
    void unused_fallback(const Chain& chain, const Typed& value, const FilterCall& call);
    static Typed of_shape(const Shape& shape);
    void read_root(const Expr& expr, const std::string& name) const;
    void read_field(const Typed& of, std::string_view key) const;

    // Faults.
    void unknown_root(const Expr& expr, std::string_view name);
    void missing_fallback(const Typed& value, const Chain* chain);
    void fault(Place place, std::string code, std::string message, std::string help = "",
               bool warning = false);
    [[nodiscard]] std::string text_at(Place place) const;

    const Template::Impl& impl_;
    const std::vector<Shape>* roots_;
    std::vector<Fault>* faults_;
    std::vector<Read>* reads_;
    std::string_view base_;
    State state_;
    std::vector<std::pair<Index, Typed>>
        scoped_;                        // loop variables and include arguments, innermost last
    std::vector<std::string> active_;   // snippets being walked
    std::optional<Place> outer_place_;  // of the tag that leads into a snippet
    bool sees_roots_ = true;
    Paths paths_;
};

}  // namespace sluice::dsl::tpl
