#include "engine/api/ingest_routes.hpp"

#include "engine/api/completion.hpp"
#include "engine/api/problem.hpp"
#include "engine/base/hash.hpp"
#include "engine/base/limits.hpp"
#include "engine/base/log.hpp"
#include "engine/ingest/gzip.hpp"
#include "engine/ingest/segment_decode.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>
#include <variant>

namespace sluice::api {
namespace {

namespace asio = boost::asio;

/// What the handlers share; alive as long as one of them.
struct IngestState {
    IngestState(IngestOptions given, const Clock& source, IngestSink target)
        : options(std::move(given)), clock(source), sink(std::move(target)) {
        for (const std::string& key : options.write_keys) {
            keys.push_back(digest({key}));
        }
    }
    IngestOptions options;
    const Clock& clock;
    IngestSink sink;
    std::vector<Digest> keys;
    std::atomic<std::uint64_t> sequence{0};

    /// Compares digests of equal length, all of them, so that time tells nothing about a key.
    [[nodiscard]] bool admits(const std::string& key) const {
        const Digest given = digest({key});
        bool found = keys.empty();
        for (const Digest& known : keys) {
            found = (CRYPTO_memcmp(known.data(), given.data(), given.size()) == 0) || found;
        }
        return found;
    }
};

std::string from_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    while (!text.empty() && text.back() == '=') {
        text.remove_suffix(1);
    }
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char c : text) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) {
            return {};
        }
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 0xff);
        }
    }
    return out;
}

Response unauthorized() {
    Response response = problem(401, "unauthorized",
                                "the write key is missing or unknown; send it as the user name of "
                                "Basic authorization or as writeKey in the body");
    response.set("WWW-Authenticate", "Basic realm=\"ingest\"");
    return response;
}

/// The body without its Content-Encoding, in place. Content-Type is never looked at: RudderStack
/// sends packed JSON as a form, browsers send it as plain text.
std::optional<Response> unpack(Request& request) {
    const std::string_view coding = request.header("Content-Encoding").value_or("identity");
    if (same_ignoring_case(coding, "identity")) {
        return std::nullopt;
    }
    const bool gzip = same_ignoring_case(coding, "gzip") || same_ignoring_case(coding, "x-gzip");
    if (!gzip && !same_ignoring_case(coding, "deflate")) {
        return problem(415, "unknown_encoding",
                       "Content-Encoding must be gzip, deflate or identity");
    }
    Inflated plain = inflate(request.body, gzip ? ContentCoding::gzip : ContentCoding::deflate,
                             limits::kInflatedBytesMax);
    switch (plain.status) {
        case InflateStatus::ok:
            request.body = std::move(plain.body);
            return std::nullopt;
        case InflateStatus::corrupt:
            return problem(400, "bad_encoding",
                           fmt::format("the body is not {} as its Content-Encoding says", coding));
        case InflateStatus::too_large:
            return problem(
                400, "batch_too_large",
                fmt::format("the unpacked body is larger than {} bytes", limits::kBatchBytesMax));
    }
    return std::nullopt;
}

Response strict_refusal(const std::vector<ItemFault>& faults, bool batch) {
    std::vector<ProblemItem> items;
    for (const ItemFault& fault : faults) {
        items.push_back(ProblemItem{batch ? fmt::format("/batch/{}", fault.index) : std::string(),
                                    fault.code, fault.message});
    }
    return problem(
        400, "invalid_events",
        fmt::format("{} of the events cannot be taken; nothing was stored", faults.size()), items);
}

/// Segment answers 200 to events it cannot use; the body says what became of them.
Response accepted(const std::vector<ItemFault>& faults) {
    boost::json::object body;
    body["success"] = true;
    if (!faults.empty()) {
        boost::json::array rejected;
        for (const ItemFault& fault : faults) {
            boost::json::object item;
            item["index"] = fault.index;
            item["code"] = fault.code;
            item["message"] = fault.message;
            rejected.emplace_back(std::move(item));
        }
        body["rejected"] = std::move(rejected);
    }
    return Response(200, "application/json", boost::json::serialize(body));
}

Response committed(const std::optional<Result<void>>& result, const std::vector<ItemFault>& faults,
                   const std::string& request_id) {
    if (!result) {
        log(LogLevel::warn, "ingest.commit_timeout",
            {{"request_id", std::string_view(request_id)}});
        return problem(503, "commit_timeout", "the events are not durable yet; send them again");
    }
    if (!result->has_value()) {
        log(LogLevel::error, "ingest.commit_failed",
            {{"request_id", std::string_view(request_id)},
             {"error", std::string_view(result->error().detail)}});
        return problem(result->error());
    }
    return accepted(faults);
}

/// Hands the events over and waits until they are durable.
asio::awaitable<Response> store(std::shared_ptr<IngestState> state, DecodedCalls calls,
                                std::string request_id) {
    const auto executor = co_await asio::this_coro::executor;
    const auto completion = std::make_shared<Completion>(executor);
    std::function<void(Result<void>)> done = [completion](Result<void> result) {
        Completion::complete(completion, std::move(result));
    };
    if (!state->sink.submit(std::move(calls.events), std::move(done))) {
        co_return problem(503, "overloaded", "the server is busy; send the events again");
    }
    const std::optional<Result<void>> result =
        co_await Completion::wait(completion, state->options.commit_timeout);
    co_return committed(result, calls.item_faults, request_id);
}

/// Everything before the events are handed over; a response when it ends there.
std::variant<Response, DecodedCalls> take(IngestState& state, const std::string& kind,
                                          Request& request) {
    const std::string header_key = write_key_of(request.header("Authorization").value_or(""));
    if (!header_key.empty() && !state.admits(header_key)) {
        return unauthorized();
    }
    if (auto refused = unpack(request)) {
        return std::move(*refused);
    }
    DecodeContext context;
    context.received_at = state.clock.now();
    context.write_key_from_auth = header_key;
    context.sequence = state.sequence.fetch_add(1);
    DecodeResult result = decode_segment(kind, request.body, context);
    if (const auto* fault = std::get_if<RequestFault>(&result)) {
        return problem(fault->status, fault->code, fault->message);
    }
    DecodedCalls& calls = std::get<DecodedCalls>(result);
    if (!state.admits(calls.write_key)) {
        return unauthorized();
    }
    const bool strict = request.header("X-Strict-Mode").value_or("") == "1";
    if (strict && !calls.item_faults.empty()) {
        return strict_refusal(calls.item_faults, kind == "batch" || kind == "b");
    }
    return std::move(calls);
}

asio::awaitable<Response> ingest(std::shared_ptr<IngestState> state, std::string kind,
                                 Request request) {
    auto taken = take(*state, kind, request);
    if (auto* response = std::get_if<Response>(&taken)) {
        co_return std::move(*response);
    }
    DecodedCalls calls = std::move(std::get<DecodedCalls>(taken));
    if (calls.events.empty()) {
        co_return accepted(calls.item_faults);
    }
    co_return co_await store(std::move(state), std::move(calls), std::move(request.id));
}

}  // namespace

std::string write_key_of(std::string_view authorization) {
    constexpr std::string_view kBasic = "Basic ";
    if (!same_ignoring_case(authorization.substr(0, kBasic.size()), kBasic)) {
        return {};
    }
    authorization.remove_prefix(kBasic.size());
    while (!authorization.empty() && authorization.front() == ' ') {
        authorization.remove_prefix(1);
    }
    const std::string pair = from_base64(authorization);
    return pair.substr(0, pair.find(':'));
}

void add_ingest_routes(Routes& routes, IngestOptions options, const Clock& clock, IngestSink sink) {
    const auto state = std::make_shared<IngestState>(std::move(options), clock, std::move(sink));
    for (const char* kind : {"track", "identify", "page", "screen", "group", "alias", "batch", "t",
                             "i", "p", "s", "g", "a", "b"}) {
        Handler handler = [state, kind](Request request) {
            return ingest(state, kind, std::move(request));
        };
        routes.add("POST", fmt::format("/v1/{}", kind), std::move(handler), CrossOrigin::yes);
    }
}

}  // namespace sluice::api
