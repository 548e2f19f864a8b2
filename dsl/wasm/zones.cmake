# Writes ${OUT}: the ids of every zone and link of ${TZDATA} (tzdata.zi of the tz database), sorted.
file(STRINGS ${TZDATA} lines REGEX "^(Z|L) ")
set(ids "")
foreach(line IN LISTS lines)
    # `Z ID …` declares a zone, `L TARGET ID` another name of one.
    string(REGEX REPLACE "^(Z|L [^ ]+) ([^ ]+).*" "\\2" id ${line})
    list(APPEND ids ${id})
endforeach()
# `Factory` is what a machine has before somebody sets its zone.
list(REMOVE_ITEM ids Factory)
list(SORT ids)
list(LENGTH ids count)
if(count LESS 100)
    message(FATAL_ERROR "${TZDATA} does not look like the compact tz database")
endif()
list(TRANSFORM ids REPLACE "(.+)" "    \"\\1\",\n" OUTPUT_VARIABLE rows)
string(REPLACE ";" "" rows "${rows}")
file(WRITE ${OUT} "// Made from ${TZDATA} by dsl/wasm/zones.cmake.
#include \"dsl/wasm/zones.hpp\"

namespace sluice::dsl::wasm {
namespace {

constexpr std::string_view kZones[] = {
${rows}};

}  // namespace

std::span<const std::string_view> zone_ids() {
    return kZones;
}

}  // namespace sluice::dsl::wasm
")
