#include "engine/api/completion.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace sluice::api {

namespace asio = boost::asio;

void Completion::complete(std::shared_ptr<Completion> self, Result<void> result) {
    const auto executor = self->timer_.get_executor();
    asio::post(executor, [self = std::move(self), result = std::move(result)]() mutable {
        self->result_.emplace(std::move(result));
        self->timer_.cancel();
    });
}

asio::awaitable<std::optional<Result<void>>> Completion::wait(std::shared_ptr<Completion> self,
                                                              Millis deadline) {
    if (!self->result_) {
        self->timer_.expires_after(deadline);
        co_await self->timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return self->result_;
}

}  // namespace sluice::api
