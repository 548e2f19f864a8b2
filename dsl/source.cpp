#include "dsl/source.hpp"

#include <algorithm>

namespace sluice::dsl {

std::string_view SourceSet::text(const Span& span) const {
    if (span.line == 0 || span.file >= files.size()) {
        return {};
    }
    const std::string_view whole = files[span.file].text;
    if (span.offset > whole.size()) {
        return {};
    }
    return whole.substr(span.offset, span.length);
}

std::string_view SourceSet::line(const Span& span) const {
    if (span.line == 0 || span.file >= files.size()) {
        return {};
    }
    const std::string_view whole = files[span.file].text;
    if (span.offset > whole.size()) {
        return {};
    }
    const auto before =
        span.offset == 0 ? std::string_view::npos : whole.rfind('\n', span.offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    std::size_t end = std::min(whole.find('\n', span.offset), whole.size());
    if (end > begin && whole[end - 1] == '\r') {
        --end;
    }
    return whole.substr(begin, end - begin);
}

}  // namespace sluice::dsl
