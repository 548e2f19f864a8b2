#pragma once

namespace sluice {

/// Gives memory that was freed in the middle of the heap back to the system, where the library can
/// (glibc). Takes milliseconds; for the end of a start. Thread-safe.
void give_back_memory();

}  // namespace sluice
