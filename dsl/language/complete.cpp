#include "dsl/language/complete.hpp"

#include "dsl/language/hover.hpp"
#include "dsl/language/surroundings.hpp"
#include "dsl/parser/keywords.hpp"
#include "dsl/parser/lexer.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace sluice::dsl::language {
namespace {

using Kind = CompletionItem::Kind;

constexpr std::array<std::string_view, 7> kWeekdays = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

/// What is written at the cursor: replaced by what is chosen.
struct Written {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool in_text = false;   // an open quote: only names can be meant
    bool new_line = false;  // nothing but white space stands before it on its line
};

std::string keyword_of(const Wanted& wanted) {
    return std::string(parser::keyword_text(wanted.word));
}

class Completer {
public:
    Completer(const Index& index, std::string_view prefix, Expectation expectation, Written written)
        : index_(index), prefix_(prefix), expectation_(std::move(expectation)), written_(written) {}

    std::vector<CompletionItem> items() {
        for (const Wanted& wanted : expectation_.wanted) {
            const Surroundings around(index_, prefix_, expectation_.tokens.list, wanted);
            if (written_.in_text) {
                if (wanted.leaf == Node::name && wanted.word == 0) {
                    add_names(around);
                }
                continue;
            }
            if (wanted.word != 0) {
                add_keyword(wanted, around);
            } else {
                add_leaf(wanted, around);
            }
        }
        return std::move(items_);
    }

    /// Only the names, for a name that may go on behind the cursor.
    std::vector<CompletionItem> names() {
        for (const Wanted& wanted : expectation_.wanted) {
            if (wanted.leaf == Node::name && wanted.word == 0) {
                add_names(Surroundings(index_, prefix_, expectation_.tokens.list, wanted));
            }
        }
        return std::move(items_);
    }

private:
    void add(Kind kind, std::string label, std::string detail, std::string insert) {
        static constexpr std::string_view kOrder = "431122";  // by Kind
        if (!seen_.emplace(kind, label).second) {
            return;
        }
        CompletionItem item;
        item.kind = kind;
        item.sort = kOrder[static_cast<std::size_t>(kind)] + label;
        item.label = std::move(label);
        item.detail = std::move(detail);
        item.insert = std::move(insert);
        item.offset = static_cast<std::uint32_t>(written_.begin);
        item.length = static_cast<std::uint32_t>(written_.end - written_.begin);
        items_.push_back(std::move(item));
    }

    [[nodiscard]] bool at_statement() const {
        const auto& tokens = expectation_.tokens.list;
        if (written_.new_line || tokens.size() < 2) {
            return true;
        }
        const TokenKind before = tokens[tokens.size() - 2].kind;
        return before == TokenKind::left_brace || before == TokenKind::right_brace;
    }

    /// `1 day`, `2 days`; `emails` where `email` is a habit only; yes and no for yes-no.
    [[nodiscard]] bool suits(const Wanted& wanted, const Surroundings& around) const {
        const std::string word = keyword_of(wanted);
        if (wanted.starts && !at_statement()) {
            return false;
        }
        if (wanted.leaf == Node::unit) {
            const std::string_view before = around.previous();
            const bool number = !before.empty() && before.front() >= '0' && before.front() <= '9';
            return !number || word.ends_with('s') == (before != "1");
        }
        if (wanted.leaf == Node::kind && (word == "email" || word == "message")) {
            return std::none_of(
                expectation_.wanted.begin(), expectation_.wanted.end(), [&](const Wanted& other) {
                    return other.leaf == Node::kind && keyword_of(other) == word + "s";
                });
        }
        const FieldFact* target = around.innermost() == Node::value ? around.target() : nullptr;
        if (target != nullptr && (word == "yes" || word == "no")) {
            return target->type.kind == TypeKind::yes_no;
        }
        if (target != nullptr && (word == "today" || word == "now")) {
            return target->type.kind == TypeKind::date || target->type.kind == TypeKind::time;
        }
        return true;
    }

    void add_keyword(const Wanted& wanted, const Surroundings& around) {
        if (!suits(wanted, around)) {
            return;
        }
        const std::string word = keyword_of(wanted);
        add(Kind::keyword, word, "", word);
        items_.back().documentation = page_of(word);
        for (const Snippet& snippet : snippets()) {
            if (wanted.starts && snippet.word == word) {
                add(Kind::snippet, std::string(snippet.label), "snippet",
                    std::string(snippet.insert));
                items_.back().is_snippet = true;
            }
        }
    }

    void add_leaf(const Wanted& wanted, const Surroundings& around) {
        switch (wanted.leaf) {
            case Node::name:
                add_names(around);
                break;
            case Node::word:
                add_words(around);
                break;
            case Node::text:
                add_options(around);
                break;
            case Node::time:
                add(Kind::value, "09:00", "a time of day", "09:00");
                break;
            default:
                break;
        }
    }

    void add_options(const Surroundings& around) {
        const FieldFact* target = around.innermost() == Node::value ? around.target() : nullptr;
        if (target == nullptr) {
            return;
        }
        for (const std::string& option : target->type.options) {
            add(Kind::value, "\"" + option + "\"", target->name, "\"" + option + "\"");
        }
    }

    // ---- names

    void add_symbols(SymbolKind kind) {
        for (const Symbol& symbol : index_.symbols()) {
            if (symbol.kind == kind && symbol.declaration() != nullptr) {
                add_name(symbol.name, std::string(noun_of(kind)));
            }
        }
    }

    void add_name(const std::string& name, std::string detail) {
        const std::string written = spelled(name);
        add(Kind::name, name, std::move(detail), written);
    }

    void add_states() {
        add_symbols(SymbolKind::state);
        add_symbols(SymbolKind::segment);
    }

    void add_events() {
        for (const auto& [name, event] : index_.events()) {
            add_name(name, event.builtin   ? "built-in event"
                           : event.catalog ? "catalog event"
                                           : "event");
        }
    }

    void add_messages(std::string_view channel) {
        for (const auto& [name, message] : index_.messages()) {
            if (channel == "email" ? message.email : channel == "sms" ? message.sms : true) {
                add_name(name, "message");
            }
        }
    }

    void add_weekdays() {
        for (const std::string_view day : kWeekdays) {
            add_name(std::string(day), "day of the week");
        }
    }

    void add_names(const Surroundings& around) {
        switch (around.innermost()) {
            case Node::pattern:
            case Node::last_field:
            case Node::aggregate:
            case Node::window:
            case Node::recency:
            case Node::record:
            case Node::given_event:
            case Node::at_event:
            case Node::uses:
                return add_events();
            case Node::recipient:
            case Node::alternative:
            case Node::expect_no:
            case Node::expect_send:
                return add_messages(around.previous());
            case Node::call:
            case Node::expect_call:
                return add_symbols(SymbolKind::webhook);
            case Node::start_flow:
            case Node::test:
            case Node::change:
                return add_symbols(SymbolKind::flow);
            case Node::is_in:
            case Node::been_in:
            case Node::change_of_state:
                return add_states();
            case Node::starts_in:
            case Node::transition:
            case Node::move:
                return add_symbols(SymbolKind::state);
            case Node::start_every:
                return around.previous() == "in" ? add_states() : add_weekdays();
            case Node::until_day:
            case Node::today_is:
                return add_weekdays();
            case Node::topic:
                return add_symbols(SymbolKind::topic);
            case Node::value:
                return add_compared(around);
            default:
                return;
        }
    }

    /// `message is …` names a message.
    void add_compared(const Surroundings& around) {
        const FieldFact* target = around.target();
        if (target == nullptr || target->span.line != 0) {
            return;
        }
        if (target->name == "message") {
            add_messages({});
        } else if (target->name == "flow") {
            add_symbols(SymbolKind::flow);
        } else if (target->name == "topic") {
            add_symbols(SymbolKind::topic);
        }
    }

    // ---- words

    void add_fields(const std::vector<FieldFact>& fields, std::string_view behind = {}) {
        for (const FieldFact& field : fields) {
            add(Kind::field, field.name, field.words, field.name + std::string(behind));
            items_.back().documentation = field.comment;
        }
    }

    void add_owners(const Surroundings& around) {
        add(Kind::binding, "customer", "the customer", "customer");
        for (const KnownBinding& binding : around.bindings()) {
            add(Kind::binding, binding.name, binding.event, binding.name);
        }
    }

    void add_args(const Surroundings& around) {
        if (around.innermost(Node::record) != nullptr) {
            return add_fields(around.fields_of(around.name_in(*around.innermost(Node::record))),
                              " = ");
        }
        const auto bindings = around.bindings();
        for (const std::string& message : around.sent_messages()) {
            const auto found = index_.messages().find(message);
            if (found == index_.messages().end()) {
                continue;
            }
            for (const ParameterFact& parameter : found->second.parameters) {
                const bool whole = std::any_of(
                    bindings.begin(), bindings.end(),
                    [&](const KnownBinding& binding) { return binding.name == parameter.name; });
                add(Kind::field, parameter.name,
                    parameter.event.empty() ? parameter.words : parameter.event,
                    parameter.name + (whole ? "" : " = "));
            }
        }
        for (const KnownBinding& binding : bindings) {
            add(Kind::binding, binding.name, binding.event, binding.name);
        }
    }

    void add_words(const Surroundings& around) {
        switch (around.innermost()) {
            case Node::path: {
                const auto path = around.path();
                if (path.size() == 1) {
                    return add_fields(around.fields_of(path.front()));
                }
                if (path.empty() && !around.where_event().empty()) {
                    add_fields(around.fields_of(around.where_event()));
                }
                return path.empty() ? add_owners(around) : void();
            }
            case Node::last_field:
            case Node::aggregate:
                return add_fields(around.fields_of(around.last_name()));
            case Node::prop: {
                const Wanted::Open* event = around.innermost(Node::given_event);
                event = event != nullptr ? event : around.innermost(Node::at_event);
                return add_fields(event != nullptr ? around.fields_of(around.name_in(*event))
                                                   : index_.customer_fields());
            }
            case Node::arg:
                return add_args(around);
            default:
                return;
        }
    }

    const Index& index_;
    std::string_view prefix_;
    Expectation expectation_;
    Written written_;
    std::vector<CompletionItem> items_;
    std::set<std::pair<Kind, std::string>> seen_;
};

bool in_comment(const parser::Tokens& tokens, std::size_t offset) {
    return std::any_of(tokens.comments.begin(), tokens.comments.end(), [&](const auto& comment) {
        return comment.offset < offset && offset <= comment.offset + comment.length;
    });
}

/// `{customer.` inside the text of a message.
std::vector<CompletionItem> complete_placeholder(const Index& index, const Expectation& expectation,
                                                 std::string_view prefix, std::string_view text) {
    std::vector<CompletionItem> out;
    const std::size_t open = text.rfind('{');
    if (open == std::string_view::npos || text.find_first_of("}|", open) != text.npos) {
        return out;
    }
    const auto message = std::find_if(
        expectation.wanted.begin(), expectation.wanted.end(), [](const Wanted& wanted) {
            return wanted.leaf == Node::text && !wanted.inside.empty() &&
                   wanted.inside.front().kind == Node::message;
        });
    if (message == expectation.wanted.end()) {
        return out;
    }
    const Surroundings around(index, prefix, expectation.tokens.list, *message);
    const auto found = index.messages().find(around.name_in(message->inside.front()));
    const MessageFact facts = found == index.messages().end() ? MessageFact{} : found->second;
    std::string_view inner = text.substr(open + 1);
    inner.remove_prefix(std::min(inner.find_first_not_of(" {%"), inner.size()));
    const std::size_t dot = inner.find('.');
    const std::string_view partial = dot == std::string_view::npos ? inner : inner.substr(dot + 1);
    const auto offer = [&](Kind kind, const std::string& label, const std::string& detail) {
        CompletionItem item;
        item.kind = kind;
        item.label = item.insert = item.sort = label;
        item.detail = detail;
        item.length = static_cast<std::uint32_t>(partial.size());
        out.push_back(std::move(item));
    };
    if (dot == std::string_view::npos) {
        offer(Kind::binding, "customer", "the customer");
        for (const ParameterFact& parameter : facts.parameters) {
            offer(Kind::binding, parameter.name,
                  parameter.event.empty() ? parameter.words : parameter.event);
        }
        return out;
    }
    std::string owner(inner.substr(0, dot));
    for (const ParameterFact& parameter : facts.parameters) {
        owner = parameter.name == owner && !parameter.event.empty() ? parameter.event : owner;
    }
    for (const FieldFact& field : around.fields_of(owner)) {
        offer(Kind::field, field.name, field.words);
    }
    return out;
}

/// Braces that the lexer finds behind an open quote are no tokens of their own.
const Token* last_written(const std::vector<Token>& tokens) {
    const auto last = std::find_if(tokens.rbegin() + 1, tokens.rend(),
                                   [](const Token& token) { return !token.inserted; });
    return last == tokens.rend() ? nullptr : &*last;
}

/// Whether an offset has nothing before it on its line.
bool only_space_before(std::string_view text, std::size_t offset) {
    const std::size_t last = text.substr(0, offset).find_last_not_of(" \t");
    return last == std::string_view::npos || text[last] == '\n' || text[last] == '\r';
}

}  // namespace

std::vector<CompletionItem> complete(const Index& index, std::uint32_t file, std::size_t offset) {
    const std::string& whole = index.sources().files[file].text;
    offset = std::min(offset, whole.size());
    const std::string_view text = std::string_view(whole).substr(0, offset);
    const bool balanced = is_balanced(whole);
    SourceSet one;
    one.files.push_back({"text.flow", std::string(text)});
    parser::Problems problems(one, 0);
    const parser::Tokens tokens = parser::lex(problems);
    if (in_comment(tokens, offset)) {
        return {};
    }
    Written written{offset, offset, false, false};
    const Token* last = last_written(tokens.list);
    const bool open_text = last != nullptr && last->kind == TokenKind::text && last->unclosed;
    const bool touches = last != nullptr && last->offset + last->length == offset;
    const bool word = touches && (last->kind == TokenKind::word || last->kind == TokenKind::name);
    if (open_text || word) {
        written.begin = last->offset;
        written.in_text = open_text;
    } else if (touches && last->kind == TokenKind::text) {
        return {};
    }
    written.new_line = only_space_before(text, written.begin);
    const std::string_view prefix = text.substr(0, written.begin);
    Expectation expectation = expectation_at_end(prefix, balanced);
    if (open_text) {
        auto placeholders =
            complete_placeholder(index, expectation, prefix, text.substr(written.begin));
        for (CompletionItem& item : placeholders) {
            item.offset = static_cast<std::uint32_t>(offset) - item.length;
        }
        if (!placeholders.empty()) {
            return placeholders;
        }
    }
    auto items = Completer(index, prefix, std::move(expectation), written).items();
    const bool name_may_go_on = !touches && last != nullptr && last->kind == TokenKind::name &&
                                last->offset + last->length + 1 == offset &&
                                text[offset - 1] == ' ';
    if (name_may_go_on) {
        const std::string_view before = text.substr(0, last->offset);
        written.begin = last->offset;
        auto more = Completer(index, before, expectation_at_end(before, balanced), written).names();
        for (CompletionItem& item : more) {
            if (item.label.starts_with(text.substr(last->offset))) {
                items.push_back(std::move(item));
            }
        }
    }
    std::stable_sort(items.begin(), items.end(),
                     [](const auto& a, const auto& b) { return a.sort < b.sort; });
    return items;
}

}  // namespace sluice::dsl::language
