#pragma once

#include "engine/base/limits.hpp"
#include "tests/connectors/support/loop.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What every connector promises (engine/outbox/connector.hpp), checked the same way for all. A
/// connector takes part by a Subject: itself, and a provider on loopback that can be told to fail.
namespace sluice::connectors::test {

/// Stands in every message and every refusal of the provider; must turn up in no log line and no
/// outcome.
inline constexpr const char* kEmailCanary = "canary.person@private.example";
inline constexpr const char* kPhoneCanary = "+14155552671";

enum class Provider {
    accepts,
    refuses_for_now,
    refuses_for_good,
    resets_before_request,  // the connection breaks before the request was written in full
    silent_after_request,
    cuts_after_request,
};

class Subject {
public:
    virtual ~Subject() = default;
    virtual Connector& connector() = 0;
    /// A message this connector carries.
    [[nodiscard]] virtual Outbound outbound(const std::string& id) const = 0;
    virtual void provider(Provider) {}
    /// Nobody listens where the provider was.
    virtual void stop_provider() {}
    /// How often a message or request came to the provider whole, or was refused there.
    virtual int arrivals() = 0;
    /// Whether the provider holds a whole request it has not answered.
    virtual bool request_is_out() { return arrivals() == 1; }
    /// Everything the provider was sent since the beginning, to look for things in.
    virtual std::string bytes_seen() = 0;

    Loop loop;
};

struct SubjectMaker {
    std::string name;
    std::function<std::unique_ptr<Subject>()> make;
    bool passes_key = true;      // the provider sees the id
    bool proves_unsent = false;  // a conversation, in which a break tells how far it had come
};
inline void PrintTo(const SubjectMaker& maker, std::ostream* out) {
    *out << maker.name;
}

class ConnectorConformance : public testing::TestWithParam<SubjectMaker> {
protected:
    using Status = Outcome::Status;
    Outcome send(const Outbound& outbound,
                 std::chrono::milliseconds within = std::chrono::seconds(20)) {
        return subject->loop.send(subject->connector(), outbound, within);
    }
    std::unique_ptr<Subject> subject = GetParam().make();
};
/// The same subjects, for what only a provider across the network can do.
class NetworkConnectorConformance : public ConnectorConformance {};

TEST_P(ConnectorConformance, ManifestSaysWhatItIs) {
    const Manifest manifest = subject->connector().manifest();
    EXPECT_FALSE(manifest.type.empty());
    EXPECT_TRUE(manifest.status == "stable" || manifest.status == "preview");
    EXPECT_GE(manifest.in_flight_max, 1U);
    EXPECT_LE(manifest.in_flight_max, limits::kSendsInFlightMax);
    EXPECT_TRUE(manifest.calls || !manifest.channels.empty());
}

TEST_P(ConnectorConformance, AMessageIsAcceptedOnce) {
    const Outcome outcome = send(subject->outbound("m1"));
    EXPECT_EQ(outcome.status, Status::accepted) << outcome.code << " " << outcome.text;
    EXPECT_EQ(subject->arrivals(), 1);
}

TEST_P(ConnectorConformance, EveryAttemptCarriesTheSameKey) {
    if (!GetParam().passes_key) {
        EXPECT_FALSE(subject->connector().manifest().native_idempotency);
        return;
    }
    Outbound outbound = subject->outbound("stable-key-1");
    send(outbound);
    outbound.attempt = 2;
    send(outbound);
    const std::string seen = subject->bytes_seen();
    const std::size_t first = seen.find("stable-key-1");
    EXPECT_NE(first, std::string::npos);
    // A connector of native idempotency may keep one copy only; any other shows it twice.
    if (!subject->connector().manifest().native_idempotency) {
        EXPECT_NE(seen.find("stable-key-1", first + 1), std::string::npos);
    }
}

TEST_P(ConnectorConformance, AnOversizedPayloadIsRejectedWithoutContact) {
    Outbound outbound = subject->outbound("m1");
    outbound.text = std::string(limits::kMessageBytesMax + 1, 'x');
    const Outcome outcome = send(outbound);
    EXPECT_EQ(outcome.status, Status::rejected);
    EXPECT_EQ(outcome.why, Outcome::Class::content);
    EXPECT_EQ(subject->arrivals(), 0);
}

TEST_P(ConnectorConformance, LineBreaksInjectNothing) {
    const std::string evil = "x\r\nX-Injected: yes\r\nRCPT TO:<other@private.example>";
    for (std::string Outbound::*field :
         {&Outbound::to, &Outbound::subject, &Outbound::id, &Outbound::flow, &Outbound::step,
          &Outbound::message, &Outbound::customer, &Outbound::preview}) {
        Outbound outbound = subject->outbound("m1");
        outbound.*field = evil;
        send(outbound);
    }
    const std::string seen = "\n" + subject->bytes_seen();
    EXPECT_EQ(seen.find("\nX-Injected"), std::string::npos);
    EXPECT_EQ(seen.find("\nRCPT TO:<other"), std::string::npos);
}

TEST_P(ConnectorConformance, APassedDeadlineTouchesNothing) {
    const Outcome outcome = send(subject->outbound("m1"), std::chrono::milliseconds(-1));
    EXPECT_EQ(outcome.status, Status::deferred);
    EXPECT_EQ(subject->arrivals(), 0);
}

TEST_P(ConnectorConformance, AClosedConnectorDefers) {
    subject->connector().close();
    EXPECT_EQ(send(subject->outbound("m1")).status, Status::deferred);
    EXPECT_EQ(subject->arrivals(), 0);
}

TEST_P(NetworkConnectorConformance, ARefusalForNowIsDeferredAfterOneTry) {
    subject->provider(Provider::refuses_for_now);
    EXPECT_EQ(send(subject->outbound("m1")).status, Status::deferred);
    EXPECT_EQ(subject->arrivals(), 1);
}

TEST_P(NetworkConnectorConformance, ARefusalForGoodIsRejected) {
    subject->provider(Provider::refuses_for_good);
    const Outcome outcome = send(subject->outbound("m1"));
    EXPECT_EQ(outcome.status, Status::rejected);
    EXPECT_NE(outcome.why, Outcome::Class::none);
    EXPECT_FALSE(outcome.code.empty());
}

TEST_P(NetworkConnectorConformance, NobodyListeningIsDeferred) {
    subject->stop_provider();
    const Outcome outcome = send(subject->outbound("m1"));
    EXPECT_EQ(outcome.status, Status::deferred);
    EXPECT_EQ(outcome.scope, Outcome::Scope::connection);
}

TEST_P(NetworkConnectorConformance, ABreakBeforeTheAnswerIsNeverFinal) {
    subject->provider(Provider::resets_before_request);
    const Outcome outcome = send(subject->outbound("m1"));
    if (GetParam().proves_unsent) {
        EXPECT_EQ(outcome.status, Status::deferred);
    } else {
        // The kernel took the whole request before the break: nobody can know.
        EXPECT_EQ(outcome.status, Status::unknown);
    }
}

TEST_P(NetworkConnectorConformance, SilenceAfterTheRequestIsUnknownByTheDeadline) {
    subject->provider(Provider::silent_after_request);
    const auto began = steady_clock::now();
    const Outcome outcome = send(subject->outbound("m1"), std::chrono::milliseconds(300));
    EXPECT_EQ(outcome.status, Status::unknown) << outcome.text;
    EXPECT_LT(steady_clock::now() - began, std::chrono::seconds(5));
}

TEST_P(NetworkConnectorConformance, ACutAfterTheRequestIsUnknown) {
    subject->provider(Provider::cuts_after_request);
    EXPECT_EQ(send(subject->outbound("m1")).status, Status::unknown);
}

TEST_P(NetworkConnectorConformance, AFaultDoesNotSpoilTheNextMessage) {
    subject->provider(Provider::cuts_after_request);
    send(subject->outbound("m1"));
    subject->provider(Provider::accepts);
    EXPECT_EQ(send(subject->outbound("m2")).status, Status::accepted);
}

TEST_P(NetworkConnectorConformance, CancellationEndsTheSendWithAnOutcome) {
    subject->provider(Provider::silent_after_request);
    const Outbound outbound = subject->outbound("m1");
    boost::asio::cancellation_signal signal;
    std::optional<Outcome> outcome;
    boost::asio::co_spawn(subject->loop.io,
                          subject->connector().send(outbound, in(std::chrono::seconds(20))),
                          boost::asio::bind_cancellation_slot(
                              signal.slot(), [&](std::exception_ptr thrown, Outcome value) {
                                  EXPECT_EQ(thrown, nullptr);
                                  outcome = std::move(value);
                              }));
    ASSERT_TRUE(subject->loop.run_until([&] { return subject->request_is_out() || outcome; }));
    signal.emit(boost::asio::cancellation_type::all);
    ASSERT_TRUE(subject->loop.run_until([&] { return outcome.has_value(); }));
    EXPECT_EQ(outcome->status, Status::unknown);
}

TEST_P(NetworkConnectorConformance, NoPersonalDataInLogsOrOutcomes) {
    testing::internal::CaptureStderr();
    std::string said;
    for (const Provider mood :
         {Provider::accepts, Provider::refuses_for_now, Provider::refuses_for_good,
          Provider::cuts_after_request, Provider::resets_before_request}) {
        subject->provider(mood);
        const Outcome outcome = send(subject->outbound("m1"));
        said += outcome.text + "\n" + outcome.code + "\n" + outcome.provider_id + "\n";
    }
    said += testing::internal::GetCapturedStderr();
    EXPECT_EQ(said.find("canary.person"), std::string::npos) << said;
    EXPECT_EQ(said.find("4155552671"), std::string::npos) << said;
}

}  // namespace sluice::connectors::test
