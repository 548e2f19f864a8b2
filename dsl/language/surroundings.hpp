#pragma once

#include "dsl/language/index.hpp"
#include "dsl/language/reading.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is known at the end of an unfinished text, from its tokens alone. Private to dsl/language.
namespace sluice::dsl::language {

struct KnownBinding {
    std::string name;
    std::string event;
};

class Surroundings {
public:
    Surroundings(const Index& index, std::string_view text, const std::vector<Token>& tokens,
                 const Wanted& wanted)
        : index_(index), text_(text), tokens_(tokens), inside_(wanted.inside) {}

    /// The node that is being read, Node::word outside all of them.
    [[nodiscard]] Node innermost() const;
    [[nodiscard]] const Wanted::Open* innermost(Node kind) const;
    /// The names given with `as` that can be read here.
    [[nodiscard]] std::vector<KnownBinding> bindings() const;
    /// The event whose fields stand alone here, inside its `where`; empty: none.
    [[nodiscard]] std::string where_event() const;
    /// The words of the path that is being read, without the one that is asked for.
    [[nodiscard]] std::vector<std::string> path() const;
    /// The first name behind a node's begin.
    [[nodiscard]] std::string name_in(const Wanted::Open& node) const;
    /// The last name before the end: `Order Placed` of `Order Placed.`.
    [[nodiscard]] std::string last_name() const;
    [[nodiscard]] std::vector<FieldFact> fields_of(std::string_view owner) const;
    /// The field a value is compared with, stored in or given for.
    [[nodiscard]] const FieldFact* target() const;
    /// The messages of the `send` that is being read.
    [[nodiscard]] std::vector<std::string> sent_messages() const;
    /// The last written word, or what stands for it: "" when there is none.
    [[nodiscard]] std::string_view previous() const;
    [[nodiscard]] std::string_view text_of(const Token& token) const {
        return text_.substr(token.offset, token.length);
    }
    [[nodiscard]] std::size_t count() const { return tokens_.size() - 1; }
    [[nodiscard]] const Token& token(std::size_t at) const { return tokens_[at]; }

private:
    [[nodiscard]] std::string name_of(const Token& token) const;
    [[nodiscard]] const FieldFact* field_at(std::size_t begin, std::size_t end) const;
    void start_bindings(const Wanted::Open& flow, std::vector<KnownBinding>& out) const;
    [[nodiscard]] bool is_word(std::size_t at, std::string_view word) const;

    const Index& index_;
    std::string_view text_;
    const std::vector<Token>& tokens_;
    const std::vector<Wanted::Open>& inside_;
};

}  // namespace sluice::dsl::language
