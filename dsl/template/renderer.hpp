#pragma once

#include "dsl/template/nodes.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Walking the nodes. Private to dsl/template.
namespace sluice::dsl::tpl {

/// One render of one template: a tree walk over the flat nodes that appends to one text. Every name
/// of the template has a slot, so a lookup is an index and not a search. After the first error the
/// walk unwinds and the text is dropped.
class Renderer {
public:
    Renderer(const Template& tmpl, const Data& root, const RenderOptions& options);

    RenderResult run();

private:
    enum class Flow : std::uint8_t { go_on, leave_loop, next_round, stop };

    /// What a name is bound to. Ruby looks in this order: block scopes (loop variables, include
    /// arguments), assigned values, then counters and the data.
    struct Slot {
        Val scoped;
        Val assigned;
        Val base;
        bool has_scoped = false;
        bool has_assigned = false;
        bool base_known = false;
    };
    struct Count {
        std::string_view key;
        std::int64_t value;
    };
    /// The names one text can see. `render` gets a fresh one.
    struct Scope {
        Slot* slots = nullptr;
        const Data* root = nullptr;  // null inside `render`
        const LoopState* loop = nullptr;
        std::vector<Count> offsets;  // offset: continue
        std::vector<Count> cycles;
        std::string changed;
    };
    /// Restores a block-scoped name when the block ends.
    class Bound {
    public:
        Bound(Renderer& renderer, Index symbol)
            : slot_(renderer.scope_->slots[symbol]),
              before_(slot_.scoped),
              had_(slot_.has_scoped) {}
        Bound(const Bound&) = delete;
        Bound& operator=(const Bound&) = delete;
        ~Bound() {
            slot_.scoped = before_;
            slot_.has_scoped = had_;
        }
        void set(const Val& value) {
            slot_.scoped = value;
            slot_.has_scoped = true;
        }

    private:
        Slot& slot_;
        Val before_;
        bool had_;
    };
    struct Segment {
        Val items;
        std::int64_t first = 0;
        std::int64_t count = 0;
        bool reversed = false;
        bool single = false;  // a text is its own only item
    };

    // Walking (renderer.cpp).
    Flow walk(Index first, Index end);
    Flow node(const Node& node, Index at);
    Flow children(const Node& node, Index at) { return walk(at + 1, node.next); }
    bool grown();  // false past the output limit
    void print(const Val& value, const Node& node);
    void missing(const Node& node);
    Flow branches(const Node& node, Index at);
    Flow choice(const Node& node, Index at);
    Flow capture(const Node& node, Index at);
    Flow changed(const Node& node, Index at);
    void count(const Node& node);
    void cycle(const Node& node);

    // Loops and snippets (renderer_loops.cpp).
    Flow loop(const Node& node, Index at);
    Flow loop_rounds(const LoopTag& tag, const Segment& segment, Index body);
    Flow table_row(const Node& node, Index at);
    bool segment_of(const LoopTag& tag, Segment& segment);
    bool bound_of(Index expr, std::string_view what, std::int64_t& value);
    Val item_of(const Segment& segment, std::int64_t index);
    bool round();
    Flow render(const Node& node);
    Flow render_once(const PartialTag& tag, const Unit& unit, const Val& item, LoopState* loop);
    Flow include(const Node& node);
    Flow include_unit(const PartialTag& tag, const Unit& unit, Index symbol, const Val& bound);
    static std::int64_t& counter(std::vector<Count>& counts, std::string_view key);

    // Values (evaluate.cpp).
    Val evaluate(Index expr);
    Val path(const Expr& expr);
    Val variable(Index symbol);
    Val base_of(Slot& slot, Index symbol);
    Val named(std::string_view name);
    Val range(const Expr& expr);
    Val chain(Index chain);
    Val apply(const FilterCall& call, const Val& input);
    bool holds(Index condition);
    bool compare_values(const Condition& condition);

    const Template::Impl& impl_;
    const RenderOptions& options_;
    Env env_;
    Scope main_;
    Scope* scope_ = &main_;
    std::string text_;
    std::string* out_ = &text_;
    std::size_t captured_ = 0;  // bytes of texts that are being captured outside `out_`
    std::size_t rounds_ = 0;
    std::size_t depth_ = 0;
};

}  // namespace sluice::dsl::tpl
