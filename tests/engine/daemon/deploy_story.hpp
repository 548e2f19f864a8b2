#pragma once

#include "tests/engine/daemon/forked_daemon.hpp"

#include <algorithm>
#include <map>

/// The little language of the deploy tests: people, a clock, flows that change, a daemon that dies.
/// Times are `DD HH:MM[:SS]` of March 2126 in UTC, later than any clock on a wall, so that nothing
/// is due by itself.
namespace sluice::testing {

inline constexpr std::string_view kWorld = R"(
customer {
  email text optional personal
  phone text optional personal
  time_zone timezone optional
  points number default 0
  renewal date optional
}
event Begin { kind text key  size number optional }
event Viewed { kind text optional }
event Bought { total money optional }
policy Default {
  time zone customer.time_zone, otherwise "UTC"
  consent email when customer.email is known
  consent sms when customer.phone is known
  quiet hours email from 22:00 to 07:00, hold up to 12 hours
}
message Hello { topic News  email { subject "Hello" body "<p>Hello</p>" }  sms "Hello" }
message Second { topic News  email { subject "Second" body "<p>Second</p>" }  sms "Second" }
message Third { topic News  sms "Third" }
)";

/// How a daemon comes to its end in the middle of things.
enum class Ends : std::uint8_t {
    stopped,  // and started again
    killed,   // kill -9
    between,  // kill -9, and of a deploy nothing has happened but that it is kept
};

class DeployStory : public ::testing::Test {
protected:
    void SetUp() override {
        root_ = std::filesystem::temp_directory_path() /
                ("sluice-deploy-" + std::to_string(::getpid()));
        std::filesystem::remove_all(root_);
        config_.data = (root_ / "data").string();
        config_.shards = 2;
        config_.log_level = "error";
        config_.listen.port = 0;
        config_.connectors["box"] = {"mailbox", {}};
        config_.routes = {{"email", "box"}, {"sms", "box"}};
    }
    void TearDown() override {
        daemon_.reset();
        std::filesystem::remove_all(root_);
    }

    static Instant at(const std::string& text) {
        const auto found = parse_rfc3339("2126-03-" + text.substr(0, 2) + "T" + text.substr(3) +
                                         (text.size() > 8 ? "Z" : ":00Z"));
        EXPECT_TRUE(found.has_value()) << text;
        return found.value_or(kEpoch);
    }
    static std::string text_of(Instant at) {
        std::string text = format_rfc3339(at).substr(8);
        text[2] = ' ';
        text.pop_back();
        return text.ends_with(":00") ? text.substr(0, 8) : text;
    }

    static Project project_of(std::string_view flows, std::string_view world = kWorld) {
        Project project;
        project.sources.files.push_back({"world.flow", std::string(world)});
        project.sources.files.push_back({"flows.flow", std::string(flows)});
        const auto compiled = compile_project(project);
        for (const dsl::Diagnostic& diagnostic : compiled.diagnostics) {
            EXPECT_NE(diagnostic.severity, dsl::Severity::error)
                << dsl::render_text(diagnostic, project.sources);
        }
        return project;
    }

    void begin(const std::string& when, std::string_view flows) {
        set_log_level(LogLevel::error);
        clock_.set(at(when));
        directory_ = project_of(flows);
        daemon_ = std::make_unique<ForkedDaemon>(config_, clock_);
        daemon_->start(directory_);
    }
    /// The daemon ends and starts again, on the flows of its directory, as ever.
    void interrupt(Ends how) {
        if (how == Ends::stopped) {
            daemon_->stop();
        } else {
            daemon_->kill();
        }
        daemon_->start(directory_);
    }

    // ---- what clients do; durable once it returns

    void call(const std::string& kind, const std::string& body) {
        const api::Reply reply = daemon_->ask(api::post("/v1/" + kind, body,
                                                        "Authorization: Basic a2V5Og==\r\n"
                                                        "Content-Type: application/json\r\n"));
        ASSERT_EQ(reply.status, 200) << reply.body;
    }
    void identify(const std::string& who, const std::string& traits = "") {
        call("identify", R"({"userId":")" + who + R"(","traits":{"email":")" + who +
                             R"(@example.com","phone":"+491510000000")" +
                             (traits.empty() ? "" : "," + traits) + "}}");
    }
    void track(const std::string& who, const std::string& event,
               const std::string& properties = "{}") {
        call("track", R"({"userId":")" + who + R"(","event":")" + event + R"(","properties":)" +
                          properties + "}");
    }
    void enter(const std::string& who, const std::string& kind) {
        identify(who, R"("renewal":"2126-03-06")");
        track(who, "Begin", R"({"kind":")" + kind + R"("})");
    }

    // ---- deploys

    api::Reply post_deploy(const Project& project, const std::string& query = "") {
        return daemon_->ask(api::post("/v1/releases" + query, encode(project),
                                      "Content-Type: application/octet-stream\r\n"));
    }
    /// A deploy, and an end of the daemon before the shards are through with it.
    void deploy(const Project& project, const ReleaseOptions& options, const std::string& query,
                Ends how) {
        if (how == Ends::between) {
            daemon_->kill();
            keep(project, options);
        } else {
            const api::Reply reply = post_deploy(project, query);
            ASSERT_EQ(reply.status, 200) << reply.body;
            how == Ends::stopped ? daemon_->stop() : daemon_->kill();
        }
        daemon_->start(directory_);
        settle();
    }
    /// All of a deploy that outlives a crash right after it: the release is in the first shard.
    void keep(const Project& project, ReleaseOptions options) {
        options.origin = ReleaseOptions::Origin::deploy;
        const auto compiled = compile_project(project);
        SqliteStore::Options where;
        where.path = shard_path(config_.data, 0);
        where.shards = config_.shards;
        auto store = SqliteStore::open(std::move(where));
        ASSERT_TRUE(store.has_value()) << store.error().detail;
        const auto number =
            static_cast<std::uint32_t>(store.value()->releases().value().size() + 1);
        ASSERT_TRUE(store.value()
                        ->add_release({number, compiled.program->hash, clock_.now(),
                                       encode(project), encode(options)})
                        .has_value());
    }
    [[nodiscard]] std::vector<Release> releases() const {
        auto readers = open_shard_readers(config_.data);
        EXPECT_TRUE(readers.has_value());
        return readers.value().front()->releases().value();
    }

    // ---- time

    /// Everything due at or before the instant has happened at its own instant, and every message
    /// has been handed over.
    void pass_to(const std::string& when) {
        settle();  // no time goes by while something is left to do: a message would grow stale
        const Instant end = at(when);
        for (Instant due = next_due(); due <= end; due = next_due()) {
            clock_.set(std::max(due, clock_.now()));
            settle();
        }
        clock_.set(end);
        settle();
    }
    /// Waits until nothing is left to do at the present instant.
    void settle() {
        const auto give_up = std::chrono::steady_clock::now() + api::kPatience;
        while (std::chrono::steady_clock::now() < give_up) {
            ASSERT_EQ(daemon_->get("/v1/doubts").status, 200);  // wakes every shard
            if (settled()) {
                return;
            }
        }
        FAIL() << "something is left to do, and nobody does it";
    }
    [[nodiscard]] Instant next_due() {
        Instant due = kNever;
        auto readers = open_shard_readers(config_.data);
        EXPECT_TRUE(readers.has_value());
        for (auto& store : readers.value()) {
            const auto seen =
                store->due([&](CustomerNo, Instant one) { due = std::min(due, one); });
            EXPECT_TRUE(seen.has_value());
        }
        return due;
    }
    [[nodiscard]] bool settled() {
        auto readers = open_shard_readers(config_.data);
        EXPECT_TRUE(readers.has_value());
        const auto number =
            static_cast<std::uint32_t>(readers.value().front()->releases().value().size());
        // In the order in which work is handed on: whoever has come to the release has handed on
        // what follows from it, and a message is ready before it is claimed; one that is to be
        // tried again is ready once more.
        bool done = true;
        const auto seen =
            each_customer(readers.value(), [&](Store&, CustomerNo, const Customer& c) {
                done = done && c.layouts.front().release == number;
                return Result<void>(success());
            });
        for (auto& store : readers.value()) {
            done = done &&
                   store->due([&](CustomerNo, Instant due) { done = done && due > clock_.now(); })
                       .has_value();
            for (const OutboxStatus status :
                 {OutboxStatus::ready, OutboxStatus::claimed, OutboxStatus::ready}) {
                done = done && store->outbox_heads(status, [&](const OutboxRow&) { done = false; })
                                   .has_value();
            }
        }
        return done && seen.has_value();
    }

    // ---- what happened

    /// `05 12:00 sent sms Hello`, `… migrated Sleep@s1`, `… goal Sleep`, `… ended Sleep:
    /// completed`.
    std::vector<std::string> story(const std::string& who) {
        const api::Reply reply = daemon_->get("/v1/customers/" + who + "/explain");
        EXPECT_EQ(reply.status, 200) << reply.body;
        std::vector<std::string> lines;
        const boost::json::value told = boost::json::parse(reply.body);
        for (const boost::json::value& entry : told.at("entries").as_array()) {
            const std::string line = line_of(entry.as_object());
            if (!line.empty()) {
                lines.push_back(line);
            }
        }
        return lines;
    }
    std::vector<std::string> sent(const std::string& who) {
        std::vector<std::string> lines = story(who);
        std::erase_if(lines, [](const std::string& line) {
            return line.find(" sent ") == std::string::npos;
        });
        return lines;
    }
    /// What arrived, oldest first: subjects of mails and names of text messages.
    std::vector<std::string> arrived(const std::string& who) {
        std::vector<std::string> out;
        std::string query;
        for (bool more = true; more;) {
            const api::Reply reply = daemon_->get("/mailbox.json" + query);
            EXPECT_EQ(reply.status, 200);
            const boost::json::value told = boost::json::parse(reply.body);
            for (const boost::json::value& entry : told.at("entries").as_array()) {
                if (entry.at("customer").as_string() == who) {
                    const bool mail = entry.at("channel").as_string() == "email";
                    out.emplace_back(entry.at(mail ? "subject" : "message").as_string());
                }
            }
            more = told.at("next_before").is_number();
            query = more ? "?before=" + boost::json::serialize(told.at("next_before")) : "";
        }
        std::reverse(out.begin(), out.end());
        return out;
    }
    /// Nothing twice, nothing lost: what was decided is what arrived.
    void expect_books_to_balance(const std::string& who) {
        settle();
        EXPECT_EQ(sent(who).size(), arrived(who).size())
            << who << "\n"
            << outbox_of(who) << ::testing::PrintToString(story(who));
        EXPECT_EQ(daemon_->get("/v1/doubts").body, "{\"doubts\":[]}\n");
    }

    /// For a failure's message: what became of each message.
    std::string outbox_of(const std::string& who) {
        auto readers = open_shard_readers(config_.data);
        EXPECT_TRUE(readers.has_value());
        std::string out;
        const auto line = [&](const OutboxRow& row) {
            out += row.customer == who
                       ? row.id + " " + format_rfc3339(row.created_at) + " status " +
                             std::to_string(static_cast<int>(row.status)) + " " + row.outcome + "\n"
                       : "";
        };
        for (auto& store : readers.value()) {
            for (std::uint8_t status = 0; status <= 5; ++status) {
                EXPECT_TRUE(
                    store->outbox_heads(static_cast<OutboxStatus>(status), line).has_value());
            }
        }
        return out;
    }

    std::filesystem::path root_;
    Config config_;
    SharedClock clock_{kEpoch};
    Project directory_;
    std::unique_ptr<ForkedDaemon> daemon_;

private:
    static std::string line_of(const boost::json::object& entry) {
        const auto text = [&](const char* name) {
            const auto* value = entry.if_contains(name);
            return value == nullptr ? std::string() : std::string(value->as_string());
        };
        const std::string kind = text("kind");
        const auto when = parse_rfc3339(text("at"));
        const std::string head = text_of(when.value_or(kEpoch)) + " " + kind + " ";
        if (kind == "sent" || kind == "skipped") {
            return head + text("channel") + " " + text("message") +
                   (kind == "skipped" ? ": " + text("reason") : "");
        }
        if (kind == "migrated") {
            return head + text("flow") + "@" + text("step");
        }
        if (kind == "goal") {
            return head + text("flow");
        }
        if (kind == "ended") {
            return head + text("flow") + ": " +
                   text(text("reason") == "stopped" ? "note" : "reason");
        }
        return kind == "not entered" ? head + text("flow") + ": " + text("reason") : "";
    }
};

}  // namespace sluice::testing
