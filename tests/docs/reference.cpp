#include "tests/docs/reference.hpp"

#include "dsl/check/builtin.hpp"
#include "dsl/check/compile.hpp"
#include "dsl/check/memory.hpp"
#include "dsl/diagnostic.hpp"
#include "dsl/parser/braces.hpp"
#include "dsl/template/filters.hpp"
#include "engine/base/limits.hpp"
#include "engine/model/message.hpp"

#include <algorithm>
#include <array>

namespace sluice::docs {
namespace {

struct TypeRow {
    std::string_view type, literal, text;
};
constexpr auto kTypes = std::to_array<TypeRow>({
    {"text", "\"DE\"", "A text."},
    {"number", "12", "A number with up to four digits behind the point."},
    {"money", "12.5", "An amount in the shop's currency. Compares with numbers."},
    {"date", "2026-11-27", "A day."},
    {"time", "09:30", "A time of day."},
    {"timezone", "\"Europe/Berlin\"", "A place of the time zone database."},
    {"yes-no", "yes", "Yes or no."},
    {"list of text", "\"tea\"", "Several texts, each once or more."},
    {"one of \"a\", \"b\"", "\"a\"", "One of the texts that are listed, and no other."},
});

/// A comparison; `VALUE` stands for a literal of the type.
constexpr auto kComparisons = std::to_array<std::string_view>({
    "is VALUE",
    "is one of [VALUE]",
    "> VALUE",
    "is before VALUE",
    "is in the next 7 days",
    "contains \"a\"",
    "is known",
});

/// Asks the checker itself.
bool fits(const TypeRow& type, std::string_view comparison) {
    std::string written(comparison);
    const std::size_t at = written.find("VALUE");
    if (at != std::string::npos) {
        written.replace(at, 5, type.literal);
    }
    dsl::SourceSet sources;
    sources.files.push_back({"a.flow", "customer {\n  x " + std::string(type.type) +
                                           "\n}\n\nsegment Example when customer.x " + written +
                                           "\n"});
    const auto compiled = dsl::compile(sources, {});
    return std::none_of(compiled.diagnostics.begin(), compiled.diagnostics.end(),
                        [](const auto& found) { return found.code == "E301"; });
}

std::string grouped(std::size_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3; at -= 3) {
        out.insert(at - 3, ",");
    }
    return out;
}

struct LimitRow {
    std::string_view text;
    std::size_t limit;
    std::string_view unit;
};

std::string limit_table(const std::vector<LimitRow>& rows) {
    std::string out = "| what | at most |\n|---|---|\n";
    for (const LimitRow& row : rows) {
        out += "| " + std::string(row.text) + " | " + grouped(row.limit) + " " +
               std::string(row.unit) + " |\n";
    }
    return out;
}

std::string reason_table(Reason first, Reason last) {
    std::string out = "| word | meaning |\n|---|---|\n";
    for (const ReasonInfo& info : reasons()) {
        if (info.reason >= first && info.reason <= last) {
            out += "| `" + std::string(info.word) + "` | " + std::string(info.text) + " |\n";
        }
    }
    return out;
}

std::string_view words_of(dsl::tpl::Takes takes) {
    static constexpr auto kWords =
        std::to_array<std::string_view>({"anything", "a number", "a text", "a list", "a date"});
    return kWords[static_cast<std::size_t>(takes)];
}

std::string_view words_of(dsl::tpl::Gives gives) {
    static constexpr auto kWords = std::to_array<std::string_view>(
        {"the same", "a number", "a text", "a list", "yes or no", "anything"});
    return kWords[static_cast<std::size_t>(gives)];
}

std::string readme() {
    return page_head("Reference",
                     "Everything there is in the language, one table or example each. The pages "
                     "are written by a program from the tables that the checker and the editor "
                     "use, and every example is compiled.") +
           "- [Declarations](declarations.md): customer, events, segments, lifecycles, webhooks, "
           "changes\n"
           "- [Messages](messages.md) and [templates](templates.md): what is sent, and values in "
           "texts\n"
           "- [The policy](policy.md): consent, quiet hours, caps\n"
           "- [A flow](flow.md): what starts and ends it\n"
           "- [Steps](steps.md): what happens in it\n"
           "- [Conditions](conditions.md): what can be asked\n"
           "- [Values and types](values.md): numbers, dates, lengths of time, and which comparison "
           "fits which type\n"
           "- [Built-in events](events.md): what becomes of messages\n"
           "- [Lines of a test](tests.md)\n"
           "- [Outcomes](outcomes.md): why a message was not sent, why a run ended\n"
           "- [Limits](limits.md)\n"
           "- [Codes](codes.md): every error and warning\n"
           "- [Keywords](keywords.md): every word, from `a` to `zone`\n";
}

}  // namespace

std::string page_head(const std::string& title, const std::string& about) {
    return "<!-- Written by tests/docs/reference.cpp from the language's own tables; see "
           "tests/docs/README.md. -->\n\n# " +
           title + "\n\n" + about + "\n\n";
}

std::string types_section() {
    std::string out = "## Types\n\n| type | holds | a value |\n|---|---|---|\n";
    for (const TypeRow& type : kTypes) {
        out += "| `" + std::string(type.type) + "` | " + std::string(type.text) + " | `" +
               std::string(type.literal) + "` |\n";
    }
    out +=
        "\nNothing is converted: a number in quotes is a text. Which comparison fits which "
        "type:\n\n|  |";
    for (const std::string_view comparison : kComparisons) {
        out += " `" + std::string(comparison) + "` |";
    }
    out += "\n|---|";
    for (std::size_t at = 0; at < kComparisons.size(); ++at) {
        out += "---|";
    }
    for (const TypeRow& type : kTypes) {
        out += "\n| `" + std::string(type.type) + "` |";
        for (const std::string_view comparison : kComparisons) {
            out += fits(type, comparison) ? " yes |" : "  |";
        }
    }
    return out +
           "\n\n`is not` fits where `is` does; `>=`, `<` and `<=` where `>` does; `is after` where "
           "`is before` does; `is in the last` where `is in the next` does; `does not contain` "
           "where `contains` does. What does not fit is [E301](../errors/E301.md).\n\n";
}

std::string events_page() {
    std::string out = page_head(
        "Built-in events",
        "Every project has these events without declaring them. They can start and end flows, be "
        "waited for and be counted like any other: `any Email Clicked where message is Hello in "
        "the last 7 days`. They cannot be recorded ([E212](../errors/E212.md)).");
    out += "| event | when |\n|---|---|\n";
    for (const auto& event : dsl::check::builtin_events()) {
        out += "| `" + std::string(event.name) + "` | " + std::string(event.text) + " |\n";
    }
    out +=
        "\n## Their fields\n\nAll of them are `text optional`. A project may declare more: "
        "`event Email Clicked { campaign text optional }`.\n\n| field | holds |\n|---|---|\n";
    for (const auto& field : dsl::check::builtin_event_fields()) {
        out += "| `" + std::string(field.name) + "` | " + std::string(field.text) + " |\n";
    }
    return out;
}

std::string templates_page() {
    std::string out = page_head(
        "Templates",
        "How values come into subjects, bodies and text messages. Templates are checked together "
        "with the flows: a name that does not exist, a value that may be missing and a filter that "
        "does not fit are found before anybody gets the message.");
    out +=
        "## Placeholders\n\n`{customer.first_name | there}` writes a field, and `there` when it "
        "is not known. `{cart.total | money}` sends it through a filter. What an event gives is "
        "known where the message `uses` it. `\\{` is a plain brace.\n\n"
        "```flow part=message\nuses Checkout Started as cart\nsms \"Hi {customer.first_name | "
        "there}: {cart.total | money} are waiting. {cart.url}\"\n```\n\n"
        "## Tags\n\nBodies know all of Liquid besides: `{{ value | filter }}`, `{% if %}` with "
        "`elsif` and `else`, `{% unless %}`, `{% case %}`, `{% for %}`, `{% tablerow %}`, `{% "
        "assign %}`, `{% capture %}`, `{% cycle %}`, `{% increment %}`, `{% decrement %}`, `{% "
        "ifchanged %}`, `{% echo %}`, `{% liquid %}`, `{% comment %}`, `{% raw %}`, `{% render "
        "%}` and `{% include %}`. In the body of an email every value is made safe for HTML.\n\n"
        "```liquid gives=Dear_Ana:_tea\nDear {{ customer.first_name | default: \"friend\" }}: "
        "{% if customer.interests contains \"tea\" %}tea{% else %}coffee{% endif %}\n```\n\n"
        "## Filters\n\n";
    for (const auto& filter : dsl::tpl::filter_table()) {
        out += "- **`" + std::string(filter.name) + "`**: " + std::string(filter.text) + " Takes " +
               std::string(words_of(filter.takes)) + ", gives " +
               std::string(words_of(filter.gives)) + ". `" + std::string(filter.example) +
               "` gives `" + std::string(filter.result) + "`\n";
    }
    return out;
}

std::string outcomes_page() {
    return page_head("Outcomes",
                     "Why a message was not sent, why a run ended, why nobody entered. `sluice "
                     "explain`, the trace and the API use these words, and `expect ended because` "
                     "in a test.") +
           "## A message was not sent\n\n" + reason_table(Reason::no_address, Reason::failed) +
           "\n## A run ended\n\n" + reason_table(Reason::completed, Reason::fault) +
           "\n## Nobody entered\n\n" + reason_table(Reason::filter_false, Reason::not_eligible) +
           "\n## Two ids were one person\n\n" + reason_table(Reason::merged, Reason::merged);
}

std::string limits_page() {
    namespace check = dsl::check;
    return page_head("Limits",
                     "Nothing grows without a bound. What goes over one is refused, or, where it "
                     "is a memory, the oldest is let go.") +
           "## In flow files\n\n" +
           limit_table({
               {"`at least N` and the like; also `of the last N`",
                static_cast<std::size_t>(check::kCountMax), "occurrences"},
               {"totals, averages and counts look back on", check::kValuesMax, "occurrences"},
               {"occurrences that wait for `not followed by` to be decided",
                static_cast<std::size_t>(check::kUndecidedMax), "of a customer"},
               {"what conditions over the past may remember of a customer",
                dsl::CompileOptions{}.memory_ceiling, "bytes"},
               {"blocks and brackets inside one another", dsl::parser::kNestingMax, "levels"},
           }) +
           "\n## For one customer\n\n" +
           limit_table({
               {"runs at a time", limits::kRunsPerCustomerMax, "runs"},
               {"different values of a key that are told apart", limits::kAggregateKeysMax,
                "values"},
               {"sends that caps remember", limits::kSendMarksMax, "sends"},
               {"entries that `re-entry` remembers", limits::kEntriesPerCustomerMax, "entries"},
               {"one text of a field", limits::kTextBytesMax, "bytes"},
               {"a list", limits::kListItemsMax, "items"},
               {"steps between two waits", limits::kInstructionsPerTickMax, "steps"},
               {"events that cause events", limits::kInternalEventsDepthMax, "deep"},
           }) +
           "\n## What arrives and what leaves\n\n" +
           limit_table({
               {"one event", limits::kEventBytesMax, "bytes"},
               {"one request", limits::kBatchBytesMax, "bytes"},
               {"events in one request", limits::kBatchEventsMax, "events"},
               {"the id of a customer", limits::kCustomerIdBytesMax, "bytes"},
               {"one message", limits::kMessageBytesMax, "bytes"},
           });
}

std::string codes_page() {
    std::string out =
        page_head("Codes",
                  "Every error and every warning. An error (E) keeps the flows from running; a "
                  "warning (W) does not. `sluice explain E206` shows the same pages.");
    out += "| code | severity | title | meaning |\n|---|---|---|---|\n";
    for (const dsl::CodeInfo& info : dsl::code_catalogue()) {
        const std::string code(info.code);
        std::string meaning(info.meaning);
        std::string title(info.title);
        std::transform(title.begin() + 1, title.end(), title.begin() + 1,
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        out += "| [" + code + "](../errors/" + code + ".md) | " +
               (code.starts_with('E') ? "error" : "warning") + " | " + title + " | " + meaning +
               " |\n";
    }
    return out;
}

std::vector<WrittenPage> reference_pages() {
    std::vector<WrittenPage> out{
        {"README.md", readme()},
        {"events.md", events_page()},
        {"templates.md", templates_page()},
        {"outcomes.md", outcomes_page()},
        {"limits.md", limits_page()},
        {"codes.md", codes_page()},
        {"keywords.md", keywords_page()},
    };
    for (const char* file : {"declarations.md", "messages.md", "policy.md", "flow.md", "steps.md",
                             "conditions.md", "values.md", "tests.md"}) {
        out.push_back({file, constructs_page(file)});
    }
    return out;
}

}  // namespace sluice::docs
