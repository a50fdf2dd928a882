// SPDX-License-Identifier: Apache-2.0
//
// A line in which nobody can crowd out others by sending more. Higher priority goes first; within a
// priority tenants take turns so that each is given work in proportion to its weight, whatever they
// ask for; within a tenant the earliest deadline goes first. With one tenant and one priority this
// is the plain order of deadlines.
//
// Turns are start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) over work instead of
// bytes: a tenant's tag is where its next request would begin on a common clock; the least tag is
// served and grows by work / weight; the clock stands at the tag served last, and a tenant that
// comes back begins there, so absence earns nothing. Over any interval in which two tenants wait,
// what they were given, each over its weight, differs by at most one request of each (theorem 1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/request.h"
#include "core/route/heap_forest.h"
#include "core/route/place_heap.h"

namespace signalbox::core {

// Small and dense; see tenant_table.h.
using TenantIndex = std::uint32_t;

class FairLine {
 public:
  using Place = HeapForest::Place;

  struct Member {
    RequestId request;
    TimePoint deadline{};
    TenantIndex tenant = 0;
    int priority = 0;  // within kLowestPriority and kHighestPriority
  };

  // REQUIRES: `place` stands in no line.
  void add(Place place, const Member& member);
  void remove(Place place);
  // Its turn has come and is used: its tenant is given `work`, at its weight (> 0). It leaves.
  void serve(Place place, double work, double weight);

  // Whose turn it is; nullopt when nobody stands here.
  std::optional<Place> next() const;

  // Passed over until bring_back(): its tenant's turn stays what it was.
  void set_aside(Place place);
  void bring_back(Place place);

 private:
  static constexpr std::size_t kLevels =
      static_cast<std::size_t>(kHighestPriority - kLowestPriority) + 1;

  struct Turn {
    double tag;
    TenantIndex tenant;
    bool operator<(const Turn& other) const {
      return tag != other.tag ? tag < other.tag : tenant < other.tenant;
    }
  };
  // The requests of one tenant at one priority.
  struct Flow {
    Place root = HeapForest::kNone;
    std::uint32_t members = 0;  // with those set aside
    double tag = 0.0;
  };
  struct Level {
    KeyedHeap<Turn> turns;    // by tenant; of flows that have somebody standing
    std::vector<Flow> flows;  // by tenant
    std::uint32_t members = 0;
    double clock = 0.0;
    double latest = 0.0;  // the greatest tag there ever was
  };

  Level& level_of(const Member& member) {
    return levels_[static_cast<std::size_t>(member.priority - kLowestPriority)];
  }
  void stand(Place place);
  void step_out(Place place);
  bool is_before(Place a, Place b) const {
    const Member& one = members_[a];
    const Member& other = members_[b];
    return one.deadline != other.deadline ? one.deadline < other.deadline
                                          : one.request < other.request;
  }

  std::array<Level, kLevels> levels_;
  std::uint32_t standing_ = 0;   // a bit for each level where somebody stands
  HeapForest forest_;            // of flows, by deadline
  std::vector<Member> members_;  // by place
};

}  // namespace signalbox::core
