#include "dsl/language/hover.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::language {
namespace {

// clang-format off
constexpr auto kPages = std::to_array<Page>({
    {"add", "add VALUE to FIELD", "Adds a number to a customer's field, or an item to a list. `add 50 to customer.points`"},
    {"advance", "advance DURATION", "In a test: lets the virtual clock run on. What is due on the way happens in order."},
    {"any", "any EVENT …", "True when it happened at least once: `any Order Placed in the last 30 days`. Other quantities: `no`, `at least 2`, `at most 3`, `exactly 1`, `more than 2`, `fewer than 3`."},
    {"at", "at TIME", "A 24-hour time of day in the customer's own time zone: `at 09:30`. In a test, the moment something happens: `at 30 minutes Order Placed`."},
    {"average", "average of EVENT.field", "The mean of a number or amount over the customer's events: `average of Order Placed.total in the last 365 days >= 50`."},
    {"body", "body file \"…\" · body \"…\"", "The body of an email: an HTML or Liquid file beside the flows, or a short text in quotes."},
    {"call", "call WEBHOOK with …", "Posts the values behind `with` to a declared webhook. It is tried again as often as the webhook says, and the run does not wait for it."},
    {"cap", "cap N emails per D", "At most so many messages to one customer in that time, over all flows. What does not fit is skipped; a higher `priority` goes first."},
    {"catalog", "catalog event NAME", "An event that belongs to a product and not to a customer. It can only start a flow, `for customers with` a history condition that says whom it concerns."},
    {"clear", "clear FIELD", "Makes a customer's field unknown again."},
    {"clock", "clock DATE TIME", "In a test: when it begins. Everything else is counted from there."},
    {"consent", "consent CHANNEL when CONDITION", "Who agreed to be written to. A marketing message is never sent to a customer for whom this does not hold at that moment."},
    {"count", "count of EVENT", "How often it happened: `count of Product Viewed in the last 7 days >= 3`."},
    {"customer", "customer", "The person a flow runs for. As a block it declares what is known of customers; as `customer.country` it reads one field; `customer is in Gold`, `customer can get email` are conditions."},
    {"default", "default VALUE", "What a field holds before anything is known."},
    {"ends", "ends when …", "Ends a run from the outside: on an event, on a change of state, or as soon as a condition becomes true."},
    {"engagement", "engagement with CHANNEL", "The share of the last messages that were opened or clicked, between 0 and 1."},
    {"event", "event NAME { fields }", "Something a customer can do. Fields say what comes with it; `from \"…\"` gives the name it arrives under when that is another one."},
    {"every", "every DAY at TIME", "Starts runs by the clock: `starts every Monday at 09:00 for customers in Gold`."},
    {"exactly", "exactly N EVENT", "True when it happened just so often. When an event starts the flow it is already counted: `exactly 1 Order Placed` means the first order."},
    {"expect", "expect …", "In a test: what must have happened. `expect at 1 hour email Cart Reminder`, `expect nothing sent`, `expect goal reached`, or any condition."},
    {"experiment", "experiment NAME { … }", "Sends each customer one of several ways, always the same one. `measure` says what counts as success, `winner after` or `choose by bandit` how the better one is found."},
    {"first", "first EVENT …", "The oldest occurrence: `first Order Placed was less than 30 days ago`, or a field of it, `first Order Placed.category is \"Tea\"`."},
    {"flow", "flow NAME { … }", "What happens to one customer, step by step. Lines at the top say when it starts, who is in, and when it is over; steps follow in the order they happen."},
    {"followed", "followed by EVENT within D", "Two events in order: `any Checkout Started not followed by Order Placed within 2 hours`."},
    {"given", "given …", "In a test: what is known before it begins, `given customer { … }` or an event of the past, `given Order Placed 3 days ago { … }`."},
    {"goal", "goal EVENT within D", "What the flow wants. Reaching it ends the run; within the time after entry it counts even when the run is already over."},
    {"highest", "highest of EVENT.field", "The largest value of a field over the customer's events."},
    {"holdout", "holdout N%", "Leaves a random share of customers out, always the same ones, so that the effect can be measured."},
    {"if", "if CONDITION { … } otherwise { … }", "Goes the first way whose condition holds now. Further ways: `otherwise if`. `and` and `or` together need parentheses."},
    {"intent", "intent of EVENT with half-life D", "How strong an interest is now: every occurrence counts one, and half as much after each half-life."},
    {"last", "last EVENT …", "The newest occurrence: `last Order Placed was more than 60 days ago`, or a field of it. In a window: `in the last 7 days`."},
    {"lifecycle", "lifecycle NAME { state … }", "Every customer is in exactly one state at any moment; the first whose condition holds wins. Entering and leaving one can start and end flows."},
    {"lowest", "lowest of EVENT.field", "The smallest value of a field over the customer's events."},
    {"measure", "measure EVENT within D", "What counts as success of an experiment's variant."},
    {"message", "message NAME { … }", "What is sent: a topic customers can leave, or `transactional`; what it `uses`; an `email`, an `sms`, or both."},
    {"move", "move customer to STATE", "Puts the customer into a state of a lifecycle with transitions."},
    {"on", "on EVENT { … } · on timeout { … }", "One way out of a wait. The first branch that fits wins; `as review` gives the event a name for the block. `starts on customer.birthday` starts on a date."},
    {"one", "one run per FIELD", "Several runs of one customer at a time, one for each value: `one run per cart.cart_id`. `one of \"a\", \"b\"` is a type, `is one of [\"a\", \"b\"]` a comparison."},
    {"only", "only if CONDITION", "Asked once, when the flow would start. The event that starts it is already counted."},
    {"optional", "optional", "The field may be unknown. A message must then say what to write instead: `{customer.first_name | there}`."},
    {"otherwise", "otherwise { … }", "The way for everybody else. In a lifecycle the last state, which takes who is in no other."},
    {"personal", "personal", "The field says something about a person: it is left out of logs and exports, and erased with them."},
    {"policy", "policy NAME { … }", "Once for all flows: consent, quiet hours, caps, the holdout and the time zone. No flow can go past it."},
    {"predicted", "predicted", "The field is estimated by another system and may change at any time."},
    {"preview", "preview \"…\"", "The line that mail programs show behind the subject."},
    {"priority", "priority low|normal|high", "Which flow goes first when a cap has room for one message only."},
    {"quiet", "quiet hours from T to T", "When nothing is sent. A message that falls into them is held until they end, or skipped, in the customer's own time."},
    {"re-entry", "re-entry never|any time|after D", "Whether a customer can go through the flow again. Without the line: any time."},
    {"record", "record EVENT with …", "Makes an event happen to the customer, as if it had been sent from outside."},
    {"remove", "remove VALUE from FIELD", "Takes an item out of a list of the customer."},
    {"repeat", "repeat up to N times { … }", "The only loop, and always bounded; its block must wait. `until CONDITION` is asked before each round."},
    {"retry", "retry N times", "How often a webhook is tried again when it does not answer well."},
    {"segment", "segment NAME when CONDITION", "A named condition. Customers are in it exactly as long as it holds."},
    {"send", "send email MESSAGE with …", "Asks for a message to be sent; the run goes on at once. `or sms …` is tried when there is no address or consent; `if not sent { … }` is the way when nothing was sent."},
    {"set", "set FIELD to VALUE", "Writes a customer's field."},
    {"since", "since entry · since DATE", "A window that begins when the run began, on a date, or with the last event of a kind."},
    {"sms", "sms \"…\"", "The text message of a message. It is sent, and paid for, in parts of 160 characters."},
    {"split", "split { N% { … } }", "Sends each customer one of several ways by chance, always the same one. Shares add up to 100%."},
    {"stale", "stale after D", "A message that could not be sent for so long is dropped."},
    {"start", "start flow NAME", "Starts another flow for the same customer."},
    {"starts", "starts when|on|every …", "What begins a run: an event, `customer enters At Risk`, a date of the customer, or the clock. Several lines: any of them."},
    {"state", "state NAME when CONDITION", "One state of a lifecycle. In braces: `enters when`, `leaves when` and `stays at least`."},
    {"stays", "stays at least D", "Once in, a customer stays so long, whatever `leaves when` says."},
    {"stop", "stop because \"…\"", "Ends the run here; the reason is shown in the customer's history."},
    {"subject", "subject \"…\"", "The subject of an email. `{customer.first_name | there}` writes a value."},
    {"test", "test \"…\" for FLOW { … }", "A story on a virtual clock: what is given, what happens, what must come of it. `sluice test` runs them all."},
    {"today", "today", "The current day where the customer is. `today is a weekday`, `today is after 2026-11-27`."},
    {"topic", "topic NAME", "What customers subscribe to and can leave. A message with a topic is marketing and needs consent."},
    {"total", "total of EVENT.field", "The sum of an amount over the customer's events: `total of Order Placed.total in the last 365 days >= 500`."},
    {"transactional", "transactional", "The customer needs this message because of something they did. It needs no consent, and a policy may let it skip caps and quiet hours."},
    {"until", "until …", "Waits for a time of day, a weekday, a date, or the hour a customer usually reads: `until Saturday at 10:00`, `until best email time within 24 hours`."},
    {"uses", "uses EVENT as NAME · uses NAME TYPE", "What a message needs to be given by `with` when it is sent."},
    {"variant", "variant NAME N% { … }", "One way of an experiment and its share."},
    {"wait", "wait …", "Lets time pass: `wait 2 days, then until 10:00`; `wait for Order Placed up to 7 days`; `wait up to 3 days { on … }`. It never waits longer than it says."},
    {"webhook", "webhook NAME { post \"…\" }", "Another system that flows can `call`. The secret signs what is sent."},
    {"where", "EVENT where …", "Which occurrences count. The event's own fields stand alone: `where total > 50`, or several in parentheses."},
    {"while", "while running ignore|restart", "What happens when a run is under way and the flow would start again."},
    {"winner", "winner after N customers", "When the better variant is settled and everybody gets it."},
    {"with", "with NAME, NAME = VALUE", "Hands over what a message uses, a webhook gets or a recorded event holds."},
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
        return {};
    }
    return "```\n" + std::string(page->title) + "\n```\n" + std::string(page->text);
}

}  // namespace sluice::dsl::language
