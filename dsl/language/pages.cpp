#include "dsl/language/hover.hpp"

#include "dsl/language/constructs.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::language {
namespace {

// Words with several forms or meanings; what has one is in the tables of constructs.
// clang-format off
constexpr auto kPages = std::to_array<Page>({
    {"any", "any EVENT …", "True when it happened at least once: `any Order Placed in the last 30 days`. Other quantities: `no`, `at least 2`, `at most 3`, `exactly 1`, `more than 2`, `fewer than 3`."},
    {"at", "at TIME", "A 24-hour time of day in the customer's own time zone: `at 09:30`. In a test, the moment something happens: `at 30 minutes Order Placed`."},
    {"customer", "customer", "The person a flow runs for. As a block it declares what is known of customers; as `customer.country` it reads one field; `customer is in Gold`, `customer can get email` are conditions."},
    {"default", "default VALUE", "What a field holds before anything is known."},
    {"every", "every DAY at TIME", "Starts runs by the clock: `starts every Monday at 09:00 for customers in Gold`."},
    {"exactly", "exactly N EVENT", "True when it happened just so often. When an event starts the flow it is already counted: `exactly 1 Order Placed` means the first order."},
    {"expect", "expect …", "In a test: what must have happened. `expect at 1 hour email Cart Reminder`, `expect nothing sent`, `expect goal reached`, or any condition."},
    {"first", "first EVENT …", "The oldest occurrence: `first Order Placed was less than 30 days ago`, or a field of it, `first Order Placed.category is \"Tea\"`."},
    {"followed", "followed by EVENT within D", "Two events in order: `any Checkout Started not followed by Order Placed within 2 hours`."},
    {"given", "given …", "In a test: what is known before it begins, `given customer { … }` or an event of the past, `given Order Placed 3 days ago { … }`."},
    {"holdout", "holdout N%", "Leaves a random share of customers out, always the same ones, so that the effect can be measured."},
    {"last", "last EVENT …", "The newest occurrence: `last Order Placed was more than 60 days ago`, or a field of it. In a window: `in the last 7 days`."},
    {"on", "on EVENT { … } · on timeout { … }", "One way out of a wait. The first branch that fits wins; `as review` gives the event a name for the block. `starts on customer.birthday` starts on a date."},
    {"one", "one run per FIELD", "Several runs of one customer at a time, one for each value: `one run per cart.cart_id`. `one of \"a\", \"b\"` is a type, `is one of [\"a\", \"b\"]` a comparison."},
    {"optional", "optional", "The field may be unknown. A message must then say what to write instead: `{customer.first_name | there}`."},
    {"otherwise", "otherwise { … }", "The way for everybody else. In a lifecycle the last state, which takes who is in no other."},
    {"personal", "personal", "The field says something about a person: it is left out of logs and exports, and erased with them."},
    {"predicted", "predicted", "The field is estimated by another system and may change at any time."},
    {"send", "send email MESSAGE with …", "Asks for a message to be sent; the run goes on at once. `or sms …` is tried when there is no address or consent; `if not sent { … }` is the way when nothing was sent."},
    {"since", "since entry · since DATE", "A window that begins when the run began, on a date, or with the last event of a kind."},
    {"starts", "starts when|on|every …", "What begins a run: an event, `customer enters At Risk`, a date of the customer, or the clock. Several lines: any of them."},
    {"today", "today", "The current day where the customer is. `today is a weekday`, `today is after 2026-11-27`."},
    {"total", "total of EVENT.field", "The sum of an amount over the customer's events: `total of Order Placed.total in the last 365 days >= 500`."},
    {"transactional", "transactional", "The customer needs this message because of something they did. It needs no consent, and a policy may let it skip caps and quiet hours."},
    {"until", "until …", "Waits for a time of day, a weekday, a date, or the hour a customer usually reads: `until Saturday at 10:00`, `until best email time within 24 hours`."},
    {"wait", "wait …", "Lets time pass: `wait 2 days, then until 10:00`; `wait for Order Placed up to 7 days`; `wait up to 3 days { on … }`. It never waits longer than it says."},
    {"where", "EVENT where …", "Which occurrences count. The event's own fields stand alone: `where total > 50`, or several in parentheses."},
    {"within", "within D", "No later than so long after."},
});
// clang-format on

static_assert(std::ranges::is_sorted(kPages, {}, &Page::word));

}  // namespace

std::span<const Page> pages() {
    return kPages;
}

std::string page_of(std::string_view word) {
    const auto page = std::ranges::lower_bound(kPages, word, {}, &Page::word);
    if (page == kPages.end() || page->word != word) {
        const auto all = constructs();
        const auto only = std::ranges::find_if(all, [&](const auto& c) { return begins(c, word); });
        return only == all.end() ? std::string() : describe(*only);
    }
    return "```\n" + std::string(page->title) + "\n```\n" + std::string(page->text);
}

}  // namespace sluice::dsl::language
