#pragma once

#include "dsl/ast.hpp"
#include "dsl/parser/problems.hpp"
#include "dsl/parser/token.hpp"
#include "dsl/parser/tree.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::dsl::parser {

/// What the second half of the parser reads from: the tree, the tokens under it, the reports.
struct Reading {
    const std::vector<Token>& tokens;
    const Tree& tree;
    Problems& problems;
};

/// One node of the concrete tree. A cheap value; valid as long as its Reading.
class View {
public:
    View(Reading& reading, std::uint32_t index) : reading_(&reading), index_(index) {}

    [[nodiscard]] Node kind() const { return self().kind; }
    [[nodiscard]] bool is(Node kind) const { return self().kind == kind; }

    /// Visits the children in order: each(View).
    template <class Visit>
    void each(Visit visit) const {
        for (std::uint32_t i = index_ + 1; i < self().next; i = reading_->tree[i].next) {
            visit(View(*reading_, i));
        }
    }
    class Children;
    [[nodiscard]] Children children() const;
    /// How many children of this kind there are.
    [[nodiscard]] std::size_t count(Node kind) const;
    [[nodiscard]] std::optional<View> find(Node kind) const;
    /// The n-th child of this kind, counted from 0.
    [[nodiscard]] std::optional<View> find(Node kind, std::size_t n) const;
    /// The child the grammar promises. A node without it cannot come out of the grammar.
    [[nodiscard]] View need(Node kind, std::size_t n = 0) const;

    /// The child of this kind. A second one is reported (E205): the author would not know which
    /// of the two counts.
    [[nodiscard]] std::optional<View> only(Node kind) const;

    /// Whether one of the node's own tokens (not those of a child) is this keyword.
    [[nodiscard]] bool has(std::uint16_t word) const;

    [[nodiscard]] const Token& first() const { return reading_->tokens[self().begin]; }
    /// Keyword number of the first token.
    [[nodiscard]] std::uint16_t word() const { return first().word; }
    [[nodiscard]] std::string_view text() const { return reading_->problems.text(first()); }
    [[nodiscard]] Span span() const { return span(self().begin, self().end); }
    /// From the first token up to the node's first brace or label.
    [[nodiscard]] Span head_span() const;

    [[nodiscard]] Reading& reading() const { return *reading_; }

private:
    [[nodiscard]] const TreeNode& self() const { return reading_->tree[index_]; }
    [[nodiscard]] Span span(std::uint32_t begin, std::uint32_t end) const;

    Reading* reading_;
    std::uint32_t index_;
};

/// The children of a node, in order, for a range-based loop.
class View::Children {
public:
    class iterator {
    public:
        iterator(Reading& reading, std::uint32_t index) : reading_(&reading), index_(index) {}
        View operator*() const { return {*reading_, index_}; }
        iterator& operator++() {
            index_ = reading_->tree[index_].next;
            return *this;
        }
        bool operator==(const iterator& other) const { return index_ == other.index_; }

    private:
        Reading* reading_;
        std::uint32_t index_;
    };

    Children(Reading& reading, std::uint32_t begin, std::uint32_t end)
        : reading_(reading), begin_(begin), end_(end) {}
    [[nodiscard]] iterator begin() const { return {reading_, begin_}; }
    [[nodiscard]] iterator end() const { return {reading_, end_}; }
    [[nodiscard]] bool empty() const { return begin_ == end_; }
    [[nodiscard]] std::size_t size() const {
        std::size_t n = 0;
        for (iterator i = begin(); i != end(); ++i) {
            ++n;
        }
        return n;
    }
    /// The grammar promises one.
    [[nodiscard]] View front() const { return {reading_, begin_}; }

private:
    Reading& reading_;
    std::uint32_t begin_;
    std::uint32_t end_;
};

inline View::Children View::children() const {
    return {*reading_, index_ + 1, self().next};
}

/// From the begin of the one to the end of the other, both of one file.
inline Span joined(const Span& from, const Span& to) {
    Span span = from;
    span.length = to.offset + to.length - from.offset;
    return span;
}

inline Span View::span(std::uint32_t begin, std::uint32_t end) const {
    const Token& from = reading_->tokens[begin];
    const Span start = span_of(from, reading_->problems.file());
    return end <= begin
               ? start
               : joined(start, span_of(reading_->tokens[end - 1], reading_->problems.file()));
}

inline std::optional<View> View::find(Node kind, std::size_t n) const {
    for (std::uint32_t i = index_ + 1; i < self().next; i = reading_->tree[i].next) {
        if (reading_->tree[i].kind == kind && n-- == 0) {
            return View(*reading_, i);
        }
    }
    return std::nullopt;
}

inline std::optional<View> View::find(Node kind) const {
    return find(kind, 0);
}

inline View View::need(Node kind, std::size_t n) const {
    const std::optional<View> found = find(kind, n);
    if (!found) {
        std::abort();  // grammar and builder disagree: a mistake of ours, never of the author
    }
    return *found;
}

}  // namespace sluice::dsl::parser
