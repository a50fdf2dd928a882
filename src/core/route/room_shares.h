// SPDX-License-Identifier: Apache-2.0
//
// Who makes room when a bounded queue is full. Room is shared like everything else: the tenant that
// holds most for its weight gives up a place, the newest of its least important requests, unless it
// is the newcomer's own tenant. McKenney, "Stochastic Fairness Queueing" (INFOCOM 1990) drops from
// the longest line likewise: whoever floods the queue floods its own part of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/route/fair_line.h"
#include "core/route/heap_forest.h"
#include "core/route/place_heap.h"

namespace signalbox::core {

class RoomShares {
 public:
  using Place = HeapForest::Place;

  struct Guest {
    RequestId request;
    TimePoint arrival{};
    TenantIndex tenant = 0;
    int priority = 0;
    double weight = 1.0;  // its tenant's, > 0
  };

  // REQUIRES: `place` is vacant.
  void add(Place place, const Guest& guest);
  void remove(Place place);

  // Who goes so that `newcomer` can stay; nullopt when the newcomer itself should.
  std::optional<Place> yields_to(const Guest& newcomer) const;

 private:
  struct Part {
    Place root = HeapForest::kNone;
    std::uint32_t places = 0;
    double weight = 1.0;
  };
  struct Fullness {
    double places_per_weight;
    TenantIndex tenant;
    bool operator<(const Fullness& other) const {
      return places_per_weight != other.places_per_weight
                 ? places_per_weight > other.places_per_weight
                 : tenant < other.tenant;
    }
  };

  void rank(TenantIndex tenant);
  // Whether `a` gives up its place before `b`, both of one tenant.
  bool goes_before(Place a, Place b) const;

  std::vector<Part> parts_;    // by tenant
  KeyedHeap<Fullness> order_;  // of tenants, the fullest first
  HeapForest forest_;          // of parts
  std::vector<Guest> guests_;  // by place
};

}  // namespace signalbox::core
