#pragma once

#include "dsl/check/domains.hpp"
#include "dsl/check/implication.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// The theory behind implication.hpp: what leaves of conditions say about one customer at one
/// instant. Private to dsl/check.
namespace sluice::dsl::check {

/// The worlds in which all facts seen so far hold. Copied where a choice begins.
class Worlds {
public:
    explicit Worlds(const Program& program) : program_(&program) {}

    /// Takes one leaf into account; false when no world is left. What a leaf says by way of another
    /// condition is put with `more`.
    bool admits(const Fact& fact, std::vector<Fact>& more);

private:
    bool see(const CondAlways& node);
    bool see(const CondCompare& node);
    bool see(const CondKnown& node);
    bool see(const CondOneOf& node);
    bool see(const CondContains& node);
    bool see(const CondInThe& node);
    bool see(const CondQuantity& node);
    bool see(const CondMessages& node);
    bool see(const CondRecency& node);
    bool see(const CondCanGet& node);
    bool see(const CondInState& node);
    bool see(const CondBeenIn& node);
    bool see(const CondToday& node);
    bool see(const CondTodayDate& node);
    bool see(const CondNowBetween& node);
    /// Compounds are taken apart before.
    template <typename Compound>
    bool see(const Compound&) {
        return true;
    }

    [[nodiscard]] std::string key_of(const Operand& operand) const;
    [[nodiscard]] std::string key_of(const Measure& measure) const;
    [[nodiscard]] std::string key_of_memory(Index aggregate, const Operand& key) const;
    OperandDomain& domain_of(const Operand& operand);
    void restrict_field(OperandDomain& domain, const Field& field, bool has_default) const;
    [[nodiscard]] const Field* field_of(const Operand& operand) const;

    bool compare_values(const Operand& operand, CompareOp op, const Value& value);
    bool compare_operands(const CondCompare& node);
    bool known(const Operand& operand);
    bool opaque(const std::string& key);
    bool count(Index aggregate, const std::string& key, const HistoryWindow& window,
               const Numbers& numbers);
    bool spread_count(CountDomain& part, CountDomain& whole) const;
    bool spread_counts();
    [[nodiscard]] bool contained(const CountDomain& part, const CountDomain& whole) const;
    [[nodiscard]] bool narrower(Index part, Index whole) const;
    bool in_state(Index lifecycle, Index state, bool inside);

    const Program* program_;
    Fact fact_;
    std::vector<Fact>* more_ = nullptr;
    std::map<std::string, OperandDomain> operands_;
    std::map<std::string, unsigned> relations_;
    std::map<std::string, bool> opaque_;
    std::map<std::string, Ages> ages_;
    std::map<std::string, Numbers> messages_;
    std::vector<CountDomain> counts_;
    std::map<Index, Index> states_;
    std::set<std::pair<Index, Index>> not_in_;
    std::uint8_t weekdays_ = 0x7f;
    Numbers minutes_ = Numbers::between(0, 1439);
};

}  // namespace sluice::dsl::check
