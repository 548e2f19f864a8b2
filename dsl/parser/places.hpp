#pragma once

#include "dsl/parser/recorder.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::dsl::parser {

/// What the reports need to know about a place: how to speak of it and what may stand in it.
struct PlaceInfo {
    std::string_view inside;              // "in a flow"
    std::string_view statement;           // "step"
    std::vector<std::string_view> words;  // the words a statement may begin with
    std::string_view example;             // offered when nothing is near
};

const PlaceInfo& info(Place place);

/// The place whose statements begin with this word, for "this belongs elsewhere"; null when none.
const PlaceInfo* home_of(std::string_view word);

/// Words that begin a line of a flow's header.
bool is_header_word(std::string_view word);

}  // namespace sluice::dsl::parser
