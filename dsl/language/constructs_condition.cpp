// Conditions, comparisons and values.
#include "dsl/language/constructs_tables.hpp"

#include <array>

namespace sluice::dsl::language {
namespace {

using parser::Node;
constexpr Chapter kConditions = Chapter::conditions;
constexpr Chapter kHistory = Chapter::history;
constexpr Chapter kTotals = Chapter::totals;
constexpr Chapter kComparisons = Chapter::comparisons;
constexpr Chapter kValues = Chapter::values;

// clang-format off
constexpr auto kTable = std::to_array<Construct>({
    {Node::join, kConditions, "CONDITION and CONDITION · CONDITION or CONDITION",
     "All of them, or one of them. `and` and `or` together need parentheses.",
     Part::condition, "customer can get email and cart.total >= 50"},
    {Node::paren, kConditions, "( CONDITION )", "What belongs together.",
     Part::condition, "customer can get email and (cart.total >= 50 or any Order Placed)"},
    {Node::negation, kConditions, "not CONDITION", "True when it is false.", Part::condition, "not (cart.total >= 50 and customer can get sms)"},
    {Node::compare, kConditions, "FIELD COMPARISON", "A field and a [comparison](#comparisons). With an unknown field it is false; only `is not` and `does not contain` are then true.",
     Part::condition, "customer.country is \"DE\""},
    {Node::can_get, kConditions, "customer can get email|sms", "There is an address, consent, and no bounce or complaint.", Part::condition, "customer can get sms"},
    {Node::is_in, kConditions, "customer is [not] in NAME", "In a state of a lifecycle, or in a segment, now.", Part::condition, "customer is in At Risk"},
    {Node::been_in, kConditions, "customer has been in NAME for more|less than DURATION", "In the state now, and for so long.", Part::condition, "customer has been in At Risk for more than 14 days"},
    {Node::today_is, kConditions, "today is a weekday|weekend · today is DAY · today is after|before DATE", "The day where the customer is.", Part::condition, "today is a weekday"},
    {Node::now_between, kConditions, "now is between TIME and TIME", "The time of day where the customer is. The end does not belong to it; the window may go over midnight.", Part::condition, "now is between 09:00 and 17:00"},

    {Node::history, kHistory, "QUANTITY EVENT [where …] [WINDOW]",
     "How often something happened. Without a window: ever.", Part::condition, "at least 2 Order Placed where total > 50 in the last 90 days"},
    {Node::quantity, kHistory, "any · no · none · at least N · at most N · more than N · fewer than N · exactly N",
     "How often. Up to 64 occurrences are told apart. The event that starts a flow is counted.", Part::condition, "exactly 2 Product Viewed since entry"},
    {Node::pattern, kHistory, "EVENT where FIELD COMPARISON · EVENT where ( … and … )",
     "Which occurrences count. The event's own fields stand alone. In a condition over the past they are compared, when it is asked, with fixed values, the customer's fields, events the run knows, or the day. With other data than fixed values and one `field is path`, the newest 64 occurrences are looked at.",
     Part::condition, "any Order Placed where (total > 50 and category is \"Shoes\")"},
    {Node::window, kHistory, "in the last DURATION · since entry · since DATE · since the last EVENT · before entry",
     "Which time counts. What happened exactly so long ago is outside.", Part::condition, "no Order Placed since the last Email Clicked"},
    {Node::followed, kHistory, "QUANTITY EVENT [not] followed by EVENT within DURATION [WINDOW]",
     "Two events in order. `not followed` counts an event as soon as the time is over and the second did not come.",
     Part::condition, "at least 2 Checkout Started not followed by Order Placed within 2 hours in the last 30 days"},
    {Node::messages, kHistory, "QUANTITY of the last N emails|sms|messages were opened|clicked|delivered|bounced|ignored",
     "What became of the newest messages to her. An opened message counts as delivered, a clicked one as opened. Of somebody who got none, `none of …` is true.",
     Part::condition, "fewer than 2 of the last 5 emails were opened"},
    {Node::recency, kHistory, "last|first EVENT [where …] was more|less than DURATION ago · was between DURATION and DURATION ago",
     "How long ago the newest or the oldest was. False when there was none.", Part::condition, "last Order Placed was between 60 days and 150 days ago"},
    {Node::last_field, kHistory, "last|first EVENT.FIELD COMPARISON", "A field of the newest or the oldest occurrence.", Part::condition, "last Order Placed.category is \"Shoes\""},

    {Node::aggregate, kTotals, "total of EVENT.FIELD [where …] [WINDOW] COMPARISON", "The sum over the customer's events. Without occurrences 0. Exact up to 256 of them in the window.", Part::condition, "total of Order Placed.total in the last 365 days >= 500"},
    {Node::aggregate, kTotals, "average of EVENT.FIELD [where …] [WINDOW] COMPARISON", "The mean over the customer's events. Unknown without occurrences.", Part::condition, "average of Order Placed.total >= 40"},
    {Node::aggregate, kTotals, "highest of EVENT.FIELD [where …] [WINDOW] COMPARISON", "The largest value over the customer's events. Unknown without occurrences.", Part::condition, "highest of Order Placed.total in the last 365 days >= 200"},
    {Node::aggregate, kTotals, "lowest of EVENT.FIELD [where …] [WINDOW] COMPARISON", "The smallest value over the customer's events. Unknown without occurrences.", Part::condition, "lowest of Review Posted.stars <= 2"},
    {Node::aggregate, kTotals, "count of EVENT [where …] [WINDOW] COMPARISON", "How often, as a number to compare with a field.", Part::condition, "count of Product Viewed in the last 7 days >= 3"},
    {Node::aggregate, kTotals, "number of different EVENT.FIELD [where …] [WINDOW] COMPARISON", "How many different values the field had. Up to 64 are told apart.", Part::condition, "number of different Product Viewed.category in the last 30 days >= 3"},
    {Node::aggregate, kTotals, "days between EVENT [where …] [WINDOW] COMPARISON", "The usual gap between two occurrences, in days: half of the gaps are shorter. Unknown with fewer than two.", Part::condition, "days between Order Placed <= 30"},
    {Node::aggregate, kTotals, "intent of EVENT [where …] with half-life DURATION COMPARISON", "A signal that fades: each occurrence counts one, half as much after each half-life.", Part::condition, "intent of Product Viewed with half-life 3 days >= 2"},
    {Node::aggregate, kTotals, "engagement with email|sms [in the last N messages] COMPARISON", "The share of her last messages that she opened or clicked, 0 to 1. Without a number: of the last 10.", Part::condition, "engagement with email in the last 5 messages >= 0.4"},

    {Node::sign, kComparisons, "is VALUE · is not VALUE · > VALUE · >= VALUE · < VALUE · <= VALUE", "Equal, different, larger, smaller. An unknown field is not equal to anything, so `is not` is true for it.", Part::condition, "customer.points >= 100"},
    {Node::known, kComparisons, "is known · is unknown · is not known", "Whether there is a value.", Part::condition, "customer.birthday is known"},
    {Node::one_of, kComparisons, "is one of [VALUE, VALUE …]", "Equal to one of them.", Part::condition, "customer.country is one of [\"DE\", \"AT\", \"CH\"]"},
    {Node::contains, kComparisons, "contains VALUE · does not contain VALUE", "A list holds this text, or a text this part.", Part::condition, "customer.interests contains \"tea\""},
    {Node::before_after, kComparisons, "is before VALUE · is after VALUE", "For dates; the day itself is neither.", Part::condition, "customer.birthday is before 2000-01-01"},
    {Node::in_the, kComparisons, "is in the next DURATION · is in the last DURATION", "For dates, counted from today.", Part::condition, "customer.trial_ends_on is in the next 7 days"},

    {Node::name, kValues, "Order Placed · \"7 Day Trial\"", "A name of yours: Capitalised Words, or anything in quotes.", Part::condition, "any \"Order Placed\""},
    {Node::path, kValues, "customer.country · cart.total · total", "A field: of the customer, of an event with a name from `as`, or, inside `where`, of the event itself.", Part::condition, "cart.total >= 50"},
    {Node::number, kValues, "12 · 12.5", "A number, or an amount of money. Four digits behind the point count.", Part::condition, "cart.total >= 12.5"},
    {Node::percent, kValues, "45% · 33.3%", "A share.", Part::step, "split {\n  33.3% {\n    send email Hello\n  }\n  66.7% {\n    stop\n  }\n}\n"},
    {Node::text, kValues, "\"DE\"", "A text, on one line. `\\\"` is a quote inside it.", Part::condition, "customer.country is \"DE\""},
    {Node::time, kValues, "09:30", "A time of day, 24 hours.", Part::step, "wait until 09:30\nsend email Hello\n"},
    {Node::date, kValues, "2026-11-27", "A day: year, month, day.", Part::condition, "today is after 2026-11-27"},
    {Node::value, kValues, "yes · no · today · now", "Values with a word. `today` is the day where the customer is.", Part::condition, "customer.birthday is before today"},
    {Node::value, kValues, "now", "This moment, for fields that hold a date.", Part::condition, "customer.trial_ends_on is after now"},
    {Node::list, kValues, "[VALUE, VALUE …]", "Several values, behind `is one of` and in tests.", Part::condition, "customer.country is one of [\"DE\", \"AT\"]"},
    {Node::duration, kValues, "N UNIT [N UNIT …]", "A length of time: `2 days`, `1 hour 30 minutes`. Not longer than a thousand years.", Part::step, "wait 1 day 12 hours\nsend email Hello\n"},
    {Node::unit, kValues, "seconds · minutes · hours · days · weeks · months · years · second · minute · hour · day · week · month · year",
     "Seconds, minutes and hours are exact. Days, weeks, months and years go by the calendar where the customer is: one day later is the same time tomorrow, also when the clocks change; a month after 31 January is the last day of February.", Part::step, "wait 2 weeks\nsend email Hello\n"},
});
// clang-format on

}  // namespace

std::span<const Construct> condition_constructs() {
    return kTable;
}

}  // namespace sluice::dsl::language
