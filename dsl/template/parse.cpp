#include "dsl/template/builder.hpp"

#include <memory>

namespace sluice::dsl::tpl {
namespace {

/// Parses the snippets that were named, and those that these name. A fault inside one is shown at
/// the tag that asked for it, since offsets count in the template's own text.
void parse_snippets(Template::Impl& impl, std::vector<Fault>& faults) {
    for (std::size_t i = 0; i < impl.pending.size(); ++i) {
        const auto [name, place] = impl.pending[i];
        const std::string_view text =
            impl.texts.emplace_back(impl.options.snippets->find(name)->second);
        std::vector<Fault> own;
        Build build{impl, own, text};
        const std::size_t known = impl.pending.size();
        impl.snippets[name] = parse_unit(build);
        for (std::size_t later = known; later < impl.pending.size(); ++later) {
            impl.pending[later].second = place;
        }
        for (Fault& fault : own) {
            fault.message = "In the snippet `" + name + "`: " + fault.message;
            fault.offset = place.offset;
            fault.length = place.length;
            faults.push_back(std::move(fault));
        }
    }
}

}  // namespace

Template Template::parse(std::string_view text, Options options, std::vector<Fault>& faults) {
    auto impl = std::make_shared<Impl>();
    impl->options = options;
    impl->symbol("forloop");
    impl->symbol("tablerowloop");
    Template result;
    const std::string_view source = impl->texts.emplace_back(text);
    constexpr std::size_t kTemplateBytesMax = 4U << 20U;  // node offsets are 32 bits wide
    const std::size_t before = faults.size();
    if (source.size() > kTemplateBytesMax) {
        faults.push_back({"E311", "This template is larger than 4 MB.", "", 0, 0, false});
    } else {
        Build build{*impl, faults, source};
        impl->main = parse_unit(build);
        parse_snippets(*impl, faults);
    }
    impl->usable = faults.size() == before;
    impl->options.snippets = nullptr;
    result.impl_ = std::move(impl);
    return result;
}

bool Template::empty() const {
    return impl_ == nullptr || impl_->source().empty();
}

std::string_view Template::source() const {
    return impl_ == nullptr ? std::string_view() : impl_->source();
}

}  // namespace sluice::dsl::tpl
