// Declarations: what stands at the left edge of a file, and the lines inside.
#include "dsl/language/constructs_tables.hpp"

#include <array>

namespace sluice::dsl::language {
namespace {

using parser::Node;
constexpr Chapter kDeclarations = Chapter::declarations;
constexpr Chapter kPolicy = Chapter::policy;

// clang-format off
constexpr auto kTable = std::to_array<Construct>({
    {Node::customer, kDeclarations, "customer { FIELD … }",
     "What is known of a customer. Once in a project. `email`, `phone` and `time_zone` have a meaning of their own: the first two are addresses, the last is named by the policy.",
     Part::file, "customer {\n  email         text      optional personal\n  time_zone     timezone  optional\n  email_status  one of \"subscribed\", \"unsubscribed\"  default \"unsubscribed\"\n  points        number    default 0\n}\n"},
    {Node::event, kDeclarations, "event NAME [from TEXT] [{ FIELD … }]",
     "Something a customer can do. `from` gives the name it arrives under when that is another one.",
     Part::file, "event Wish Saved from \"wishlist_add\" {\n  product_id  text   key\n  price       money  optional\n}\n"},
    {Node::event, kDeclarations, "catalog event NAME [from TEXT] [{ FIELD … }]",
     "Something that happens to a product, not to a customer. It can only start a flow, with `for customers with`.",
     Part::file, "catalog event Last Pieces {\n  product_id  text    key\n  left        number\n}\n"},
    {Node::field, kDeclarations, "WORD TYPE [optional] [personal] [predicted] [key] [default VALUE]",
     "A field: a word in small letters and its type. `optional`: may be unknown. `personal`: never in logs. `predicted`: an estimate of another system, may be unknown. `key`: tells one thing of its kind from the others. `default`: what it holds before anything is known.",
     Part::file, "event Parcel Sent {\n  parcel_id   text    key\n  weight      number  default 1\n  note        text    optional personal\n  late_by     number  predicted\n}\n"},
    {Node::type, kDeclarations, "text · number · money · date · time · timezone · yes-no · list of text · one of TEXT, TEXT …",
     "What a field holds. [Types](values.md#types) says which comparisons fit which type.",
     Part::file, "event Survey Answered {\n  score   number\n  paid    money\n  on      date\n  at      time\n  zone    timezone\n  again   yes-no\n  liked   list of text\n  mood    one of \"good\", \"bad\"\n  words   text\n}\n"},
    {Node::segment, kDeclarations, "segment NAME when CONDITION",
     "A named condition. A customer is in it exactly as long as the condition holds.",
     Part::file, "segment Big Spenders when total of Order Placed.total in the last 365 days >= 500\n"},
    {Node::lifecycle, kDeclarations, "lifecycle NAME { … }",
     "States, of which every customer is in exactly one at any moment. Either each state has a condition (the first that holds wins, `otherwise` is the last), or the lifecycle `starts in` a state and declares its ways with `from … to …`.",
     Part::file, "lifecycle Buying {\n  state Fresh when last Order Placed was less than 30 days ago\n  state Cold otherwise\n}\n"},
    {Node::state, kDeclarations, "state NAME when CONDITION · state NAME otherwise · state NAME { … } · state NAME [final]",
     "One state. `otherwise` takes everybody who is in no other. `final` says that no way leads out of it, and that this is meant.",
     Part::file, "lifecycle Contract {\n  starts in Running\n  state Running\n  state Cancelled final\n  from Running to Cancelled when Plan Bought\n}\n"},
    {Node::starts_in, kDeclarations, "starts in NAME",
     "The state in which everybody begins, in a lifecycle with ways.",
     Part::file, "lifecycle Club {\n  starts in Guest\n  state Guest\n  state Member\n  from Guest to Member when Order Placed\n  from Member to Guest after 365 days\n}\n"},
    {Node::enters, kDeclarations, "enters when CONDITION",
     "When a customer comes into the state.",
     Part::lifecycle, "enters when total of Order Placed.total in the last 365 days >= 500\n"},
    {Node::leaves, kDeclarations, "leaves when CONDITION",
     "When she goes again. Without the line: as soon as `enters when` no longer holds. A lower bound for leaving keeps people from flapping.",
     Part::lifecycle, "enters when total of Order Placed.total in the last 365 days >= 500\nleaves when total of Order Placed.total in the last 365 days < 400\n"},
    {Node::stays, kDeclarations, "stays at least DURATION",
     "Once in, she stays so long, whatever `leaves when` says. Only a higher state takes her earlier.",
     Part::lifecycle, "enters when at least 3 Order Placed in the last 365 days\nstays at least 30 days\n"},
    {Node::transition, kDeclarations, "from NAME|any to NAME when EVENT|CONDITION · from NAME to NAME after DURATION",
     "A way from one state to another: on an event, as soon as a condition holds, or after a time in the state. `from any` leads from every other state.",
     Part::file, "lifecycle Setup {\n  starts in Begun\n  state Begun\n  state Done\n  state Stuck\n  from Begun to Done when Setup Finished\n  from Begun to Stuck after 14 days\n  from any to Begun when Trial Started\n}\n"},
    {Node::webhook, kDeclarations, "webhook NAME { post TEXT [secret TEXT] [retry N times] }",
     "Another system that flows can `call`. The secret signs what is sent.",
     Part::file, "webhook Call Centre {\n  post \"https://ops.example.com/calls\"\n  secret \"CALLS_KEY\"\n  retry 3 times\n}\n"},
    {Node::post, kDeclarations, "post TEXT", "The address that is called, with the values as JSON.",
     Part::file, "webhook Packing {\n  post \"https://ops.example.com/pack\"\n}\n"},
    {Node::secret, kDeclarations, "secret TEXT", "The name of the secret that signs the call; the secret itself is never in a flow file.",
     Part::file, "webhook Packing {\n  post \"https://ops.example.com/pack\"\n  secret \"PACKING_KEY\"\n}\n"},
    {Node::retry, kDeclarations, "retry N times", "How often a call is tried again when it is not answered well.",
     Part::file, "webhook Packing {\n  post \"https://ops.example.com/pack\"\n  retry 5 times\n}\n"},
    {Node::flow, kDeclarations, "flow NAME [TEXT] { HEADER … STEP … }",
     "What happens to one customer, step by step. The text says in a sentence what it is for. Lines about the whole flow come first, then the steps in the order they happen.",
     Part::file, "flow Thank You \"Thanks for the first order\" {\n  starts when Order Placed\n  only if exactly 1 Order Placed\n  send email Hello\n}\n"},
    {Node::test, kDeclarations, "test TEXT for FLOW { … }",
     "A story on a virtual clock, with its [lines](tests.md). Only the flow it names starts; the policy holds.",
     Part::file, "flow Thank You {\n  starts when Order Placed\n  send email Hello\n}\n\ntest \"an order is thanked for\" for Thank You {\n  clock 2026-03-02 09:00\n  given customer { email \"ana@example.com\"  email_status \"subscribed\" }\n  at 0 minutes Order Placed { order_id \"o1\"  total 20 }\n  advance 1 day\n  expect at 0 minutes email Hello\n}\n"},
    {Node::change, kDeclarations, "change FLOW { [was named NAME] [@LABEL moves to @LABEL] [@LABEL stops] }",
     "What happens, at the next deploy, to people who stand at a wait that the edit took away, or in a flow that got another name. Not needed when nobody could mistake one wait for another.",
     Part::file, "flow Greeting {\n  starts when Newsletter Joined\n  wait 2 days @pause\n  send email Hello\n}\n\nchange Greeting {\n  was named Welcome\n  @old-pause moves to @pause\n  @gone stops\n}\n"},
    {Node::policy, kPolicy, "policy NAME { … }",
     "One for the project: consent, quiet hours, caps, the holdout and the time zone. Every message of every flow passes it; no flow can go past it.",
     Part::file, "policy Default {\n  time zone customer.time_zone, otherwise \"Europe/Berlin\"\n  consent email when customer.email_status is \"subscribed\"\n  quiet hours from 21:00 to 08:00, hold up to 12 hours\n  cap 4 emails per 7 days\n}\n"},
    {Node::time_zone, kPolicy, "time zone FIELD, otherwise TEXT",
     "Where the customer is, and what counts when that is not known. Days, times of day, weekdays and quiet hours go by it.",
     Part::policy, "time zone customer.time_zone, otherwise \"America/New_York\"\n"},
    {Node::consent, kPolicy, "consent email|sms when CONDITION",
     "Who agreed to be written to on this channel. It is asked at the moment of sending, and asked again when the message leaves.",
     Part::policy, "consent email when customer.email_status is \"subscribed\"\nconsent sms when customer.sms_status is \"subscribed\" and customer.country is known\n"},
    {Node::quiet_hours, kPolicy, "quiet hours [email|sms] from TIME to TIME[, hold up to DURATION | , skip]",
     "When nothing is sent. A message is held until they end, at most as long as `hold up to` says, or left out with `skip`. The flow itself goes on.",
     Part::policy, "quiet hours sms from 20:00 to 09:00, hold up to 14 hours\nquiet hours email from 22:00 to 07:00, skip\n"},
    {Node::cap, kPolicy, "cap N emails|sms|messages per DURATION · cap N … per hour|day|week|month",
     "At most so many to one customer in that time, over all flows. What does not fit is skipped; where two flows want the last place at once, the higher `priority` gets it.",
     Part::policy, "cap 1 sms per day\ncap 4 emails per 7 days\ncap 1 messages per 3 hours\n"},
    {Node::policy_holdout, kPolicy, "holdout N% of customers",
     "A share of customers, always the same ones, who get no marketing at all, so that its effect can be measured.",
     Part::policy, "holdout 5% of customers\n"},
    {Node::skips, kPolicy, "transactional skips caps, quiet hours, holdout",
     "Which rules do not hold for transactional messages. Any of the three may be named.",
     Part::policy, "transactional skips caps, quiet hours\n"},
    {Node::stale, kPolicy, "stale after DURATION",
     "A message that is so much later than the flow wanted it is not sent any more. Without the line: a day.",
     Part::policy, "stale after 6 hours\n"},
});
// clang-format on

}  // namespace

std::span<const Construct> declaration_constructs() {
    return kTable;
}

}  // namespace sluice::dsl::language
