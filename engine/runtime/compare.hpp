#pragma once

#include "engine/model/trace.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The same history through two versions: whose messages differ, and how (`sluice replay`). Pure.
namespace sluice {

/// What became of one message of the old version in the new one.
enum class Difference : std::uint8_t { same, earlier, later, missing, extra };
std::string_view to_text(Difference difference);

struct ComparedMessage {
    std::string message;
    Channel channel = Channel::email;
    Difference difference = Difference::same;
    Instant before, after;  // the one that is there
};
struct ComparedCustomer {
    std::string customer;
    std::vector<ComparedMessage> messages;
};

/// Counts of each Difference, by its value.
using DifferenceCounts = std::array<std::uint64_t, 5>;

/// Collects the messages both versions let through, then pairs them: the first of one message to
/// one customer with the first of the other version, and so on.
class Comparison {
public:
    enum class Side : std::uint8_t { before, after };
    void add(Side side, const TraceRow& row, std::string_view customer);

    struct Report {
        std::uint64_t customers = 0, changed = 0;
        DifferenceCounts total{};
        std::map<std::string, DifferenceCounts> by_message;
        std::vector<ComparedCustomer> examples;  // the first that differ, by id
    };
    /// `customers` is how many there are in the history; `examples_max` limits the list.
    [[nodiscard]] Report report(std::uint64_t customers, std::size_t examples_max) const;

private:
    using Key = std::pair<std::string, Channel>;  // message
    struct Times {
        std::vector<Instant> before, after;
    };
    static void compare(const Key& key, const Times& times, Report& report,
                        ComparedCustomer& person);

    std::map<std::string, std::map<Key, Times>, std::less<>> people_;
};

std::string render_text(const Comparison::Report& report);
std::string render_json(const Comparison::Report& report);

}  // namespace sluice
