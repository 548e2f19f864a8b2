#pragma once

#include "dsl/parser/problems.hpp"
#include "dsl/parser/token.hpp"
#include "dsl/parser/tree.hpp"

#include <string>
#include <string_view>
#include <utility>
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

/// Something that can stand at the end of the text, as the grammar asked for it there: a keyword
/// (`word` is not 0), a sign (`leaf` is Node::sign, see `token`) or a leaf of its own.
struct Wanted {
    std::uint16_t word = 0;
    Node leaf = Node::word;
    TokenKind token = TokenKind::end;
    bool starts = false;  // begins a statement; otherwise it carries one on
    struct Open {
        Node kind = Node::word;
        std::uint32_t begin = 0;  // index of its first token
    };
    std::vector<Open> inside;  // the nodes that are being read, outermost first
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
        tree_.erase(tree_.begin() + static_cast<std::ptrdiff_t>(mark.nodes), tree_.end());
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

    /// The grammar must have `expected` at `where` and has not: the statement cannot be read on.
    void missed(const Token* where, std::string expected) {
        missed_at_ = where;
        expected_ = std::move(expected);
    }
    /// Whether something was missed and not reported yet.
    [[nodiscard]] bool stuck() const { return missed_at_ != nullptr; }

    /// The statement that begins at `start` is stuck. Reports what was missed; returns where to go
    /// on.
    const Token* broken(const Token* start, Place place);

    /// No statement of the place begins at `at`. Returns where to go on, always behind `at`.
    const Token* unknown(const Token* at, Place place);

    /// Collects into `out` everything the grammar asks for at the end of the text, until it has
    /// complained about the end: what it tries after that is a way out and not what was meant.
    void listen(std::vector<Wanted>* out) { wanted_ = out; }
    /// A parser met the end of the text where it could have read this.
    void wants(std::uint16_t word, Node leaf, TokenKind token) {
        if (wanted_ != nullptr) {
            add_wanted(word, leaf, token);
        }
    }
    /// Whether what is asked for begins a statement; gives what was said before.
    bool at_start(bool starts) { return std::exchange(starting_, starts); }

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
    void add_wanted(std::uint16_t word, Node leaf, TokenKind token);
    std::string habit_help(const Token* start, const Token* where, std::string_view expected) const;
    bool misread_word(Diagnostic& d, const Token* where, std::string_view expected) const;

    const Token* first_;
    const Token* last_;
    const Token* missed_at_ = nullptr;
    std::string expected_;
    Problems& problems_;
    Tree tree_;
    std::vector<Wanted>* wanted_ = nullptr;
    bool starting_ = false;
};

}  // namespace sluice::dsl::parser
