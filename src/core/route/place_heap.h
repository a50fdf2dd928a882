// SPDX-License-Identifier: Apache-2.0
//
// A binary heap of instants whose members know where they stand: the earliest is at hand, and any
// other can leave from the middle - a client that goes away does not wait for its turn. Storage is
// kept when members leave, so that a queue that fills and empties allocates nothing.
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

class PlaceHeap {
 public:
  // Names a member: small and dense, given out by the heap's owner.
  using Place = std::uint32_t;

  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  bool contains(Place place) const {
    return place < positions_.size() && positions_[place] != kAbsent;
  }

  // The member of the earliest instant, of equal ones that of the lower id. REQUIRES: !empty().
  Place first() const { return top().place; }
  TimePoint first_at() const { return top().at; }

  // REQUIRES: !contains(place).
  void push(Place place, TimePoint at, RequestId request) {
    if (place >= positions_.size()) positions_.resize(place + std::size_t{1}, kAbsent);
    SIGNALBOX_ASSERT(positions_[place] == kAbsent);
    nodes_.push_back({at, request, place});
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
    TimePoint at;
    RequestId request;
    Place place;
    bool operator<(const Node& other) const {
      return at != other.at ? at < other.at : request < other.request;
    }
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

}  // namespace signalbox::core
