// Any bytes as a template: parse, check and render must end within their limits. The first byte
// chooses the syntax and what is escaped.
//   build/fuzz/tests/fuzz/template_fuzz CORPUS tests/fuzz/seeds/template

#include "dsl/template/template.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

namespace tpl = sluice::dsl::tpl;

constexpr std::size_t kBytesMax = 8'192;
constexpr std::size_t kOutputMax = 64 * 1024;

tpl::Data values() {
    tpl::Data customer = tpl::Data::object();
    customer.set("first_name", tpl::Data::of(std::string_view("Ana <b>")));
    customer.set("points", tpl::Data::of(std::int64_t{12}));
    tpl::Data root = tpl::Data::object();
    root.set("customer", std::move(customer));
    root.set("items", tpl::Data::list({tpl::Data::of(std::int64_t{1}), tpl::Data::nil()}));
    return root;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || size > kBytesMax) {
        return 0;
    }
    const auto syntax = (data[0] & 1U) != 0 ? tpl::Syntax::liquid : tpl::Syntax::placeholder;
    const auto escape = (data[0] & 2U) != 0 ? tpl::Escape::html : tpl::Escape::none;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::vector<tpl::Fault> faults;
    const tpl::Template parsed = tpl::Template::parse(text, {syntax, escape}, faults);
    tpl::Shape customer;
    customer.name = "customer";
    customer.record = true;
    parsed.check({customer}, faults);
    tpl::RenderOptions options;
    options.strict = (data[0] & 4U) != 0;
    options.output_bytes_max = kOutputMax;
    options.iterations_max = 1'000;
    const auto rendered = tpl::render(parsed, values(), options);
    if (rendered.text.size() > kOutputMax) {
        std::abort();
    }
    return 0;
}
