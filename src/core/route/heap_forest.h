// SPDX-License-Identifier: Apache-2.0
//
// Many heaps over one set of places, each place in at most one of them: a line per tenant costs no
// memory of its own, however many tenants take turns. Pairing heaps (Fredman, Sedgewick, Sleator
// and Tarjan, Algorithmica 1, 1986): insert O(1), remove from anywhere O(log n) amortised, and all
// a member needs are three links.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signalbox::core {

class HeapForest {
 public:
  using Place = std::uint32_t;
  static constexpr Place kNone = 0xFFFFFFFF;  // the root of an empty heap

  // The heap's new root. `before(a, b)` is a strict total order of places, the same in every call
  // for one heap. REQUIRES: `place` is in no heap.
  template <class Before>
  Place insert(Place root, Place place, Before&& before) {
    if (place >= links_.size()) links_.resize(place + std::size_t{1});
    links_[place] = Links{};
    return root == kNone ? place : meld(root, place, before);
  }

  // The heap's new root, kNone when it was the last. REQUIRES: `place` is in the heap of `root`.
  template <class Before>
  Place remove(Place root, Place place, Before&& before) {
    const Links links = links_[place];
    const Place children = meld_all(links.child, before);
    if (place == root) return children;
    Links& previous = links_[links.previous];
    (previous.child == place ? previous.child : previous.next) = links.next;
    if (links.next != kNone) links_[links.next].previous = links.previous;
    return children == kNone ? root : meld(root, children, before);
  }

 private:
  struct Links {
    Place child = kNone;     // the first one
    Place next = kNone;      // sibling
    Place previous = kNone;  // sibling, of a first child its parent
  };

  // REQUIRES: two roots.
  template <class Before>
  Place meld(Place a, Place b, Before&& before) {
    const Place above = before(b, a) ? b : a;
    const Place below = above == a ? b : a;
    Links& parent = links_[above];
    links_[below].next = parent.child;
    links_[below].previous = above;
    if (parent.child != kNone) links_[parent.child].previous = below;
    parent.child = below;
    parent.next = parent.previous = kNone;
    return above;
  }

  // Siblings to one heap: in pairs from the left, then the pairs from the right.
  template <class Before>
  Place meld_all(Place first, Before&& before) {
    Place pairs = kNone;  // chained by `next`, the last one first
    while (first != kNone) {
      const Place second = links_[first].next;
      const Place rest = second == kNone ? kNone : links_[second].next;
      const Place pair = second == kNone ? first : meld(first, second, before);
      links_[pair].next = pairs;
      pairs = pair;
      first = rest;
    }
    Place root = kNone;
    while (pairs != kNone) {
      const Place rest = links_[pairs].next;
      links_[pairs].next = links_[pairs].previous = kNone;
      root = root == kNone ? pairs : meld(root, pairs, before);
      pairs = rest;
    }
    return root;
  }

  std::vector<Links> links_;  // by place
};

}  // namespace signalbox::core
