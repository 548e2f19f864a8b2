// Any bytes as a template: parse, check and render must end within their limits.

#include "dsl/template/template.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace tpl = sluice::dsl::tpl;
    if (size > 8'192) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<tpl::Fault> faults;
    const tpl::Template parsed =
        tpl::Template::parse(text, {tpl::Syntax::placeholder, tpl::Escape::html}, faults);
    tpl::Shape customer;
    customer.name = "customer";
    customer.record = true;
    parsed.check({customer}, faults);
    tpl::Data root = tpl::Data::object();
    root.set("customer", tpl::Data::object());
    root.set("items", tpl::Data::list({tpl::Data::of(std::int64_t{1}), tpl::Data::nil()}));
    tpl::RenderOptions options;
    options.strict = false;
    options.output_bytes_max = 64 * 1024;
    options.iterations_max = 1'000;
    tpl::render(parsed, root, options);
    return 0;
}
