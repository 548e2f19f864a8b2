#pragma once

#include "engine/behaviour/evaluate.hpp"
#include "engine/behaviour/lifecycle.hpp"
#include "tests/engine/behaviour/oracle/life.hpp"

/// The engine's side: one customer whose events are applied one after the other, as the runtime
/// does it, with nothing but the bounded memories.
namespace sluice::oracle {

/// The flow text that asks all of these, one `if` each, with what they need declared.
std::string text_of(const std::vector<Asked>& asked);

/// Compiled conditions, in the order they were written; no program when the text was refused.
struct Compiled {
    std::shared_ptr<const dsl::Program> program;
    std::string refused;  // why
    std::vector<Index> conditions;
    std::vector<bool> about_states;  // by condition
    std::vector<LifecycleNeeds> needs;
};
Compiled compile(const std::vector<Asked>& asked);

class Shopper {
public:
    /// `life` may get more events later; only those before `applied` are taken.
    Shopper(const Compiled& compiled, const Life& life);

    void apply_to(std::size_t applied);
    [[nodiscard]] bool holds(std::size_t condition, Instant now) const;
    /// How long the answer lasts: until the condition's own end, or until a state may change.
    [[nodiscard]] Truth judge(std::size_t condition, Instant now) const;

private:
    void apply(std::size_t i);
    [[nodiscard]] Context context(const Layout& layout, Instant now) const;
    [[nodiscard]] Fields fields_of(const Happened& event) const;
    /// The customer at a later instant at which nothing has happened since.
    [[nodiscard]] Layout layout_at(std::size_t condition, Instant now) const;
    /// Lets the states run along up to `now`.
    void pass_to(Layout& layout, Instant now) const;
    [[nodiscard]] Layout& layout() { return customer_.layouts.front(); }

    const Compiled& compiled_;
    const Life& life_;
    Customer customer_;
    Run run_;
    std::size_t applied_ = 0;
};

}  // namespace sluice::oracle
