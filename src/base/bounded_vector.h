// SPDX-License-Identifier: Apache-2.0
//
// A vector with inline storage and a fixed capacity. Decisions carry their candidates in one of
// these, so explaining a decision costs no allocation on the request path.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

#include "base/assert.h"

namespace signalbox {

template <class T, std::size_t Capacity>
class BoundedVector {
  static_assert(std::is_trivially_copyable_v<T>, "kept memcpy-cheap on purpose");

 public:
  using value_type = T;

  // Returns false, and keeps its contents, when full.
  bool push_back(const T& item) {
    if (size_ == Capacity) return false;
    items_[size_++] = item;
    return true;
  }
  void clear() { size_ = 0; }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == Capacity; }
  static constexpr std::size_t capacity() { return Capacity; }

  T& operator[](std::size_t i) {
    SIGNALBOX_ASSERT(i < size_);
    return items_[i];
  }
  const T& operator[](std::size_t i) const {
    SIGNALBOX_ASSERT(i < size_);
    return items_[i];
  }
  T& back() { return (*this)[size_ - 1]; }

  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }

 private:
  std::size_t size_ = 0;
  std::array<T, Capacity> items_;
};

}  // namespace signalbox
