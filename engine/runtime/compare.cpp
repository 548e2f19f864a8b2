#include "engine/runtime/compare.hpp"

#include "engine/base/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {
namespace {

constexpr std::array<std::string_view, 5> kWords = {"same", "earlier", "later", "missing", "extra"};

std::uint64_t& count_in(DifferenceCounts& counts, Difference difference) {
    return counts[static_cast<std::size_t>(difference)];
}

ComparedMessage compared(const std::string& message, Channel channel, const Instant* before,
                         const Instant* after) {
    ComparedMessage out;
    out.message = message;
    out.channel = channel;
    out.before = before == nullptr ? kEpoch : *before;
    out.after = after == nullptr ? kEpoch : *after;
    if (before == nullptr) {
        out.difference = Difference::extra;
    } else if (after == nullptr) {
        out.difference = Difference::missing;
    } else if (*before != *after) {
        out.difference = *after < *before ? Difference::earlier : Difference::later;
    }
    return out;
}

std::string counts_text(const DifferenceCounts& counts) {
    std::string out;
    for (std::size_t at = 0; at < counts.size(); ++at) {
        out += fmt::format("{:>9}", counts[at]);
    }
    return out;
}

std::string counts_json(const DifferenceCounts& counts) {
    JsonObject out;
    for (std::size_t at = 0; at < counts.size(); ++at) {
        out.number(kWords[at], static_cast<std::int64_t>(counts[at]));
    }
    return out.take();
}

std::string example_line(const ComparedMessage& one) {
    const std::string what = one.channel == Channel::email ? "email " : "sms ";
    std::string out = fmt::format("    {:<8} {}{}", to_text(one.difference), what, one.message);
    if (one.difference != Difference::extra) {
        out += "  " + format_rfc3339(one.before);
    }
    if (one.difference != Difference::missing) {
        out += (one.difference == Difference::extra ? "  " : " -> ") + format_rfc3339(one.after);
    }
    return out + "\n";
}

}  // namespace

std::string_view to_text(Difference difference) {
    return kWords[static_cast<std::size_t>(difference)];
}

void Comparison::add(Side side, const TraceRow& row, std::string_view customer) {
    if (row.kind != TraceKind::sent) {
        return;
    }
    auto place = people_.find(customer);
    if (place == people_.end()) {
        place = people_.try_emplace(std::string(customer)).first;
    }
    Times& times = place->second[{row.message, row.channel}];
    (side == Side::before ? times.before : times.after).push_back(row.at);
}

void Comparison::compare(const Key& key, const Times& times, Report& report,
                         ComparedCustomer& person) {
    const std::size_t rounds = std::max(times.before.size(), times.after.size());
    for (std::size_t at = 0; at < rounds; ++at) {
        ComparedMessage one =
            compared(key.first, key.second, at < times.before.size() ? &times.before[at] : nullptr,
                     at < times.after.size() ? &times.after[at] : nullptr);
        ++count_in(report.total, one.difference);
        ++count_in(report.by_message[key.first], one.difference);
        if (one.difference != Difference::same) {
            person.messages.push_back(std::move(one));
        }
    }
}

Comparison::Report Comparison::report(std::uint64_t customers, std::size_t examples_max) const {
    Report out;
    out.customers = customers;
    for (const auto& [customer, messages] : people_) {
        ComparedCustomer person{customer, {}};
        for (const auto& [key, times] : messages) {
            compare(key, times, out, person);
        }
        if (person.messages.empty()) {
            continue;
        }
        ++out.changed;
        if (out.examples.size() < examples_max) {
            out.examples.push_back(std::move(person));
        }
    }
    return out;
}

std::string render_text(const Comparison::Report& report) {
    const double share = report.customers == 0 ? 0
                                               : 100.0 * static_cast<double>(report.changed) /
                                                     static_cast<double>(report.customers);
    std::string out = fmt::format("{} of {} customers get something else ({:.2f} %)\n\n",
                                  report.changed, report.customers, share);
    out += fmt::format("{:<32}", "message");
    for (const std::string_view word : kWords) {
        out += fmt::format("{:>9}", word);
    }
    out += "\n";
    for (const auto& [message, counts] : report.by_message) {
        out += fmt::format("{:<32}", message) + counts_text(counts) + "\n";
    }
    out += fmt::format("{:<32}", "all") + counts_text(report.total) + "\n";
    if (!report.examples.empty()) {
        out += "\nFor example:\n";
    }
    for (const ComparedCustomer& person : report.examples) {
        out += "  " + person.customer + "\n";
        for (const ComparedMessage& one : person.messages) {
            out += example_line(one);
        }
    }
    return out;
}

std::string render_json(const Comparison::Report& report) {
    std::string messages = "{";
    for (const auto& [message, counts] : report.by_message) {
        messages += messages.size() == 1 ? "" : ",";
        append_json_text(messages, message);
        messages += ":" + counts_json(counts);
    }
    JsonObject out;
    out.number("customers", static_cast<std::int64_t>(report.customers));
    out.number("changed", static_cast<std::int64_t>(report.changed));
    out.json("messages", counts_json(report.total)).json("by_message", messages + "}");
    std::string examples = "[";
    for (const ComparedCustomer& person : report.examples) {
        std::string list = "[";
        for (const ComparedMessage& one : person.messages) {
            JsonObject row;
            row.text("message", one.message);
            row.text("channel", one.channel == Channel::email ? "email" : "sms");
            row.text("difference", to_text(one.difference));
            if (one.difference != Difference::extra) {
                row.text("before", format_rfc3339(one.before));
            }
            if (one.difference != Difference::missing) {
                row.text("after", format_rfc3339(one.after));
            }
            list += (list.size() == 1 ? "" : ",") + row.take();
        }
        JsonObject row;
        row.text("customer", person.customer).json("messages", list + "]");
        examples += (examples.size() == 1 ? "" : ",") + row.take();
    }
    return out.json("examples", examples + "]").take() + "\n";
}

}  // namespace sluice
