#pragma once

#include "engine/api/http_types.hpp"
#include "engine/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::api {

/// One of several faults of a request.
struct ProblemItem {
    std::string pointer;  // RFC 6901, e.g. /batch/3
    std::string code;
    std::string detail;
};

/// A JSON error: {"code","message","status"} as the SDKs of the tracking API read it, with the
/// members of RFC 9457 (type, title, detail, errors) beside them. `code` is stable, for programs.
Response problem(int status, std::string_view code, std::string_view message,
                 const std::vector<ProblemItem>& errors = {});

/// The one map from engine errors to HTTP.
int http_status(Errc code);

/// An engine error as an answer. What is the server's own trouble (io, corrupt, config) shows no
/// detail to clients; the caller logs it.
Response problem(const Error& error);

}  // namespace sluice::api
