#pragma once

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sluice::connectors::test {

/// The server's end of one connection, blocking, plain or TLS. Every read ends when the client
/// closes or the server is stopped.
class Wire {
public:
    explicit Wire(int fd) : fd_(fd) {}
    ~Wire() {
        SSL_free(ssl_);
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    bool start_tls(SSL_CTX* context) {
        ssl_ = SSL_new(context);
        SSL_set_fd(ssl_, fd_);
        return SSL_accept(ssl_) == 1;
    }
    void write(const std::string& text) {
        if (ssl_ != nullptr) {
            SSL_write(ssl_, text.data(), static_cast<int>(text.size()));
        } else {
            static_cast<void>(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL));
        }
    }
    /// Without its line end; empty optional at the end of the connection.
    std::optional<std::string> line() {
        for (;;) {
            const std::size_t end = buffer_.find('\n');
            if (end != std::string::npos) {
                std::string out = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                if (out.ends_with('\r')) {
                    out.pop_back();
                }
                return out;
            }
            if (!fill()) {
                return std::nullopt;
            }
        }
    }
    bool exactly(std::size_t bytes, std::string& out) {
        while (buffer_.size() < bytes) {
            if (!fill()) {
                return false;
            }
        }
        out = buffer_.substr(0, bytes);
        buffer_.erase(0, bytes);
        return true;
    }
    /// Waits until the client has gone.
    void wait_for_end() {
        while (fill()) {
            buffer_.clear();
        }
    }
    /// Ends the connection by RST instead of FIN.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        ::close(fd_);
        fd_ = -1;
    }
    [[nodiscard]] bool encrypted() const { return ssl_ != nullptr; }
    [[nodiscard]] std::string server_name() const {
        const char* name =
            ssl_ == nullptr ? nullptr : SSL_get_servername(ssl_, TLSEXT_NAMETYPE_host_name);
        return name == nullptr ? "" : name;
    }

private:
    bool fill() {
        char chunk[16 * 1024];
        const auto got = ssl_ != nullptr ? SSL_read(ssl_, chunk, sizeof chunk)
                                         : ::recv(fd_, chunk, sizeof chunk, 0);
        if (got <= 0) {
            return false;
        }
        buffer_.append(chunk, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    SSL* ssl_ = nullptr;
    std::string buffer_;
};

inline int listen_on_loopback(std::uint16_t& port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(fd, 64);
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    return fd;
}

/// A port nobody listens on at the moment.
inline std::uint16_t free_port() {
    std::uint16_t port = 0;
    ::close(listen_on_loopback(port));
    return port;
}

/// Accepts connections on a free loopback port, each handled on its own thread, until destroyed.
class LoopbackServer {
public:
    using Handler = std::function<void(Wire&)>;

    explicit LoopbackServer(Handler handler) : handler_(std::move(handler)) {
        listener_ = listen_on_loopback(port_);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~LoopbackServer() {
        stopping_ = true;
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        ::close(listener_);
        {
            const std::lock_guard lock(mutex_);
            for (const int fd : open_) {
                ::shutdown(fd, SHUT_RDWR);
            }
        }
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    LoopbackServer(const LoopbackServer&) = delete;
    LoopbackServer& operator=(const LoopbackServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] int connections() const { return connections_; }

private:
    void accept_all() {
        while (!stopping_) {
            const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) {
                return;
            }
            ++connections_;
            const std::lock_guard lock(mutex_);
            open_.insert(fd);
            threads_.emplace_back([this, fd] { serve(fd); });
        }
    }
    void serve(int fd) {
        Wire wire(fd);
        handler_(wire);
        const std::lock_guard lock(mutex_);
        open_.erase(fd);
    }

    Handler handler_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;
    std::set<int> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

}  // namespace sluice::connectors::test
