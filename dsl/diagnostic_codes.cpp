#include "dsl/diagnostic.hpp"

namespace sluice::dsl {

namespace {

// One row a line, sorted by code. A number is never reused, also not after its check is gone.
// clang-format off
constexpr CodeInfo kCodes[] = {
    {"E101", "A BRACE TOO FEW OR TOO MANY", "A `{` is never closed, or a `}` closes nothing."},
    {"E102", "UNFINISHED STATEMENT", "A statement stops or turns before it is complete; the message says what was expected."},
    {"E103", "UNKNOWN WORD", "A statement starts with a word that has no meaning at this place."},
    {"E104", "I CANNOT READ THIS", "A character, text, number or date that the language does not have, or a text without its closing quote."},
    {"E105", "NESTED TOO DEEPLY", "Blocks and brackets are nested more than 64 levels deep."},
    {"E118", "ONE LINE, TWO MEANINGS", "`and` and `or` are mixed without parentheses, which can be read in two ways."},
    {"E119", "A HEADER LINE AFTER THE FIRST STEP", "Lines such as `goal` and `only if` describe the whole flow and stand before its first step."},
    {"E120", "WRITTEN DIFFERENTLY HERE", "A habit from another language or from everyday writing, such as `9am`, `==`, `&&` or `else`."},
    {"E201", "UNKNOWN EVENT", "The event is not declared in any file."},
    {"E202", "UNKNOWN MESSAGE", "The message is not declared in any file, or has no content for this channel."},
    {"E203", "UNKNOWN STATE OR SEGMENT", "Neither a lifecycle state nor a segment has this name."},
    {"E204", "UNKNOWN FLOW OR WEBHOOK", "The flow or webhook is not declared in any file."},
    {"E205", "DECLARED TWICE", "Two declarations of one kind share a name, or a state and a segment do."},
    {"E206", "UNKNOWN FIELD", "The event has no field of this name."},
    {"E208", "UNKNOWN WORD IN A VALUE", "The word is neither a field that can be used here nor the name of a bound event."},
    {"E209", "MISSING DECLARATION", "Something that must be declared once, such as a policy, is missing."},
    {"E210", "UNKNOWN CUSTOMER FIELD", "The customer declaration has no field of this name."},
    {"E222", "NOT KNOWN ON EVERY PATH", "The bound event is not available on every way that leads to this step."},
    {"E301", "THESE DO NOT FIT TOGETHER", "A value is compared with, or stored as, something of another type."},
    {"E302", "NOT ONE OF THE CHOICES", "The value is not among the choices of a `one of` field."},
    {"E303", "THE SHARES DO NOT ADD UP", "The percentages of a split or an experiment do not make 100."},
    {"E304", "NO TIME AT ALL", "A duration or a count is zero or negative where it must be positive."},
    {"E305", "NO SUCH TIME OF DAY", "Times of day run from 00:00 to 23:59."},
    {"E310", "A NAME THAT MAY BE EMPTY", "A message uses an optional field without saying what to use instead."},
    {"E311", "UNKNOWN PLACEHOLDER", "A message uses something that neither the customer nor its `uses` lines provide."},
    {"E312", "THE MESSAGE NEEDS MORE", "A message `uses` something that this send does not pass."},
    {"E313", "FILE NOT FOUND", "The body file of a message does not exist."},
    {"E315", "BROKEN TEMPLATE", "The template of a message cannot be parsed."},
    {"E320", "NOBODY AGREED TO THIS", "A send on a channel for which the policy has no consent rule."},
    {"E321", "MARKETING UNDER ANOTHER FLAG", "A message has a topic and is transactional at once."},
    {"E401", "THIS STEP IS NEVER REACHED", "Every way to this step ends before it."},
    {"E402", "A LOOP THAT NEVER PAUSES", "The body of a repeat has no wait."},
    {"E403", "FLOWS THAT START EACH OTHER", "Flows start each other in a circle without a pause."},
    {"E404", "A WAIT THAT CANNOT END", "The moment waited for can never come."},
    {"E405", "TOO MUCH TO REMEMBER", "The conditions keep more data a customer than the limit allows."},
    {"E406", "A STATE NOBODY CAN REACH", "A lifecycle state can never apply, or a lifecycle has no `otherwise`."},
    {"E410", "THE GOAL ENDS THE FLOW AT ONCE", "The goal is met by the event that starts the flow, or equals an `ends when`."},
    {"E420", "WHERE DO THEY GO", "Customers inside an edited flow could go to several places."},
    {"E501", "NOT YET", "The language has this, but this version of the engine does not run it."},
    {"W207", "NEVER USED", "A bound event is never used."},
    {"W210", "THE UNKNOWN COUNTS AS DIFFERENT", "`is not` on an optional field is also true for customers without it."},
    {"W314", "A LONG TEXT MESSAGE", "The text message takes several parts once its longest values are filled in."},
    {"W330", "A SEND THE CAP FORBIDS", "A frequency cap leaves no way for this send to go out."},
    {"W407", "A STATE THAT FLAPS", "The conditions to enter and to leave a state overlap."},
    {"W411", "ALWAYS THE SAME ANSWER", "The condition can never be true, or is always true."},
    {"W413", "TWO FLOWS AT ONCE", "Two flows of one priority start on the same event."},
    {"W414", "OUT OF ORDER", "A wait is shorter than a quiet-hours hold, so messages may change places."},
    {"W415", "NOT TESTED", "No test covers this flow."},
};
// clang-format on

}  // namespace

std::span<const CodeInfo> code_catalogue() {
    return kCodes;
}

}  // namespace sluice::dsl
