#include "dsl/language/surroundings.hpp"

#include <algorithm>

namespace sluice::dsl::language {
namespace {

bool names(const Token& token) {
    return token.kind == TokenKind::name || token.kind == TokenKind::text;
}

}  // namespace

Node Surroundings::innermost() const {
    return inside_.empty() ? Node::word : inside_.back().kind;
}

const Wanted::Open* Surroundings::innermost(Node kind) const {
    const auto found = std::find_if(inside_.rbegin(), inside_.rend(),
                                    [&](const auto& open) { return open.kind == kind; });
    return found == inside_.rend() ? nullptr : &*found;
}

bool Surroundings::is_word(std::size_t at, std::string_view word) const {
    return at < count() && tokens_[at].kind == TokenKind::word && text_of(tokens_[at]) == word;
}

std::string Surroundings::name_of(const Token& token) const {
    std::string_view text = text_of(token);
    if (token.kind == TokenKind::text && text.size() >= 2) {
        text = text.substr(1, text.size() - 2);
    }
    return std::string(text);
}

std::string Surroundings::name_in(const Wanted::Open& node) const {
    for (std::size_t at = node.begin; at < count(); ++at) {
        if (names(tokens_[at])) {
            return name_of(tokens_[at]);
        }
    }
    return {};
}

std::string Surroundings::last_name() const {
    for (std::size_t at = count(); at > 0; --at) {
        if (names(tokens_[at - 1])) {
            return name_of(tokens_[at - 1]);
        }
    }
    return {};
}

std::string_view Surroundings::previous() const {
    return count() == 0 ? std::string_view() : text_of(tokens_[count() - 1]);
}

void Surroundings::start_bindings(const Wanted::Open& flow, std::vector<KnownBinding>& out) const {
    for (std::size_t at = flow.begin; at + 2 < count(); ++at) {
        if (!is_word(at, "starts") || !is_word(at + 1, "when") || !names(tokens_[at + 2])) {
            continue;
        }
        std::size_t next = at + 3;
        while (next < count() && !tokens_[next].bol && !is_word(next, "as") &&
               tokens_[next].kind != TokenKind::comma) {
            ++next;
        }
        if (is_word(next, "as") && next + 1 < count()) {
            out.push_back({std::string(text_of(tokens_[next + 1])), name_of(tokens_[at + 2])});
        }
    }
}

std::vector<KnownBinding> Surroundings::bindings() const {
    std::vector<KnownBinding> out;
    for (const Wanted::Open& open : inside_) {
        if (open.kind == Node::flow) {
            start_bindings(open, out);
        }
        if (open.kind != Node::branch) {
            continue;
        }
        std::size_t at = open.begin;
        while (at < count() && !is_word(at, "as") && tokens_[at].kind != TokenKind::left_brace) {
            ++at;
        }
        if (is_word(at, "as") && at + 1 < count()) {
            out.push_back({std::string(text_of(tokens_[at + 1])), name_in(open)});
        }
    }
    return out;
}

std::string Surroundings::where_event() const {
    for (std::size_t at = inside_.size(); at > 0; --at) {
        const Wanted::Open& open = inside_[at - 1];
        const bool compared =
            std::any_of(inside_.begin() + static_cast<std::ptrdiff_t>(at), inside_.end(),
                        [](const Wanted::Open& inner) {
                            return inner.kind == Node::compare || inner.kind == Node::paren;
                        });
        if (open.kind == Node::pattern || (open.kind == Node::aggregate && compared)) {
            return name_in(open);
        }
    }
    return {};
}

std::vector<std::string> Surroundings::path() const {
    std::vector<std::string> out;
    const Wanted::Open* path = innermost(Node::path);
    for (std::size_t at = path == nullptr ? count() : path->begin; at < count(); ++at) {
        if (tokens_[at].kind == TokenKind::word) {
            out.emplace_back(text_of(tokens_[at]));
        }
    }
    return out;
}

std::vector<FieldFact> Surroundings::fields_of(std::string_view owner) const {
    if (owner == "customer") {
        return index_.customer_fields();
    }
    std::string event(owner);
    for (const KnownBinding& binding : bindings()) {
        event = binding.name == owner ? binding.event : event;
    }
    const auto found = index_.events().find(event);
    return found == index_.events().end() ? std::vector<FieldFact>() : found->second.fields;
}

const FieldFact* Surroundings::field_at(std::size_t begin, std::size_t end) const {
    const bool dotted = begin + 2 < end && tokens_[begin + 1].kind == TokenKind::dot;
    const std::string first(text_of(tokens_[begin]));
    if (!dotted) {
        return index_.field(where_event(), first);
    }
    const std::string_view second = text_of(tokens_[begin + 2]);
    if (first == "customer") {
        return index_.field({}, second);
    }
    for (const KnownBinding& binding : bindings()) {
        if (binding.name == first) {
            return index_.field(binding.event, second);
        }
    }
    return nullptr;
}

const FieldFact* Surroundings::target() const {
    for (std::size_t at = inside_.size(); at > 0; --at) {
        const Wanted::Open& open = inside_[at - 1];
        if (open.kind == Node::compare && open.begin < count()) {
            return field_at(open.begin, count());
        }
        if (open.kind == Node::set && open.begin + 1U < count()) {
            return field_at(open.begin + 1U, count());
        }
        if (open.kind == Node::prop && at > 1 && open.begin < count()) {
            const Wanted::Open& row = inside_[at - 2];
            const bool customer = row.kind == Node::given_customer || row.kind == Node::at_customer;
            return index_.field(customer ? std::string() : name_in(row),
                                text_of(tokens_[open.begin]));
        }
    }
    return nullptr;
}

std::vector<std::string> Surroundings::sent_messages() const {
    std::vector<std::string> out;
    const Wanted::Open* send = innermost(Node::send);
    for (std::size_t at = send == nullptr ? count() : send->begin; at < count(); ++at) {
        if (is_word(at, "with")) {
            break;
        }
        if (names(tokens_[at])) {
            out.push_back(name_of(tokens_[at]));
        }
    }
    return out;
}

}  // namespace sluice::dsl::language
