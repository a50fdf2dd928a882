// SPDX-License-Identifier: Apache-2.0
//
// Binary heaps whose members know where they stand: the first is at hand, and any other can leave
// from the middle - a client that goes away does not wait for its turn. Storage is kept when
// members leave, so that a queue that fills and empties allocates nothing. KeyedHeap orders by any
// key, PlaceHeap by an instant.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/ids.h"
#include "base/time.h"

namespace signalbox::core {

// Keys are ordered by `<` and should be distinct, or the order is not total.
template <class Key>
class KeyedHeap {
 public:
  // Names a member: small and dense, given out by the heap's owner.
  using Place = std::uint32_t;

  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  bool contains(Place place) const {
    return place < positions_.size() && positions_[place] != kAbsent;
  }

  // The member of the least key. REQUIRES: !empty().
  Place first() const { return top().place; }
  const Key& first_key() const { return top().key; }

  // REQUIRES: !contains(place).
  void push(Place place, const Key& key) {
    if (place >= positions_.size()) positions_.resize(place + std::size_t{1}, kAbsent);
    SIGNALBOX_ASSERT(positions_[place] == kAbsent);
    nodes_.push_back({key, place});
    rise(nodes_.size() - 1);
  }

  // REQUIRES: contains(place).
  void remove(Place place) {
    SIGNALBOX_ASSERT(contains(place));
    const std::size_t gap = positions_[place];
    positions_[place] = kAbsent;
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (gap == nodes_.size()) return;
    nodes_[gap] = last;
    sink(gap);
    rise(positions_[last.place]);
  }

 private:
  static constexpr std::uint32_t kAbsent = 0xFFFFFFFF;

  struct Node {
    Key key;
    Place place;
    bool operator<(const Node& other) const { return key < other.key; }
  };

  const Node& top() const {
    SIGNALBOX_ASSERT(!nodes_.empty());
    return nodes_.front();
  }
  void put(std::size_t position, const Node& node) {
    nodes_[position] = node;
    positions_[node.place] = static_cast<std::uint32_t>(position);
  }
  void rise(std::size_t position) {
    const Node node = nodes_[position];
    while (position > 0) {
      const std::size_t above = (position - 1) / 2;
      if (!(node < nodes_[above])) break;
      put(position, nodes_[above]);
      position = above;
    }
    put(position, node);
  }
  void sink(std::size_t position) {
    const Node node = nodes_[position];
    for (;;) {
      std::size_t below = 2 * position + 1;
      if (below >= nodes_.size()) break;
      if (below + 1 < nodes_.size() && nodes_[below + 1] < nodes_[below]) ++below;
      if (!(nodes_[below] < node)) break;
      put(position, nodes_[below]);
      position = below;
    }
    put(position, node);
  }

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> positions_;  // by place
};

// An instant of a request; of equal ones the lower id comes first.
struct RequestInstant {
  TimePoint at;
  RequestId request;
  bool operator<(const RequestInstant& other) const {
    return at != other.at ? at < other.at : request < other.request;
  }
};

class PlaceHeap : public KeyedHeap<RequestInstant> {
 public:
  TimePoint first_at() const { return first_key().at; }
  void push(Place place, TimePoint at, RequestId request) { KeyedHeap::push(place, {at, request}); }
};

}  // namespace signalbox::core
