// SPDX-License-Identifier: Apache-2.0
//
// A vector with inline storage and a fixed capacity. Decisions carry their candidates in one of
// these, so explaining a decision costs no allocation on the request path. What is not there yet
// costs nothing either: making one writes only its size, and copying one copies only its items.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "base/assert.h"

namespace signalbox {

template <class T, std::size_t Capacity>
class BoundedVector {
  static_assert(std::is_trivially_copyable_v<T>, "kept memcpy-cheap on purpose");

 public:
  using value_type = T;

  BoundedVector() {}
  BoundedVector(const BoundedVector& other) { *this = other; }
  BoundedVector& operator=(const BoundedVector& other) {
    if (this == &other) return *this;
    std::uninitialized_copy(other.begin(), other.end(), items_);
    size_ = other.size_;
    return *this;
  }

  // Returns false, and keeps its contents, when full.
  bool push_back(const T& item) {
    if (size_ == Capacity) return false;
    std::construct_at(items_ + size_, item);
    ++size_;
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

  T* begin() { return items_; }
  T* end() { return items_ + size_; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }

 private:
  std::size_t size_ = 0;
  union {
    T items_[Capacity];  // those below size_ are alive
  };
};

}  // namespace signalbox
