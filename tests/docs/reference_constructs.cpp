#include "dsl/language/constructs.hpp"
#include "dsl/language/hover.hpp"
#include "dsl/parser/keywords.hpp"
#include "tests/docs/page_project.hpp"
#include "tests/docs/reference.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace sluice::docs {
namespace {

using dsl::language::Chapter;
using dsl::language::Construct;

struct Section {
    Chapter chapter;
    std::string_view title;  // empty: the page's own
    std::string_view about;
};
struct ChapterPage {
    std::string_view file, title, about;
    std::vector<Section> sections;
};

const std::vector<ChapterPage>& chapter_pages() {
    static const std::vector<ChapterPage> all{
        {"declarations.md",
         "Declarations",
         "What stands at the left edge of a file. The order of declarations and of files does not "
         "matter. [Messages](messages.md), the [policy](policy.md) and [flows](flow.md) have pages "
         "of their own.",
         {{Chapter::declarations, "", ""}}},
        {"messages.md",
         "Messages",
         "What is sent, on one of two channels: `email` and `sms`. How values are written into "
         "texts "
         "is told in [templates](templates.md).",
         {{Chapter::messages, "", ""}}},
        {"policy.md",
         "The policy",
         "The rules that every message of every flow passes. What became of a message is one of "
         "the [outcomes](outcomes.md).",
         {{Chapter::policy, "", ""}}},
        {"flow.md",
         "A flow",
         "The lines at the top of a flow, before its first [step](steps.md). Their order does not "
         "matter.",
         {{Chapter::headers, "", ""}}},
        {"steps.md",
         "Steps",
         "What happens in a flow, in the order it is written. The examples stand in a flow that "
         "`starts when Checkout Started as cart`.",
         {{Chapter::steps, "", ""}}},
        {"conditions.md",
         "Conditions",
         "What can be asked in `only if`, `if`, `ends when`, `repeat … until`, segments, states "
         "and "
         "consent rules.",
         {{Chapter::conditions, "Simple conditions", ""},
          {Chapter::history, "Conditions over the past",
           "What the customer did, or did not do. They change by themselves as time passes."},
          {Chapter::totals, "Numbers over the past", "A number, and a comparison with it."},
          {Chapter::comparisons, "Comparisons",
           "What stands behind a field or a number. Which fits which type is said in "
           "[types](values.md#types)."}}},
        {"values.md",
         "Values and types",
         "What is compared, stored and waited for.",
         {{Chapter::values, "How values are written", ""}}},
        {"tests.md",
         "Lines of a test",
         "A test stands beside its flow and runs on a virtual clock: `sluice test`. Its lines are "
         "done from the top down.",
         {{Chapter::tests, "", ""}}},
    };
    return all;
}

std::span<const Construct> of_chapter(Chapter chapter) {
    const auto all = dsl::language::constructs();
    const auto is = [&](const Construct& one) { return one.chapter == chapter; };
    const auto begin = std::find_if(all.begin(), all.end(), is);
    const auto end = std::find_if_not(begin, all.end(), is);
    return {begin, end};
}

/// `wait` for every way of waiting; the name of a construct whose syntax begins with a value.
std::string first_word(const Construct& construct) {
    std::string_view way = dsl::language::ways_of(construct).front();
    way = way.substr(0, way.find_first_of(" |["));
    return dsl::parser::keyword(way) != 0 ? std::string(way) : std::string();
}

const dsl::language::Page* summary_of(const std::string& word) {
    const auto pages = dsl::language::pages();
    const auto found = std::find_if(pages.begin(), pages.end(),
                                    [&](const auto& page) { return page.word == word; });
    return found == pages.end() ? nullptr : &*found;
}

std::string form(const Construct& construct) {
    std::string out;
    for (const std::string_view way : dsl::language::ways_of(construct)) {
        out += (out.empty() ? "`" : " · `") + std::string(way) + "`";
    }
    out = "**" + out + "**\n\n" + std::string(construct.text) + "\n\n";
    const std::string part(to_text(construct.part));
    out += "```flow" + (part == "file" ? "" : " part=" + part) + "\n";
    const std::string example(construct.example);
    out += part == "file" ? formatted(example) : example;
    return out + (construct.example.ends_with('\n') ? "" : "\n") + "```\n\n";
}

/// Forms that begin with one word stand together under it, with its summary if it has one.
std::string section(Chapter chapter, bool headed) {
    std::string out;
    std::string word;
    for (const Construct& construct : of_chapter(chapter)) {
        const std::string next = first_word(construct);
        const auto* summary = summary_of(next);
        if (headed && next != word && !next.empty()) {
            out += "## " + next + "\n\n";
            const auto all = of_chapter(chapter);
            const auto forms = std::count_if(all.begin(), all.end(), [&](const Construct& one) {
                return first_word(one) == next;
            });
            out += summary != nullptr && forms > 1 ? std::string(summary->text) + "\n\n" : "";
        }
        word = next;
        out += form(construct);
    }
    return out;
}

bool writes(const ChapterPage& page, std::string_view keyword) {
    const auto mentioned = [&](const Section& part) {
        const auto all = of_chapter(part.chapter);
        return std::any_of(all.begin(), all.end(),
                           [&](const Construct& one) { return mentions(one, keyword); });
    };
    return std::any_of(page.sections.begin(), page.sections.end(), mentioned);
}

/// Links to the pages that write a keyword.
std::string pages_of_keyword(std::string_view keyword) {
    std::string out;
    for (const ChapterPage& page : chapter_pages()) {
        if (writes(page, keyword)) {
            out += (out.empty() ? "[" : ", [") + std::string(page.title) + "](" +
                   std::string(page.file) + ")";
        }
    }
    return out;
}

/// The first way of writing anything that begins with a word, or that holds it.
std::string_view way_with(std::string_view word,
                          bool (*holds)(const Construct& construct, std::string_view word)) {
    for (Construct one : dsl::language::constructs()) {
        for (const std::string_view way : dsl::language::ways_of(one)) {
            one.syntax = way;
            if (holds(one, word)) {
                return way;
            }
        }
    }
    return {};
}

std::string meaning_of(std::string_view word) {
    if (const auto* summary = summary_of(std::string(word))) {
        return std::string(summary->text);
    }
    const std::string_view beginning = way_with(word, dsl::language::begins);
    const std::string_view way =
        beginning.empty() ? way_with(word, dsl::language::mentions) : beginning;
    return way.empty() ? std::string() : "`" + std::string(way) + "`";
}

}  // namespace

std::string constructs_page(const std::string& file) {
    for (const ChapterPage& page : chapter_pages()) {
        if (page.file != file) {
            continue;
        }
        std::string out = page_head(std::string(page.title), std::string(page.about));
        for (const Section& part : page.sections) {
            out += part.title.empty() ? "" : "## " + std::string(part.title) + "\n\n";
            out += part.about.empty() ? "" : std::string(part.about) + "\n\n";
            out += section(part.chapter, part.title.empty());
        }
        out += file == "values.md" ? types_section() : "";
        out.pop_back();
        return out;
    }
    return {};
}

std::string_view unused_keyword(std::string_view word) {
    struct Row {
        std::string_view word, text;
    };
    static constexpr auto kRows = std::to_array<Row>({
        {"elif", "Other languages' word; write `otherwise if` (E120)."},
        {"else", "Other languages' word; write `otherwise` (E120)."},
        {"elsif", "Other languages' word; write `otherwise if` (E120)."},
        {"false", "Other languages' word; write `no` (E120)."},
        {"true", "Other languages' word; write `yes` (E120)."},
        {"message", "Declares a message; also written for `messages` in caps and counts."},
        {"none",
         "The same as `no`, before `of the last`: `none of the last 3 emails were opened`."},
        {"greater", "Kept for later; means nothing."},
        {"uniform", "Kept for later; means nothing."},
    });
    const auto* found =
        std::find_if(kRows.begin(), kRows.end(), [&](const Row& row) { return row.word == word; });
    return found == kRows.end() ? std::string_view() : found->text;
}

std::string keywords_page() {
    std::string out = page_head(
        "Keywords",
        "The words in small letters that the language knows. None is reserved: a field may be "
        "called `last` or `total`, because what a word means depends on where it stands.");
    out += "| word | meaning | written in |\n|---|---|---|\n";
    for (const std::string_view word : dsl::parser::kKeywords) {
        std::string meaning(unused_keyword(word));
        meaning = meaning.empty() ? meaning_of(word) : meaning;
        for (std::size_t at = meaning.find('|'); at != std::string::npos;
             at = meaning.find('|', at + 2)) {
            meaning.insert(at, "\\");
        }
        out +=
            "| `" + std::string(word) + "` | " + meaning + " | " + pages_of_keyword(word) + " |\n";
    }
    return out;
}

}  // namespace sluice::docs
