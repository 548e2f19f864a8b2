// What a commit of SqliteStore costs beside the least that SQLite can do with the same bytes.
//
// A million customers with 620 bytes of state each; an event is a random customer's new state and a
// journal entry of 300 bytes. Three loops take turns in one run, so that a noisy machine is noisy
// for all of them:
//   bare          one table, one packed row a commit holding the very bytes of the frames
//   commit        SqliteStore::commit, and maintain() after each
//   load+commit   find() and load() of every customer first, as a shard without a cache would
// Each figure is the median of the rounds. Usage: store_bench FOLDER [CUSTOMERS [SECONDS]]

#include "engine/store/frame.hpp"
#include "engine/store/sqlite_store.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace sluice {
namespace {

constexpr std::size_t kStateBytes = 620;
constexpr std::size_t kEventBytes = 300;
constexpr int kRounds = 5;
using Watch = std::chrono::steady_clock;

double seconds_since(Watch::time_point start) {
    return std::chrono::duration<double>(Watch::now() - start).count();
}

template <class T>
T must(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().detail.c_str());
        std::exit(1);
    }
    return std::move(result).value();
}

void must(Result<void> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().detail.c_str());
        std::exit(1);
    }
}

// What a line of /proc/self/<file> says, e.g. the bytes given to write() so far.
double proc_number(const char* file, const std::string& key) {
    std::ifstream in(std::string("/proc/self/") + file);
    for (std::string word; in >> word;) {
        if (word == key) {
            double value = 0;
            in >> value;
            return value;
        }
    }
    return 0;
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto of = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

// Bytes that do not compress and ids of the length of a UUID.
class Source {
public:
    explicit Source(std::size_t customers) : customers_(customers) {
        for (std::size_t i = 0; i < 64 * 1024; ++i) {
            noise_.push_back(static_cast<char>(random_()));
        }
    }
    std::string bytes(std::size_t count) { return noise_.substr(random_() % 32'000, count); }
    static std::string name(std::size_t number) {
        char text[40];
        std::snprintf(text, sizeof text, "01890a5d-ac96-774b-bcce-%012zu", number);
        return text;
    }
    CustomerWrite write(std::size_t number) {
        CustomerWrite out;
        out.customer = name(number);
        out.state = bytes(kStateBytes);
        out.due = from_ms(static_cast<std::int64_t>(random_() % 1'000'000'000));
        out.journal.push_back(JournalEntry{JournalKind::event, kEpoch, bytes(kEventBytes)});
        return out;
    }
    // `batch` different customers at random.
    Commit commit(std::size_t batch) {
        Commit out;
        std::vector<std::size_t> chosen;
        while (chosen.size() < batch) {
            for (std::size_t i = chosen.size(); i < batch; ++i) {
                chosen.push_back(random_() % customers_);
            }
            std::sort(chosen.begin(), chosen.end());
            chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
        }
        std::shuffle(chosen.begin(), chosen.end(), random_);
        for (std::size_t number : chosen) {
            out.customers.push_back(write(number));
        }
        return out;
    }

private:
    std::size_t customers_;
    std::mt19937_64 random_{42};
    std::string noise_;
};

class BareLoop {
public:
    explicit BareLoop(const std::string& path)
        : file_(must(Connection::open(path, Connection::Mode::read_write))) {
        must(
            file_.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                          "PRAGMA wal_autocheckpoint=2000;"
                          "CREATE TABLE pack(id INTEGER PRIMARY KEY, body BLOB NOT NULL)"));
        begin_ = must(file_.prepare("BEGIN IMMEDIATE"));
        insert_ = must(file_.prepare("INSERT INTO pack(body) VALUES(?1)"));
        commit_ = must(file_.prepare("COMMIT"));
    }
    void write(const Commit& commit) {
        body_.clear();
        for (const CustomerWrite& one : commit.customers) {
            append_frame(
                body_, JournalFrame{
                           0, {}, one.journal[0].kind, one.journal[0].at, one.journal[0].payload});
            append_frame(body_, StateFrame{0, one.due, {}, one.customer, one.state});
        }
        must(begin_.run());
        must(insert_.bind_blob(1, body_).run());
        must(commit_.run());
    }

private:
    Connection file_;
    Statement begin_, insert_, commit_;
    std::string body_;
};

struct Figure {
    double events_per_second = 0;
    double cpu_us_per_event = 0;
    double bytes_per_event = 0;
    double p50_ms = 0;
    double p99_ms = 0;
};

// Commits prepared commits for `seconds` and takes the time of the commits alone.
Figure measure(Source& source, std::size_t batch, double seconds,
               const std::function<void(const Commit&)>& run) {
    std::vector<double> times;
    double busy = 0;
    double cpu = 0;
    const double written = proc_number("io", "wchar:");
    while (busy < seconds) {
        const Commit commit = source.commit(batch);
        const double cpu_before = cpu_seconds();
        const auto start = Watch::now();
        run(commit);
        times.push_back(seconds_since(start));
        cpu += cpu_seconds() - cpu_before;
        busy += times.back();
    }
    std::sort(times.begin(), times.end());
    const auto events = static_cast<double>(times.size() * batch);
    Figure out;
    out.events_per_second = events / busy;
    out.cpu_us_per_event = cpu * 1e6 / events;
    out.bytes_per_event = (proc_number("io", "wchar:") - written) / events;
    out.p50_ms = times[times.size() / 2] * 1e3;
    out.p99_ms = times[times.size() * 99 / 100] * 1e3;
    return out;
}

Figure median(std::vector<Figure> figures) {
    std::sort(figures.begin(), figures.end(), [](const Figure& a, const Figure& b) {
        return a.events_per_second < b.events_per_second;
    });
    return figures[figures.size() / 2];
}

void print(std::size_t batch, const char* name, const Figure& figure, const Figure& bare) {
    std::printf(
        "%5zu  %-12s %9.0f events/s  %5.2f of bare  %6.2f us cpu  %6.0f B written  "
        "p50 %.2f ms  p99 %.2f ms\n",
        batch, name, figure.events_per_second, figure.events_per_second / bare.events_per_second,
        figure.cpu_us_per_event, figure.bytes_per_event, figure.p50_ms, figure.p99_ms);
    std::fflush(stdout);
}

void compare(Source& source, Store& store, BareLoop& bare, std::size_t batch, double seconds) {
    auto commit_and_tidy = [&](const Commit& commit) {
        must(store.commit(commit));
        must(store.maintain());
    };
    auto load_first = [&](const Commit& commit) {
        for (const CustomerWrite& write : commit.customers) {
            must(store.load(store.find(write.customer).value()));
        }
        commit_and_tidy(commit);
    };
    std::vector<Figure> figures[3];
    for (int round = 0; round < kRounds; ++round) {
        figures[0].push_back(
            measure(source, batch, seconds, [&](const Commit& commit) { bare.write(commit); }));
        figures[1].push_back(measure(source, batch, seconds, commit_and_tidy));
        figures[2].push_back(measure(source, batch, seconds, load_first));
    }
    const Figure base = median(figures[0]);
    print(batch, "bare", base, base);
    print(batch, "commit", median(figures[1]), base);
    print(batch, "load+commit", median(figures[2]), base);
}

std::unique_ptr<Store> open_store(const std::string& path) {
    SqliteStore::Options options;
    options.path = path;
    return must(SqliteStore::open(options));
}

void fill(Store& store, Source& source, std::size_t customers) {
    const auto start = Watch::now();
    for (std::size_t next = 0; next < customers;) {
        Commit commit;
        for (; commit.customers.size() < 1'000 && next < customers; ++next) {
            commit.customers.push_back(source.write(next));
        }
        must(store.commit(commit));
        must(store.maintain());
    }
    std::printf("filled %zu customers at %.0f/s\n", customers,
                static_cast<double>(customers) / seconds_since(start));
}

std::unique_ptr<Store> reopen(std::unique_ptr<Store> store, const std::string& path) {
    store.reset();
    ::malloc_trim(0);  // so that what the store had is not counted as free for the next one
    const double before = proc_number("status", "VmRSS:");
    const auto start = Watch::now();
    store = open_store(path);
    const double seconds = seconds_since(start);
    const double bytes = (proc_number("status", "VmRSS:") - before) * 1024;
    std::printf("open: %.2f s, file %.0f MB, memory %.0f B a customer with 16 MB of page cache\n",
                seconds, static_cast<double>(std::filesystem::file_size(path)) / 1e6,
                bytes / static_cast<double>(store->customers()));
    return store;
}

int run(const std::string& folder, std::size_t customers, double seconds) {
    std::filesystem::create_directories(folder);
    const std::string path = folder + "/bench.db";
    const std::string bare_path = folder + "/bare.db";
    for (const char* suffix : {"", "-wal", "-shm", ".lock"}) {
        std::filesystem::remove(path + suffix);
        std::filesystem::remove(bare_path + suffix);
    }
    Source source(customers);
    auto store = open_store(path);
    fill(*store, source, customers);
    store = reopen(std::move(store), path);
    BareLoop bare(bare_path);
    for (std::size_t batch : {1U, 10U, 100U, 1'000U}) {
        compare(source, *store, bare, batch, seconds);
    }
    reopen(std::move(store), path);
    return 0;
}

}  // namespace
}  // namespace sluice

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: store_bench FOLDER [CUSTOMERS [SECONDS]]\n");
        return 2;
    }
    const std::size_t customers = count > 2 ? std::stoul(words[2]) : 1'000'000;
    const double seconds = count > 3 ? std::stod(words[3]) : 1.0;
    return sluice::run(words[1], customers, seconds);
}
