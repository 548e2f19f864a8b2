#pragma once

#include "engine/api/http_server.hpp"
#include "engine/ingest/sink.hpp"

#include <gtest/gtest.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

/// A server on a free port with its own thread, and a client that sends exact bytes.
namespace sluice::api {

/// No wait of these tests takes this long unless something is broken.
inline constexpr std::chrono::seconds kPatience{20};

class RunningServer {
public:
    RunningServer(HttpServer::Options options, Routes routes)
        : server_(io_, std::move(options), std::move(routes)), work_(io_.get_executor()) {
        const auto started = server_.start();
        EXPECT_TRUE(started.has_value()) << (started.has_value() ? "" : started.error().detail);
        thread_ = std::thread([this] { io_.run(); });
    }
    explicit RunningServer(Routes routes)
        : RunningServer(HttpServer::Options(), std::move(routes)) {}
    ~RunningServer() {
        EXPECT_TRUE(stop()) << "the server did not stop";
        work_.reset();
        io_.stop();
        thread_.join();
    }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    bool stop() {
        const auto stopped = std::make_shared<std::promise<void>>();
        auto future = stopped->get_future();
        server_.stop([stopped] { stopped->set_value(); });
        return future.wait_for(kPatience) == std::future_status::ready;
    }
    HttpServer& server() { return server_; }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }

private:
    boost::asio::io_context io_;
    HttpServer server_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

/// One response as it came.
struct Reply {
    int status = 0;
    std::string head;
    std::string body;
    [[nodiscard]] std::string header(std::string_view name) const {
        const std::size_t at = head.find("\r\n" + std::string(name) + ": ");
        if (at == std::string::npos) {
            return "";
        }
        const std::size_t start = at + name.size() + 4;
        return head.substr(start, head.find("\r\n", start) - start);
    }
};

/// A blocking client; reads give up after kPatience.
class RawClient {
public:
    explicit RawClient(std::uint16_t port) : socket_(io_) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        const timeval patience{kPatience.count(), 0};
        setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }

    /// False when the server has closed.
    bool send(std::string_view bytes) {
        boost::system::error_code error;
        boost::asio::write(socket_, boost::asio::buffer(bytes.data(), bytes.size()), error);
        return !error;
    }
    void finish_sending() {
        boost::system::error_code ignored;
        socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    }
    void close() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    /// The next response; status 0 when the connection ended before it was whole.
    Reply receive(bool head_only = false) {
        Reply reply;
        while (buffer_.find("\r\n\r\n") == std::string::npos) {
            if (!fill()) {
                return reply;
            }
        }
        const std::size_t end = buffer_.find("\r\n\r\n") + 4;
        reply.head = buffer_.substr(0, end);
        buffer_.erase(0, end);
        const std::string length = reply.header("Content-Length");
        const std::size_t size = length.empty() || head_only ? 0 : std::stoul(length);
        while (buffer_.size() < size) {
            if (!fill()) {
                return Reply();
            }
        }
        reply.body = buffer_.substr(0, size);
        buffer_.erase(0, size);
        reply.status = std::stoi(reply.head.substr(9, 3));
        return reply;
    }

    /// Whether the server closes, with nothing more to say.
    bool closed() { return buffer_.empty() && !fill() && ended_; }

private:
    bool fill() {
        char block[4096];
        boost::system::error_code error;
        const std::size_t count = socket_.read_some(boost::asio::buffer(block), error);
        ended_ = error == boost::asio::error::eof || error == boost::asio::error::connection_reset;
        buffer_.append(block, count);
        return !error;
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;
    std::string buffer_;
    bool ended_ = false;
};

inline std::string post(std::string_view path, std::string_view body,
                        std::string_view fields = "") {
    std::string out = "POST ";
    out.append(path).append(" HTTP/1.1\r\nHost: localhost\r\nContent-Length: ");
    out.append(std::to_string(body.size()))
        .append("\r\n")
        .append(fields)
        .append("\r\n")
        .append(body);
    return out;
}

/// Keeps what is submitted. Threads: submit() on the server's, the rest on the test's.
class RecordingSink {
public:
    using Done = std::function<void(Result<void>)>;

    /// How the next submissions go; after the list, all are done at once.
    /// `lose` takes the events and then says that they did not become durable.
    enum class Plan { accept, refuse, hold, lose };
    void plan(std::vector<Plan> plans) {
        const std::lock_guard lock(mutex_);
        plans_ = std::move(plans);
    }
    IngestSink sink() {
        IngestSink out;
        out.submit = [this](std::vector<InboundEvent> events, Done done) {
            return submit(std::move(events), std::move(done));
        };
        return out;
    }
    std::vector<InboundEvent> events() {
        const std::lock_guard lock(mutex_);
        return events_;
    }
    std::size_t refusals() {
        const std::lock_guard lock(mutex_);
        return refusals_;
    }
    /// The `done` of the next held submission; waits for it.
    Done held() {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, kPatience, [this] { return !held_.empty(); });
        EXPECT_TRUE(came) << "nothing was submitted";
        if (!came) {
            return [](const Result<void>&) {};
        }
        Done done = std::move(held_.front());
        held_.erase(held_.begin());
        return done;
    }

private:
    bool submit(std::vector<InboundEvent> events, Done done) {
        std::unique_lock lock(mutex_);
        Plan plan = Plan::accept;
        if (!plans_.empty()) {
            plan = plans_.front();
            plans_.erase(plans_.begin());
        }
        if (plan == Plan::refuse) {
            ++refusals_;
            return false;
        }
        events_.insert(events_.end(), events.begin(), events.end());
        if (plan == Plan::hold) {
            held_.push_back(std::move(done));
            changed_.notify_all();
            return true;
        }
        lock.unlock();
        done(plan == Plan::lose ? Result<void>(fail(Errc::unavailable, "restarting")) : success());
        return true;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Plan> plans_;
    std::vector<InboundEvent> events_;
    std::vector<Done> held_;
    std::size_t refusals_ = 0;
};

}  // namespace sluice::api
