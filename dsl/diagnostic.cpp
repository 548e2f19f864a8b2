#include "dsl/diagnostic.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace sluice::dsl {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return out;
}

auto key(const Diagnostic& d) {
    return std::tuple(d.span.file, d.span.offset, std::string_view(d.code), d.span.length,
                      std::string_view(d.message));
}

// Optimal string alignment: insert, delete, replace, and swap of two neighbours cost one each.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> older(b.size() + 1), old(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        old[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replace = old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            now[j] = std::min({old[j] + 1, now[j - 1] + 1, replace});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                now[j] = std::min(now[j], older[j - 2] + 1);
            }
        }
        std::swap(older, old);
        std::swap(old, now);
    }
    return old[b.size()];
}

}  // namespace

void sort_diagnostics(std::vector<Diagnostic>& diagnostics) {
    std::ranges::stable_sort(diagnostics, {}, key);
    const auto same = [](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); };
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end(), same), diagnostics.end());
}

std::vector<std::string> did_you_mean(std::string_view wrong, std::span<const std::string> known) {
    constexpr std::size_t kLongest = 64;  // longer words are data, not typing mistakes
    if (wrong.empty() || wrong.size() > kLongest) {
        return {};
    }
    const std::string want = lower(wrong);
    const std::size_t limit = std::max<std::size_t>(1, want.size() / 3);
    std::vector<std::pair<std::size_t, std::string_view>> near;
    for (const std::string& name : known) {
        const std::size_t longer = std::max(name.size(), want.size());
        if (name == wrong || longer - std::min(name.size(), want.size()) > limit) {
            continue;
        }
        const std::size_t far = distance(want, lower(name));
        if (far <= limit) {
            near.emplace_back(far, name);
        }
    }
    std::ranges::sort(near);
    near.erase(std::unique(near.begin(), near.end()), near.end());
    // One letter off everything is noise: a far candidate beside a near one is left out.
    std::vector<std::string> names;
    for (const auto& [far, name] : near) {
        if (names.size() == 2 || far > near.front().first + 1) {
            break;
        }
        names.emplace_back(name);
    }
    return names;
}

}  // namespace sluice::dsl
