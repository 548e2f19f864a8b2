#pragma once

#include "engine/store/memory_store.hpp"
#include "engine/store/sqlite_store.hpp"

#include <unistd.h>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// The little language of the store tests.
namespace sluice::store_test {

/// A folder that goes when the test does.
class TempFolder {
public:
    TempFolder() {
        static std::atomic<int> count{0};
        // Nothing here outlives a power loss, so a sync may as well be free.
        const std::filesystem::path fast = "/dev/shm";
        path_ = (std::filesystem::exists(fast) ? fast : std::filesystem::temp_directory_path()) /
                ("sluice-store-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
        std::filesystem::create_directories(path_);
    }
    ~TempFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempFolder(const TempFolder&) = delete;
    TempFolder& operator=(const TempFolder&) = delete;
    [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

inline JournalEntry entry(std::string payload, std::int64_t at_ms = 0,
                          JournalKind kind = JournalKind::event) {
    return JournalEntry{kind, from_ms(at_ms), std::move(payload)};
}

inline CustomerWrite write(std::string customer, std::string state, Instant due = kNever,
                           std::vector<JournalEntry> journal = {}) {
    return CustomerWrite{std::move(customer), std::move(state), due, std::move(journal)};
}

inline Commit commit_of(std::vector<CustomerWrite> customers) {
    Commit commit;
    commit.customers = std::move(customers);
    return commit;
}

inline OutboxRow message(std::string id, OutboxStatus status = OutboxStatus::ready) {
    OutboxRow row;
    row.id = std::move(id);
    row.customer = "anna";
    row.channel = 2;
    row.status = status;
    row.created_at = from_ms(1'000);
    row.not_before = from_ms(2'000);
    row.expires_at = from_ms(9'000);
    row.outcome = "none yet";
    row.body = std::string("body\0with a zero", 16);
    return row;
}

inline Digest message_id(int number) {
    return digest({"message", std::to_string(number)});
}

/// Payloads of a customer's journal, newest first.
inline std::vector<std::string> journal_of(Store& store, CustomerNo no) {
    std::vector<std::string> out;
    auto walked = store.journal(no, [&](const JournalEntry& found) {
        out.push_back(found.payload);
        return true;
    });
    if (!walked) {
        out.push_back("error: " + walked.error().detail);
    }
    return out;
}

inline std::vector<std::string> ids_of(const std::vector<OutboxRow>& rows) {
    std::vector<std::string> out;
    for (const OutboxRow& row : rows) {
        out.push_back(row.id);
    }
    return out;
}

inline std::vector<std::pair<CustomerNo, Instant>> dues_of(Store& store) {
    std::vector<std::pair<CustomerNo, Instant>> out;
    static_cast<void>(store.due([&](CustomerNo no, Instant at) { out.emplace_back(no, at); }));
    return out;
}

inline std::unique_ptr<Store> open_sqlite(const std::string& path, StoreTuning tuning = {}) {
    SqliteStore::Options options;
    options.path = path;
    options.tuning = tuning;
    auto opened = SqliteStore::open(options);
    return opened ? std::move(opened).value() : nullptr;
}

}  // namespace sluice::store_test
