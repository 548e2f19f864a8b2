#pragma once

#include "dsl/check/compile.hpp"
#include "dsl/language/index.hpp"
#include "dsl/wasm/request.hpp"

#include <string>
#include <string_view>

/// What a browser asks of the language. Pure: a request in, JSON out; no clock, no files, nothing
/// kept, nothing thrown.
namespace sluice::dsl::wasm {

/// The answer to the bytes of a request: one JSON object (README.md has the verbs), or
/// {"error": "…"} when the request makes no sense. An author's mistake is never an error here.
std::string answer(std::string_view request);

// ---- the verbs, one function each

std::string answer_check(const Request& request);
std::string answer_fix(const Request& request);
std::string answer_format(const Request& request);
std::string answer_graph(const Request& request);
std::string answer_explain(const Request& request);
std::string answer_colours(const Request& request);
std::string answer_complete(const Request& request);
std::string answer_hover(const Request& request);
std::string answer_definition(const Request& request);

// ---- what they share

std::string refusal(std::string_view why);
CompileResult compile_request(const Request& request);
/// Refers to the request's bodies, which must outlive it.
language::Index index_request(const Request& request);
/// The colours of one file: [[from, to, "keyword"], …]; a declared name has a `1` behind its kind.
std::string colours_json(const language::Index& index, std::uint32_t file);

}  // namespace sluice::dsl::wasm
