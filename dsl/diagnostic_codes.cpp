#include "dsl/diagnostic.hpp"

namespace sluice::dsl {

namespace {

// One row a line, sorted by code. A number is never reused, also not after its check is gone.
// clang-format off
constexpr CodeInfo kCodes[] = {
    {"E101", "A BRACE WITHOUT ITS PARTNER", "A `{` is never closed, or a `}` closes nothing."},
    {"E102", "UNFINISHED STATEMENT", "A statement stops or turns before it is complete; the message says what was expected."},
    {"E103", "UNKNOWN WORD", "A statement starts with a word that has no meaning at this place."},
    {"E104", "I CANNOT READ THIS", "A character, text, number or date that the language does not have, or a text without its closing quote."},
    {"E105", "NESTED TOO DEEPLY", "Blocks and brackets are nested more than 64 levels deep."},
    {"E118", "ONE LINE, TWO MEANINGS", "`and` and `or` are mixed without parentheses, which can be read in two ways."},
    {"E119", "A HEADER LINE AFTER THE FIRST STEP", "Lines such as `goal` and `only if` describe the whole flow and stand before its first step."},
    {"E120", "WRITTEN DIFFERENTLY HERE", "A habit from another language or from everyday writing, such as `9am`, `==`, `&&` or `else`."},
    {"E201", "UNKNOWN EVENT", "The event is not declared in any file."},
    {"E202", "UNKNOWN MESSAGE", "The message is not declared in any file."},
    {"E203", "UNKNOWN STATE OR SEGMENT", "Neither a lifecycle state nor a segment has this name."},
    {"E204", "UNKNOWN FLOW OR WEBHOOK", "The flow or webhook is not declared in any file."},
    {"E205", "DECLARED TWICE", "Two declarations of one kind share a name, or something that is said once is said again."},
    {"E206", "UNKNOWN FIELD", "The event has no field of this name, or a field stands without its owner."},
    {"E208", "UNKNOWN NAME OF AN EVENT", "The first word of a path is neither `customer` nor a name given with `as`."},
    {"E209", "NOTHING STARTS THIS FLOW", "A flow has no `starts` line."},
    {"E210", "UNKNOWN CUSTOMER FIELD", "The customer declaration has no field of this name."},
    {"E211", "UNKNOWN TOPIC", "No message has this topic."},
    {"E212", "THIS EVENT RECORDS ITSELF", "A built-in event cannot be recorded by a flow."},
    {"E213", "WHOSE EVENT IS THIS", "A catalog event belongs to no customer: it can only start flows, for the customers a start names."},
    {"E214", "UNKNOWN LABEL", "A `change` names a step that its flow does not have."},
    {"E222", "NOT KNOWN ON EVERY PATH", "The bound event, or the entry into a flow, is not available at this place."},
    {"E301", "THESE DO NOT FIT TOGETHER", "A value is compared with, or stored as, something of another type."},
    {"E302", "NOT ONE OF THE CHOICES", "The value is not among the choices of a `one of` field."},
    {"E303", "THE SHARES DO NOT ADD UP", "The percentages of a split do not make 100, or a share is empty or everything."},
    {"E304", "NO SUCH LENGTH OR NUMBER", "A duration or count is zero where it must be positive, or larger than what is remembered."},
    {"E305", "NO SUCH TIME OF DAY", "Times of day run from 00:00 to 23:59."},
    {"E306", "NOT A DAY OF THE WEEK", "A day is named that the calendar does not have."},
    {"E307", "NOT ABOUT THE EVENT", "Inside the `where` of a condition over the past only comparisons stand: they say which events count."},
    {"E310", "A NAME THAT MAY BE EMPTY", "A message uses an optional field without saying what to use instead."},
    {"E311", "THE MESSAGE NEEDS SOMETHING ELSE", "What a send or record passes is not what the message or event declares."},
    {"E312", "FILE NOT FOUND", "The body file of a message does not exist."},
    {"E313", "NOTHING TO SEND ON THIS CHANNEL", "The message has no content for the channel it is sent on."},
    {"E314", "UNKNOWN PLACEHOLDER", "A template reads something that neither the customer nor the `uses` lines provide."},
    {"E315", "A FILTER THAT DOES NOT FIT", "A template uses an unknown filter, or one with the wrong argument."},
    {"E316", "MJML IS NOT HTML", "The body of an email is MJML, which must be compiled to HTML first."},
    {"E317", "BROKEN TEMPLATE", "The template of a message cannot be parsed."},
    {"E320", "NOBODY AGREED TO THIS", "A send on a channel for which the policy has no consent rule."},
    {"E321", "MARKETING UNDER ANOTHER FLAG", "A message has a topic and is transactional at once."},
    {"E322", "ONE POLICY, ONE TIME ZONE", "A project that sends has no policy, more than one, or one without a time zone to fall back to."},
    {"E323", "UNKNOWN TIME ZONE", "The fallback zone of the policy is not in the time zone database."},
    {"E325", "FLAGS WITHOUT A MEANING", "`default`, `key` and `predicted` say nothing about a value that a message is given."},
    {"E401", "THIS STEP IS NEVER REACHED", "Every way to this step ends before it."},
    {"E402", "A LOOP THAT NEVER PAUSES", "A `repeat` has no wait, so all its rounds happen at once."},
    {"E403", "A RULE THAT NEEDS ITSELF", "A segment, lifecycle or consent rule depends on itself, or flows start each other in a circle, also by what they record."},
    {"E404", "A TIME THAT NEVER COMES", "A window of time is empty, a date to wait for is over, or a test lets something happen before it begins."},
    {"E405", "TOO MUCH TO REMEMBER", "The conditions over the past would keep more of every customer than the limit allows."},
    {"E406", "A LIFECYCLE WITH A GAP", "A lifecycle leaves customers without a state, or a state that nobody can reach or leave."},
    {"E410", "THE GOAL ENDS THE FLOW AT ONCE", "The goal is met by the event that starts the flow, or equals an `ends when`."},
    {"E420", "A WAIT THAT COULD BE SEVERAL", "People stand at a wait that could be one of several of the new version. Found by `sluice plan` and `deploy`."},
    {"E590", "LAYOUT REFUSED", "The formatter found that its result would not mean the same, and changed nothing."},
    {"W207", "NEVER USED", "A bound event is never used."},
    {"W210", "THE UNKNOWN COUNTS AS DIFFERENT", "`is not` on an optional field is also true for customers without it."},
    {"W314", "A LONG TEXT MESSAGE", "The text message takes several parts once its longest values are filled in."},
    {"W318", "THE NAME OF A FILE AS TEXT", "The text of an email body looks like the name of a file."},
    {"W324", "NO ADDRESS TO SEND TO", "Customers have no field that holds the address for this channel."},
    {"W330", "A MESSAGE THAT CANNOT GO OUT", "On every way to this send, messages before it have already filled a cap of the policy."},
    {"W407", "COMING AND GOING AT ONCE", "The conditions for entering and for leaving a state can hold together."},
    {"W411", "A CONDITION THAT DECIDES NOTHING", "A condition is never true, or true for everybody."},
    {"W412", "NEVER SEEN IN THE DATA", "The flows read an event, or a field, that real data does not have."},
    {"W413", "TWO FLOWS, ONE EVENT", "One event can start two flows of equal priority that both send a message at once."},
    {"W414", "MESSAGES IN THE WRONG ORDER", "Quiet hours can hold a message while the next one goes out at once."},
    {"W415", "NO TEST COVERS THIS", "No test comes to this flow or goes this way. Found by `sluice test --coverage`."},
};
// clang-format on

}  // namespace

std::span<const CodeInfo> code_catalogue() {
    return kCodes;
}

}  // namespace sluice::dsl
