#include "connectors/email/smtp_pool.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace sluice::connectors {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> say_goodbye(std::unique_ptr<SmtpLink> link) {
    co_await link->quit();
}

}  // namespace

SmtpPool::SmtpPool(asio::any_io_executor executor, const SmtpSettings& settings)
    : executor_(std::move(executor)), settings_(settings), sweeper_(executor_) {}

std::unique_ptr<SmtpLink> SmtpPool::take_idle() {
    while (!idle_.empty()) {
        auto link = std::move(idle_.back().link);
        idle_.pop_back();
        if (link->fit_for_more()) {
            return link;
        }
    }
    return nullptr;
}

asio::awaitable<std::unique_ptr<SmtpLink>> SmtpPool::acquire(Deadline deadline) {
    while (!closed_ && busy_ >= settings_.connections_max) {
        auto turn = std::make_shared<asio::steady_timer>(executor_, deadline);
        waiters_.push_back(turn);
        co_await turn->async_wait(asio::as_tuple(asio::use_awaitable));
        std::erase(waiters_, turn);
        const auto state = co_await asio::this_coro::cancellation_state;
        const bool cancelled = state.cancelled() != asio::cancellation_type::none;
        if (cancelled || std::chrono::steady_clock::now() >= deadline) {
            wake_one();  // the place that woke us, if any, belongs to the next
            co_return nullptr;
        }
    }
    if (closed_) {
        co_return nullptr;
    }
    ++busy_;
    auto link = take_idle();
    if (!link) {
        link = std::make_unique<SmtpLink>(executor_, settings_);
    }
    co_return link;
}

std::unique_ptr<SmtpLink> SmtpPool::replace(std::unique_ptr<SmtpLink> dead) {
    dead.reset();
    return std::make_unique<SmtpLink>(executor_, settings_);
}

void SmtpPool::wake_one() {
    if (busy_ < settings_.connections_max && !waiters_.empty()) {
        waiters_.front()->cancel();
        waiters_.pop_front();
    }
}

void SmtpPool::release(std::unique_ptr<SmtpLink> link) {
    --busy_;
    if (!closed_ && link->fit_for_more()) {
        idle_.push_back(Idle{std::move(link), std::chrono::steady_clock::now()});
        schedule_sweep();
    } else {
        dismiss(std::move(link));
    }
    wake_one();
}

void SmtpPool::dismiss(std::unique_ptr<SmtpLink> link) {
    asio::co_spawn(executor_, say_goodbye(std::move(link)), asio::detached);
}

void SmtpPool::schedule_sweep() {
    if (idle_.empty()) {
        return;
    }
    sweeper_.expires_at(idle_.front().since + settings_.idle_close);
    sweeper_.async_wait([weak = weak_from_this()](const boost::system::error_code& code) {
        const auto self = weak.lock();
        if (!code && self) {
            self->sweep();
        }
    });
}

void SmtpPool::sweep() {
    const auto now = std::chrono::steady_clock::now();
    while (!idle_.empty() && idle_.front().since + settings_.idle_close <= now) {
        dismiss(std::move(idle_.front().link));
        idle_.erase(idle_.begin());
    }
    schedule_sweep();
}

void SmtpPool::close() {
    closed_ = true;
    sweeper_.cancel();
    for (Idle& idle : idle_) {
        dismiss(std::move(idle.link));
    }
    idle_.clear();
    for (const Waiter& waiter : waiters_) {
        waiter->cancel();
    }
}

}  // namespace sluice::connectors
