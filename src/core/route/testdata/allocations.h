// SPDX-License-Identifier: Apache-2.0
//
// Counts what is allocated, by taking the place of the program's operator new. Such functions
// cannot be inline: include this in one source file of a test or benchmark, and only there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace signalbox::core::testdata {

inline std::uint64_t allocations = 0;  // since the program started

inline void* counted(void* memory) {
  ++allocations;
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace signalbox::core::testdata

[[gnu::noinline]] void* operator new(std::size_t size) {
  return signalbox::core::testdata::counted(std::malloc(size == 0 ? 1 : size));
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return signalbox::core::testdata::counted(
      std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
// What std::stable_sort asks for its buffer, and gives back like any other.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++signalbox::core::testdata::allocations;
  return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
