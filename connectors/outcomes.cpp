#include "connectors/outcomes.hpp"

#include "connectors/provider_text.hpp"

namespace sluice::connectors {
namespace {

Outcome make(Outcome::Status status, Outcome::Scope scope, Outcome::Class why,
             std::string_view text) {
    Outcome outcome;
    outcome.status = status;
    outcome.scope = scope;
    outcome.why = why;
    outcome.text = provider_text(text);
    return outcome;
}

}  // namespace

Outcome make_rejected(Outcome::Scope scope, Outcome::Class why, std::string_view text) {
    return make(Outcome::Status::rejected, scope, why, text);
}

Outcome make_deferred(Outcome::Scope scope, Outcome::Class why, std::string_view text) {
    return make(Outcome::Status::deferred, scope, why, text);
}

Outcome outcome_of_silence(const HttpResult& result) {
    using Stage = HttpResult::Stage;
    Outcome outcome;
    switch (result.stage) {
        case Stage::refused:
            outcome = make_rejected(Outcome::Scope::message, Outcome::Class::config, result.detail);
            break;
        case Stage::not_sent: {
            // A certificate nobody trusts is the operator's to mend, not a passing fault.
            const auto why =
                result.fault == NetFault::tls ? Outcome::Class::config : Outcome::Class::none;
            outcome = make_deferred(Outcome::Scope::connection, why, result.detail);
            break;
        }
        case Stage::no_answer:
        case Stage::answered:
            outcome = make(Outcome::Status::unknown, Outcome::Scope::connection,
                           Outcome::Class::none, result.detail);
            break;
    }
    outcome.code = std::string(to_text(result.fault));
    return outcome;
}

}  // namespace sluice::connectors
