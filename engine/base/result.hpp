#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/success_failure.hpp>
#include <boost/outcome/try.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sluice {

/// Why an operation failed, for the nearest caller that can act. The detail is for people.
enum class Errc : std::uint8_t {
    invalid_argument,  // the caller's input is wrong; the detail says where and how to mend it
    not_found,
    io,           // disk or socket
    corrupt,      // stored bytes are not what was written
    unavailable,  // overloaded or shutting down: try again later
    timeout,
    conflict,     // state does not allow it now
    unsupported,  // known, but not offered by this version
    config,       // sluice.yaml or the environment is wrong
};

std::string_view to_text(Errc code);

struct Error {
    Errc code = Errc::io;
    std::string detail;
};

/// A value or an Error. Only has_value, value and error are used, so that a move to std::expected
/// stays mechanical. value() on an error terminates: that is a programmer's mistake.
template <class T>
using Result =
    BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, Error,
                                             BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

inline auto success() {
    return BOOST_OUTCOME_V2_NAMESPACE::success();
}
inline auto fail(Errc code, std::string detail) {
    return BOOST_OUTCOME_V2_NAMESPACE::failure(Error{code, std::move(detail)});
}

}  // namespace sluice

/// SLUICE_TRY(x, expression): declares x from a Result, or returns its error to the caller.
#define SLUICE_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define SLUICE_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
