#include "engine/daemon/admin_routes.hpp"

#include "connectors/mailbox/mailbox_page.hpp"
#include "engine/api/completion.hpp"
#include "engine/api/problem.hpp"
#include "engine/base/json_text.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/daemon/engine.hpp"
#include "engine/runtime/doubt.hpp"
#include "engine/runtime/explain.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <memory>

namespace sluice {
namespace {

using api::Request;
using api::Response;

constexpr Millis kQueryTimeout{10'000};
constexpr Millis kDeployTimeout{60'000};
constexpr std::size_t kDoubtsMax = 1'000;

/// A query on a shard's thread and the text it answers with.
struct Query {
    explicit Query(const boost::asio::any_io_executor& executor)
        : completion(std::make_shared<api::Completion>(executor)) {}
    std::shared_ptr<api::Completion> completion;
    std::string answer;
};

Response json(std::string body) {
    return {200, "application/json", std::move(body)};
}

boost::asio::awaitable<Response> finish(std::shared_ptr<Query> query,
                                        Millis within = kQueryTimeout) {
    const auto done = co_await api::Completion::wait(query->completion, within);
    if (!done) {
        co_return api::problem(Error{Errc::timeout, "the shard did not answer in time"});
    }
    if (!done->has_value()) {
        co_return api::problem(done->error());
    }
    co_return json(std::move(query->answer));
}

Result<std::string> explain_on(Shard& shard, const std::string& customer, const std::string& flow) {
    StoryRequest request;
    request.flow = flow;
    SLUICE_TRY(auto story, read_story(shard.store(), customer, request));
    SLUICE_TRY(auto record, shard.customer(customer));
    story.zone = zone_of(*shard.releases().ready().program, record.layouts.front());
    if (shard.experiments() != nullptr) {
        note_decisions(story, shard.experiments()->decisions());
    }
    return render_json(story);
}

boost::asio::awaitable<Response> explain(const Router* router, Request request) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto query = std::make_shared<Query>(executor);
    const std::string customer = router->person_of(std::string(request.param("id")));
    const std::string flow(request.query_value("flow").value_or(""));
    std::function<void(Shard&)> task = [query, customer, flow](Shard& shard) {
        auto told = explain_on(shard, customer, flow);
        Result<void> result = success();
        if (told.has_value()) {
            query->answer = std::move(told.value());
        } else {
            result = told.error();
        }
        api::Completion::complete(query->completion, result);
    };
    router->shard_of(customer).run(std::move(task));
    co_return co_await finish(query);
}

/// The doubts of every shard, one shard after the other.
boost::asio::awaitable<Response> doubts(const Router* router, Request) {
    const auto executor = co_await boost::asio::this_coro::executor;
    std::string body = "{\"doubts\":[";
    for (Shard* shard : router->shards()) {
        auto query = std::make_shared<Query>(executor);
        std::function<void(Shard&)> task = [query](Shard& owner) {
            auto rows = owner.store().outbox(OutboxStatus::unknown, kDoubtsMax);
            Result<void> result = success();
            if (rows.has_value()) {
                for (const OutboxRow& row : rows.value()) {
                    query->answer += (query->answer.empty() ? "" : ",") + doubt_json(row);
                }
            } else {
                result = rows.error();
            }
            api::Completion::complete(query->completion, result);
        };
        shard->run(std::move(task));
        const auto done = co_await api::Completion::wait(query->completion, kQueryTimeout);
        if (!done || !done->has_value()) {
            co_return api::problem(Error{Errc::unavailable, "a shard did not answer"});
        }
        body += (body.ends_with('[') || query->answer.empty() ? "" : ",") + query->answer;
    }
    co_return json(body + "]}\n");
}

/// Only the shard that has the message resolves it; the others do not know it.
boost::asio::awaitable<Response> resolve_doubt(const Router* router, Request request) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const std::string id(request.param("id"));
    const auto verdict = doubt_verdict(request.query_value("verdict").value_or(""));
    if (!verdict) {
        co_return api::problem(
            Error{Errc::invalid_argument, "verdict must be sent, resend or drop"});
    }
    Response answer = api::problem(Error{Errc::not_found, "no message of that id is known"});
    for (Shard* shard : router->shards()) {
        auto query = std::make_shared<Query>(executor);
        std::function<void(Shard&)> task = [query, id, word = *verdict](Shard& owner) {
            api::Completion::complete(query->completion, owner.resolve(id, word));
        };
        shard->run(std::move(task));
        const auto done = co_await api::Completion::wait(query->completion, kQueryTimeout);
        if (done && done->has_value()) {
            co_return json("{\"resolved\":true}\n");
        }
        if (done && done->error().code != Errc::not_found) {
            answer = api::problem(done->error());
        }
    }
    co_return answer;
}

MailboxQuery query_of(const Request& request) {
    MailboxQuery query;
    query.text = request.query_value("q").value_or("");
    const std::string_view channel = request.query_value("channel").value_or("");
    if (channel == "email") {
        query.channel = Channel::email;
    } else if (channel == "sms") {
        query.channel = Channel::sms;
    }
    const std::string_view before = request.query_value("before").value_or("");
    std::from_chars(before.data(), before.data() + before.size(), query.before);
    return query;
}

Response page(std::string html) {
    Response response(200, "text/html; charset=utf-8", std::move(html));
    response.set("Content-Security-Policy", mailbox_content_security_policy());
    return response;
}

void add_mailbox_routes(api::Routes& routes, Mailbox* mailbox) {
    routes.add("GET", "/mailbox", api::immediate([mailbox](const Request& request) {
                   const MailboxQuery query = query_of(request);
                   auto entries = mailbox->list(query);
                   return entries.has_value() ? page(render_list_page(entries.value(), query))
                                              : api::problem(entries.error());
               }));
    routes.add("GET", "/mailbox.json", api::immediate([mailbox](const Request& request) {
                   const MailboxQuery query = query_of(request);
                   auto entries = mailbox->list(query);
                   return entries.has_value() ? json(to_json(entries.value(), query))
                                              : api::problem(entries.error());
               }));
    const auto one = [mailbox](const Request& request, bool as_json) {
        auto entry = mailbox->get(std::string(request.param("id")));
        if (!entry.has_value()) {
            return api::problem(entry.error());
        }
        if (!entry.value()) {
            return api::problem(Error{Errc::not_found, "no such message in the mailbox"});
        }
        return as_json ? json(to_json(*entry.value())) : page(render_message_page(*entry.value()));
    };
    routes.add("GET", "/mailbox/:id",
               api::immediate([one](const Request& request) { return one(request, false); }));
    routes.add("GET", "/mailbox.json/:id",
               api::immediate([one](const Request& request) { return one(request, true); }));
}

using Work = std::function<Result<std::string>(Engine&)>;

/// Deploys wait for shards and counts read every record, so they run beside the thread that answers
/// requests.
boost::asio::awaitable<Response> beside(Engine* engine, boost::asio::thread_pool* pool, Work work) {
    const auto executor = co_await boost::asio::this_coro::executor;
    auto query = std::make_shared<Query>(executor);
    std::function<void()> task = [query, engine, work = std::move(work)] {
        Result<void> result = success();
        if (auto answer = work(*engine); answer.has_value()) {
            query->answer = std::move(answer.value());
        } else {
            result = answer.error();
        }
        api::Completion::complete(query->completion, result);
    };
    boost::asio::post(*pool, std::move(task));
    co_return co_await finish(query, kDeployTimeout);
}

std::string deployed_json(std::uint32_t number) {
    return JsonObject().number("release", number).take() + "\n";
}

std::string deployed_json(const Deployed& deployed) {
    JsonObject out;
    return out.number("release", deployed.release)
               .text("plan", deployed.plan)
               .text("told", deployed.told)
               .take() +
           "\n";
}

/// A page of another site can make a browser send a form, but not this type without asking first.
bool of_an_operator(const Request& request) {
    return request.header("Content-Type").value_or("") == "application/octet-stream";
}

Response wrong_type() {
    return api::problem(Error{Errc::invalid_argument,
                              "deploys are sent as Content-Type: application/octet-stream"});
}

ReleaseOptions options_of(const Request& request) {
    ReleaseOptions options;
    options.origin = ReleaseOptions::Origin::deploy;
    options.drain = request.query_value("drain").has_value();
    options.choices.stop = request.query_value("stop").has_value();
    options.choices.fire = request.query_value("fire").has_value();
    options.choices.sweep = request.query_value("sweep").has_value();
    const std::string_view rate = request.query_value("retime_rate").value_or("");
    std::from_chars(rate.data(), rate.data() + rate.size(), options.choices.retime_per_minute);
    options.choices.retime_per_minute =
        std::max<std::uint32_t>(1, options.choices.retime_per_minute);
    std::string_view list = request.query_value("retime").value_or("");
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(','), list.size());
        options.choices.retime.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return options;
}

boost::asio::awaitable<Response> deploy(AdminParts parts, Request request) {
    if (!of_an_operator(request)) {
        co_return wrong_type();
    }
    auto project = decode_project(request.body);
    if (!project.has_value()) {
        co_return api::problem(Error{Errc::invalid_argument, project.error().detail});
    }
    auto order = std::make_shared<DeployOrder>();
    order->project = std::move(project.value());
    order->options = options_of(request);
    order->plan = request.query_value("plan").value_or("");
    order->tell = request.query_value("tell").has_value();
    Work work = [order](Engine& engine) -> Result<std::string> {
        auto deployed = engine.deploy(*order);
        if (!deployed.has_value()) {
            // A connector that is missing is the flows' author's to see, not a fault of the server.
            const bool wants = deployed.error().code == Errc::config;
            return wants ? Error{Errc::conflict, deployed.error().detail} : deployed.error();
        }
        return order->tell ? deployed_json(deployed.value())
                           : deployed_json(deployed.value().release);
    };
    co_return co_await beside(parts.engine, parts.work, std::move(work));
}

boost::asio::awaitable<Response> rollback(AdminParts parts, Request request) {
    if (!of_an_operator(request)) {
        co_return wrong_type();
    }
    const std::string text(request.param("number"));
    std::uint32_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    Work work = [number](Engine& engine) -> Result<std::string> {
        SLUICE_TRY(const auto made, engine.rollback(number));
        return deployed_json(made);
    };
    co_return co_await beside(parts.engine, parts.work, std::move(work));
}

boost::asio::awaitable<Response> releases(AdminParts parts, Request) {
    Work work = [](Engine& engine) { return engine.releases_json(); };
    co_return co_await beside(parts.engine, parts.work, std::move(work));
}

boost::asio::awaitable<Response> people(AdminParts parts, Request) {
    Work work = [](Engine& engine) { return engine.people_json(); };
    co_return co_await beside(parts.engine, parts.looks, std::move(work));
}

boost::asio::awaitable<Response> seen(AdminParts parts, Request) {
    Work work = [](Engine& engine) { return engine.seen_json(); };
    co_return co_await beside(parts.engine, parts.looks, std::move(work));
}

boost::asio::awaitable<Response> experiments(AdminParts parts, Request) {
    Work work = [](Engine& engine) { return engine.experiments_json(); };
    co_return co_await beside(parts.engine, parts.looks, std::move(work));
}

}  // namespace

void add_admin_routes(api::Routes& routes, AdminParts parts) {
    const Router* router = &parts.router;
    routes.add("GET", "/v1/customers/:id/explain",
               [router](Request request) { return explain(router, std::move(request)); });
    routes.add("GET", "/v1/doubts",
               [router](Request request) { return doubts(router, std::move(request)); });
    routes.add("POST", "/v1/doubts/:id",
               [router](Request request) { return resolve_doubt(router, std::move(request)); });
    if (parts.engine != nullptr && parts.work != nullptr && parts.looks != nullptr) {
        routes.add("GET", "/v1/releases",
                   [parts](Request request) { return releases(parts, std::move(request)); });
        routes.add("POST", "/v1/releases",
                   [parts](Request request) { return deploy(parts, std::move(request)); });
        routes.add("GET", "/v1/people",
                   [parts](Request request) { return people(parts, std::move(request)); });
        routes.add("GET", "/v1/seen",
                   [parts](Request request) { return seen(parts, std::move(request)); });
        routes.add("GET", "/v1/experiments",
                   [parts](Request request) { return experiments(parts, std::move(request)); });
        routes.add("POST", "/v1/releases/:number/rollback",
                   [parts](Request request) { return rollback(parts, std::move(request)); });
    }
    if (parts.mailbox != nullptr) {
        add_mailbox_routes(routes, parts.mailbox);
    }
}

}  // namespace sluice
