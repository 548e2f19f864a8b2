#include "dsl/language/outline.hpp"
#include "dsl/language/reading.hpp"

#include <algorithm>
#include <optional>

namespace sluice::dsl::language {
namespace {

using Kind = ColouredToken::Kind;

std::optional<Kind> kind_of(const Token& token, bool data) {
    switch (token.kind) {
        case TokenKind::word:
            return data ? Kind::data : Kind::keyword;
        case TokenKind::name:
            return Kind::name;
        case TokenKind::text:
            return Kind::text;
        case TokenKind::number:
        case TokenKind::percent:
            return Kind::number;
        case TokenKind::time:
        case TokenKind::date:
            return Kind::time;
        case TokenKind::label:
            return Kind::label;
        default:
            return std::nullopt;
    }
}

/// What the grammar has read the tokens as, by token.
struct Roles {
    std::vector<bool> data;
    std::vector<bool> time;  // a duration: the number and its unit
    std::vector<bool> name;  // a quoted text that is a name

    explicit Roles(const Reading& reading)
        : data(reading.tokens.list.size()),
          time(reading.tokens.list.size()),
          name(reading.tokens.list.size()) {
        for (const TreeNode& node : reading.tree) {
            std::vector<bool>* role = node.kind == Node::word       ? &data
                                      : node.kind == Node::duration ? &time
                                      : node.kind == Node::name     ? &name
                                                                    : nullptr;
            for (std::uint32_t at = node.begin; role != nullptr && at < node.end; ++at) {
                (*role)[at] = true;
            }
        }
    }
};

}  // namespace

std::vector<ColouredToken> coloured(const Index& index, std::uint32_t file) {
    const Reading reading = read(index.sources(), file);
    const Roles roles(reading);
    std::vector<ColouredToken> out;
    for (std::size_t at = 0; at + 1 < reading.tokens.list.size(); ++at) {
        const Token& token = reading.tokens.list[at];
        auto kind = kind_of(token, roles.data[at]);
        if (!kind || token.length == 0 || token.inserted) {
            continue;
        }
        kind = roles.time[at] ? Kind::time : kind;
        kind = roles.name[at] ? Kind::name : kind;
        out.push_back({*kind, {token.offset, token.length}, false});
    }
    for (const parser::Comment& comment : reading.tokens.comments) {
        out.push_back({Kind::comment, {comment.offset, comment.length}, false});
    }
    std::sort(out.begin(), out.end(), [](const ColouredToken& a, const ColouredToken& b) {
        return a.range.offset < b.range.offset;
    });
    for (const Symbol& symbol : index.symbols()) {
        for (const Occurrence& place : symbol.places) {
            if (!place.declaration || place.file != file) {
                continue;
            }
            const auto token =
                std::lower_bound(out.begin(), out.end(), place.offset,
                                 [](const ColouredToken& known, std::uint32_t offset) {
                                     return known.range.offset < offset;
                                 });
            if (token != out.end() && token->range.offset == place.offset) {
                token->declaration = true;
            }
        }
    }
    return out;
}

}  // namespace sluice::dsl::language
