// SPDX-License-Identifier: Apache-2.0
//
// A first-in, first-out queue in one ring of memory, which it keeps. std::deque allocates and frees
// a block every few elements of a stream that runs through it, and the queue in front of a replica
// is such a stream.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/assert.h"

namespace signalbox::sim {

template <class T>
class Fifo {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // The i-th from the front. REQUIRES: i < size()
  T& operator[](std::size_t i) {
    SIGNALBOX_ASSERT(i < size_);
    return ring_[(first_ + i) & mask_];
  }
  T& front() { return (*this)[0]; }

  void push_back(T item) {
    if (size_ == ring_.size()) grow();
    ring_[(first_ + size_) & mask_] = std::move(item);
    ++size_;
  }

  // REQUIRES: !empty()
  T pop_front() {
    T item = std::move(front());
    first_ = (first_ + 1) & mask_;
    --size_;
    return item;
  }

  // Takes the i-th from the front out; the others keep their order. REQUIRES: i < size()
  void erase(std::size_t i) {
    SIGNALBOX_ASSERT(i < size_);
    for (; i + 1 < size_; ++i) (*this)[i] = std::move((*this)[i + 1]);
    --size_;
  }

 private:
  // To the next power of two, so that a position is found with a mask.
  void grow() {
    std::vector<T> wider(ring_.empty() ? 4 : 2 * ring_.size());
    for (std::size_t i = 0; i < size_; ++i) wider[i] = std::move((*this)[i]);
    ring_ = std::move(wider);
    mask_ = ring_.size() - 1;
    first_ = 0;
  }

  std::vector<T> ring_;
  std::size_t mask_ = 0;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace signalbox::sim
