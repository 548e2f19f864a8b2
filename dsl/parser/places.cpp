#include "dsl/parser/places.hpp"

#include <algorithm>
#include <array>

namespace sluice::dsl::parser {

namespace {

using Words = std::vector<std::string_view>;

const Words& header_words() {
    static const Words words{"starts", "only",     "re-entry", "one",    "while",
                             "goal",   "priority", "ends",     "holdout"};
    return words;
}

const Words& step_words() {
    static const Words words{"send",   "wait",   "if",    "split",  "experiment",
                             "repeat", "set",    "add",   "remove", "clear",
                             "call",   "record", "start", "move",   "stop"};
    return words;
}

Words flow_words() {
    Words words = step_words();
    words.insert(words.end(), header_words().begin(), header_words().end());
    return words;
}

// In the order of Place.
const std::array<PlaceInfo, 16>& places() {
    static const std::array<PlaceInfo, 16> all{{
        {"at the top level of a file",
         "declaration",
         {"flow", "message", "event", "customer", "segment", "lifecycle", "policy", "webhook",
          "test", "catalog", "change"},
         "A file holds declarations such as `flow`, `message`, `segment` or `test`."},
        {"in a flow", "line", flow_words(), "A step starts with `send`, `wait`, `if`, `set` …"},
        {"in a block of steps", "step", step_words(),
         "A step starts with `send`, `wait`, `if`, `set` …"},
        {"among the branches of a wait",
         "branch",
         {"on"},
         "A branch starts with `on timeout` or `on` and an event."},
        {"in a split", "part", {}, "Each part starts with its share: `50% { … }`."},
        {"in an experiment",
         "line",
         {"measure", "holdout", "winner", "choose", "variant"},
         "An experiment holds `measure`, `variant`, `holdout`, `winner after` or `choose by`."},
        {"in `customer`",
         "field",
         {},
         "A field is a small-letter word and its type: `points number`."},
        {"in an event", "field", {}, "A field is a small-letter word and its type: `total money`."},
        {"in a message",
         "line",
         {"topic", "transactional", "uses", "email", "sms"},
         "A message holds `topic`, `transactional`, `uses`, `email` and `sms`."},
        {"in an email",
         "line",
         {"subject", "preview", "body"},
         "An email holds `subject`, `preview` and `body`."},
        {"in a lifecycle",
         "line",
         {"state", "starts", "from"},
         "A lifecycle holds `state`, `starts in` and `from … to …`."},
        {"in a state",
         "line",
         {"enters", "leaves", "stays", "final"},
         "A state holds `enters when`, `leaves when`, `stays at least` and `final`."},
        {"in a policy",
         "rule",
         {"time", "consent", "quiet", "cap", "holdout", "transactional", "stale"},
         "A policy holds `time zone`, `consent`, `quiet hours`, `cap`, `holdout` …"},
        {"in a webhook",
         "line",
         {"post", "secret", "retry"},
         "A webhook holds `post`, `secret` and `retry`."},
        {"in a test",
         "line",
         {"clock", "given", "at", "advance", "expect"},
         "A test holds `clock`, `given`, `at`, `advance` and `expect`."},
        {"in a change", "line", {"was"}, "A change holds `@old moves to @new` or `was named`."},
    }};
    return all;
}

}  // namespace

const PlaceInfo& info(Place place) {
    return places()[static_cast<std::size_t>(place)];
}

const PlaceInfo* home_of(std::string_view word) {
    const auto holds = [&](const PlaceInfo& place) {
        return std::ranges::find(place.words, word) != place.words.end();
    };
    const auto found = std::ranges::find_if(places(), holds);
    return found == places().end() ? nullptr : &*found;
}

bool is_header_word(std::string_view word) {
    return std::ranges::find(header_words(), word) != header_words().end();
}

}  // namespace sluice::dsl::parser
