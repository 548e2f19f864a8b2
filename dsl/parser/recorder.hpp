#pragma once

#include "dsl/parser/problems.hpp"
#include "dsl/parser/token.hpp"
#include "dsl/parser/tree.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::parser {

/// Where in the file a statement stands; decides which words may begin one.
enum class Place : std::uint8_t {
    file,
    flow,
    block,
    branches,
    split,
    experiment,
    customer,
    event,
    message,
    email,
    lifecycle,
    state,
    policy,
    webhook,
    test,
    change,
};

/// What the grammar leaves behind while it reads: the concrete tree and the reports.
///
/// The grammar backtracks by marking and returning to a mark. A statement that breaks is reported
/// once, its nodes are dropped, and reading goes on behind it.
class Recorder {
public:
    struct Mark {
        std::size_t nodes = 0;
        std::size_t problems = 0;
    };

    Recorder(const std::vector<Token>& tokens, Problems& problems)
        : first_(tokens.data()), last_(&tokens.back()), problems_(problems) {
        tree_.reserve(tokens.size() * 2);
    }

    [[nodiscard]] Mark mark() const { return {tree_.size(), problems_.count()}; }
    void back_to(const Mark& mark) {
        tree_.resize(mark.nodes);
        problems_.truncate(mark.problems);
    }

    void open(Node kind, const Token* at) { tree_.push_back({kind, index(at), index(at), 0}); }
    void close(std::size_t node, const Token* behind) {
        tree_[node].end = index(behind);
        tree_[node].next = static_cast<std::uint32_t>(tree_.size());
    }
    void leaf(Node kind, const Token* at) {
        const auto next = static_cast<std::uint32_t>(tree_.size() + 1);
        tree_.push_back({kind, index(at), index(at) + 1, next});
    }

    /// A habit (E120) the grammar understands all the same.
    void habit(const Token& token, std::string_view instead);

    /// The statement that begins at `start` wanted `expected` at `where`. Returns where to go on.
    const Token* broken(const Token* start, const Token* where, const std::string& expected,
                        Place place);

    /// No statement of the place begins at `at`. Returns where to go on, always behind `at`.
    const Token* unknown(const Token* at, Place place);

    [[nodiscard]] const Token* last() const { return last_; }
    Tree take() { return std::move(tree_); }

private:
    [[nodiscard]] std::uint32_t index(const Token* token) const {
        return static_cast<std::uint32_t>(token - first_);
    }
    [[nodiscard]] const Token* sync(const Token* start, const Token* where) const;
    [[nodiscard]] std::string reading(const Token& start, Place place) const;
    Diagnostic stray(const Token& token, Place place) const;
    Diagnostic leftover(const Token& token, const Token& previous) const;
    std::string habit_help(const Token* start, const Token* where, std::string_view expected) const;
    bool misread_word(Diagnostic& d, const Token* where, std::string_view expected) const;

    const Token* first_;
    const Token* last_;
    Problems& problems_;
    Tree tree_;
};

}  // namespace sluice::dsl::parser
