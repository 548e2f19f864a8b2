#include "dsl/template/template.hpp"
namespace sluice::dsl::tpl {
void Template::check(const std::vector<Shape>&, std::vector<Fault>&) const {}
std::vector<std::string> Template::paths() const { return {}; }
}
