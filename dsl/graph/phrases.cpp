#include "dsl/graph/phrases.hpp"

#include "dsl/words.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::graph {

namespace {

struct MessageEvent {
    std::string_view event;
    std::string_view outcome;
};
constexpr std::array<MessageEvent, 8> kMessageEvents = {{
    {"Email Sent", "sent"},
    {"Email Delivered", "delivered"},
    {"Email Opened", "opened"},
    {"Email Clicked", "clicked"},
    {"Email Bounced", "bounced"},
    {"Sms Sent", "sent"},
    {"Sms Delivered", "delivered"},
    {"Sms Clicked", "clicked"},
}};

/// The message of `where message is Cart Reminder`; empty when more or something else is asked.
std::string message_asked_for(const ast::EventPattern& pattern) {
    if (pattern.where == nullptr) {
        return {};
    }
    const auto* compare = std::get_if<ast::CondCompare>(&pattern.where->node);
    if (compare == nullptr || compare->path.words != std::vector<std::string>{"message"}) {
        return {};
    }
    const auto* value = std::get_if<ast::CmpValue>(&compare->comparison);
    if (value == nullptr || value->op != ast::CompareOp::equal) {
        return {};
    }
    if (const auto* name = std::get_if<ast::Name>(&value->value.node)) {
        return name->text;
    }
    const auto* literal = std::get_if<Value>(&value->value.node);
    return literal == nullptr ? std::string() : literal->text;
}

struct HeaderWords {
    Kind kind;
    std::string_view verb;
    int words;  // of the line that the verb stands for
};

HeaderWords header_words(const ast::Header& header) {
    struct Visit {
        HeaderWords operator()(const ast::HeaderStart&) { return {Kind::start, "Starts", 1}; }
        HeaderWords operator()(const ast::HeaderOnlyIf&) { return {Kind::only_if, "Only if", 2}; }
        HeaderWords operator()(const ast::HeaderReEntry&) { return {Kind::rule, "Re-entry", 1}; }
        HeaderWords operator()(const ast::HeaderOneRunPer&) {
            return {Kind::rule, "One run per", 3};
        }
        HeaderWords operator()(const ast::HeaderWhileRunning&) {
            return {Kind::rule, "While running", 2};
        }
        HeaderWords operator()(const ast::HeaderGoal&) { return {Kind::goal, "Goal", 1}; }
        HeaderWords operator()(const ast::HeaderEndsWhen&) {
            return {Kind::ends_when, "Ends when", 2};
        }
        HeaderWords operator()(const ast::HeaderPriority&) { return {Kind::rule, "Priority", 1}; }
        HeaderWords operator()(const ast::HeaderHoldout&) { return {Kind::rule, "Holdout", 1}; }
    };
    return std::visit(Visit{}, header.node);
}

int place_in_header(Kind kind) {
    switch (kind) {
        case Kind::start:
            return 0;
        case Kind::only_if:
            return 1;
        case Kind::goal:
            return 2;
        case Kind::ends_when:
            return 3;
        default:
            return 4;
    }
}

}  // namespace

std::string after_words(std::string_view text, int count) {
    for (int word = 0; word < count; ++word) {
        const std::size_t space = text.find(' ');
        text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    }
    return std::string(text);
}

std::string where_of(const SourceSet& sources, const ast::EventPattern& pattern) {
    return pattern.where == nullptr ? std::string()
                                    : "where " + words(sources, pattern.where->span);
}

std::string happening_in_short(const ast::EventPattern& pattern) {
    const std::string message = message_asked_for(pattern);
    const auto known = std::ranges::find(kMessageEvents, std::string_view(pattern.event.text),
                                         &MessageEvent::event);
    return message.empty() || known == kMessageEvents.end()
               ? pattern.event.text
               : message + " " + std::string(known->outcome);
}

std::string happening(const SourceSet& sources, const ast::EventPattern& pattern) {
    std::string out = happening_in_short(pattern);
    if (out == pattern.event.text && pattern.where != nullptr) {
        out += " " + where_of(sources, pattern);
    }
    return out;
}

std::string with_of(const SourceSet& sources, const std::vector<ast::Arg>& args) {
    std::string out;
    for (const ast::Arg& arg : args) {
        out += (out.empty() ? "with " : ", ") + words(sources, arg.span);
    }
    return out;
}

std::string_view channel_word(ast::Channel channel) {
    return channel == ast::Channel::email ? "email" : "sms";
}

Kind kind_of(ast::Channel channel) {
    return channel == ast::Channel::email ? Kind::email : Kind::sms;
}

std::vector<Fact> facts_of(const SourceSet& sources, const ast::FlowDecl& flow) {
    std::vector<Fact> facts;
    for (const ast::Header& header : flow.headers) {
        const HeaderWords known = header_words(header);
        facts.push_back({known.kind, std::string(known.verb),
                         after_words(words(sources, header.span), known.words)});
    }
    std::ranges::stable_sort(facts, {},
                             [](const Fact& fact) { return place_in_header(fact.kind); });
    return facts;
}

std::string change_words(const ast::StateChange& change) {
    switch (change.kind) {
        case ast::StateChange::Kind::enters:
            return "enters " + change.state.text;
        case ast::StateChange::Kind::leaves:
            return "leaves " + change.state.text;
        case ast::StateChange::Kind::moves:
            return "moves from " + change.state.text + " to " + change.to.text;
    }
    return {};
}

}  // namespace sluice::dsl::graph
