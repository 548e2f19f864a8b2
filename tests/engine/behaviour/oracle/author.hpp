#pragma once

#include "tests/engine/behaviour/oracle/life.hpp"
#include "tests/engine/behaviour/oracle/scan.hpp"

/// Writes random conditions, each as flow text and as a scan, and random lives. Every operator of
/// language.md §3.1 has one function here.
namespace sluice::oracle {

using Random = std::mt19937_64;

class Author {
public:
    explicit Author(Random& random) : random_(random) {}

    /// The lifecycles and the segment that the conditions to come may ask about.
    void declare();
    /// One condition: an operator, or several with `and`, `or` and `not`. Those of 0 to 35 have
    /// every operator among them.
    Asked condition(std::uint64_t which);
    /// A condition that a lifecycle may have: no run, and every border can be named.
    Asked lasting();

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    std::size_t length() { return below(kLengths.size()); }

    Pattern pattern();
    Pattern order_pattern();
    Pattern viewed_pattern();
    Window window();
    Asked on_events(std::string text, std::string_view family, const Pattern& what,
                    const Window& when);

    Asked leaf(std::uint64_t which);
    Asked quantity();
    Asked recency();
    Asked field_value();
    Asked number_of_totals();
    Asked count_of();
    Asked different();
    Asked days_between();
    Asked intent();
    Asked messages();
    Asked engagement();
    Asked sequence();
    Asked state();
    Asked text_trait();
    Asked renewal();
    Asked today();
    Asked now_between();
    Asked reach();
    Asked joined();

    std::shared_ptr<const LifecycleDef> ordered(std::string_view name);
    std::shared_ptr<const LifecycleDef> ways(std::string_view name);

    Random& random_;
    std::vector<std::shared_ptr<const LifecycleDef>> lifecycles_;
    std::optional<Asked> segment_;
};

/// `not (…)`, and `(…) and (…)` or `(…) or (…)`.
Asked inverted(const Asked& part);
Asked joined_by(bool all, const std::vector<Asked>& parts);

/// A random life: late events, several at one instant, hours that clocks skip or repeat.
class Fate {
public:
    explicit Fate(Random& random) : random_(random) {}
    Life life(std::size_t events);
    /// One more event.
    void happen(Life& life);

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    Random& random_;
};

}  // namespace sluice::oracle
