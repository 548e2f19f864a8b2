// Debian's compiler runtime for wasm32 divides 128-bit numbers with functions built for a stack
// protector, which its C library does not have. These two names are what such functions refer to;
// only the module is linked with them.
#include <cstdint>

extern "C" {

extern const std::uintptr_t __stack_chk_guard = 0x5ACE1E55;

[[noreturn]] void __stack_chk_fail();

void __stack_chk_fail() {
    __builtin_trap();
}

}  // extern "C"
