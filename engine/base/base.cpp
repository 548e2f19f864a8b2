#include "engine/base/assert.hpp"
#include "engine/base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace sluice {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
    std::abort();
}

std::string_view to_text(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "invalid_argument";
        case Errc::not_found:
            return "not_found";
        case Errc::io:
            return "io";
        case Errc::corrupt:
            return "corrupt";
        case Errc::unavailable:
            return "unavailable";
        case Errc::timeout:
            return "timeout";
        case Errc::conflict:
            return "conflict";
        case Errc::unsupported:
            return "unsupported";
        case Errc::config:
            return "config";
    }
    return "unknown";
}

}  // namespace sluice
