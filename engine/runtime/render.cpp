#include "engine/runtime/render.hpp"

#include "engine/base/json_text.hpp"
#include "engine/behaviour/evaluate.hpp"
#include "engine/runtime/bind.hpp"

namespace sluice {
namespace {

namespace tpl = dsl::tpl;

tpl::Data record(const std::vector<dsl::Field>& declared, const Fields& fields) {
    tpl::Data out = tpl::Data::object();
    for (std::size_t i = 0; i < declared.size(); ++i) {
        out.set(declared[i].name, i < fields.size() ? tpl::to_data(fields[i]) : tpl::Data::nil());
    }
    return out;
}

tpl::Data data_of(const dsl::Program& program, const Layout& layout, const MessageIntent& intent) {
    tpl::Data root = tpl::Data::object();
    root.set("customer", record(program.customer_fields, layout.traits));
    for (const auto& [name, datum] : intent.arguments) {
        if (const auto* bound = std::get_if<BoundEvent>(&datum)) {
            root.set(name, record(program.events[bound->event].fields, bound->fields));
        } else {
            root.set(name, tpl::to_data(std::get<Value>(datum)));
        }
    }
    return root;
}

/// Renders one part after the other; the first fault wins.
class Renderer {
public:
    Renderer(tpl::Data data, Instant now, Zone zone, const std::string& message)
        : data_(std::move(data)), message_(message) {
        options_.now_ms = to_ms(now);
        options_.utc_offset = [zone](std::int64_t ms) { return utc_offset(from_ms(ms), zone); };
    }
    std::string part(const tpl::Template& source, std::string_view what) {
        if (source.empty() || fault_) {
            return {};
        }
        tpl::RenderResult rendered = tpl::render(source, data_, options_);
        if (rendered.error) {
            fault_ = Error{Errc::invalid_argument, "message \"" + message_ + "\", " +
                                                       std::string(what) + ": " + *rendered.error};
            return {};
        }
        return std::move(rendered.text);
    }
    [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

private:
    tpl::Data data_;
    tpl::RenderOptions options_;
    const std::string& message_;
    std::optional<Error> fault_;
};

}  // namespace

Result<RenderedMessage> render_message(const dsl::Program& program, const Layout& layout,
                                       const std::string& customer, const MessageIntent& intent) {
    const dsl::Flow& flow = program.flows[intent.flow];
    const dsl::Message& message = program.messages[intent.message];
    RenderedMessage out;
    out.id = intent.id;
    out.customer = customer;
    out.flow = flow.name;
    out.step = flow.steps[intent.step].id;
    out.message = message.name;
    out.channel = intent.channel;
    out.transactional = message.transactional;
    out.to = intent.to;
    Renderer renderer(data_of(program, layout, intent), intent.at, zone_of(program, layout),
                      message.name);
    if (intent.channel == Channel::email && message.email) {
        out.subject = renderer.part(message.email->subject, "subject");
        out.preview = renderer.part(message.email->preview, "preview");
        out.html = renderer.part(message.email->body, "body");
    } else if (intent.channel == Channel::sms && message.sms) {
        out.text = renderer.part(*message.sms, "sms");
    }
    if (renderer.fault()) {
        return *renderer.fault();
    }
    // A line break in a header would let data write headers of its own.
    if (out.subject.find_first_of("\r\n") != std::string::npos) {
        return Error{Errc::invalid_argument,
                     "message \"" + message.name + "\", subject: contains a line break"};
    }
    return out;
}

RenderedCall render_call(const dsl::Program& program, const std::string& customer,
                         const CallIntent& intent) {
    const dsl::Flow& flow = program.flows[intent.flow];
    const dsl::Webhook& webhook = program.webhooks[intent.webhook];
    RenderedCall out;
    out.id = intent.id;
    out.customer = customer;
    out.flow = flow.name;
    out.step = flow.steps[intent.step].id;
    out.webhook = webhook.name;
    out.url = webhook.url;
    out.secret_name = webhook.secret;
    out.retry_times = webhook.retry_times;
    JsonObject data;
    for (const auto& [name, datum] : intent.arguments) {
        std::string value;
        if (const auto* bound = std::get_if<BoundEvent>(&datum)) {
            value = fields_to_json(program.events[bound->event].fields, bound->fields);
        } else {
            append_json_value(value, std::get<Value>(datum));
        }
        data.json(name, value);
    }
    JsonObject body;
    body.text("id", out.id).text("at", format_rfc3339(intent.at)).text("customer", customer);
    body.text("flow", out.flow).text("step", out.step);
    out.body = body.json("data", data.take()).take();
    return out;
}

}  // namespace sluice
