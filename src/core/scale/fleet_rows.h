// SPDX-License-Identifier: Apache-2.0
//
// What one service asks for, as covering rows: capacity summed over some pools is at least so much.
// Classes become rows by Hall's condition: demand can be given to pools that may carry it if and
// only if, for every set of classes, the pools that any of them may use hold the demand of all of
// them (P. Hall, 1935; as a flow, the cuts of the transport network). Resilience repeats the rows
// once for every loss, without the pools that are lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/scale/fleet_plan.h"

namespace signalbox::core {

inline constexpr std::uint32_t kNothingLost = 0xffffffffU;

struct CoverRow {
  double required_per_s;
  std::uint32_t classes;             // set of the classes it is of, a bit each
  std::uint32_t lost;                // the zone or unit that is lost, or kNothingLost
  std::vector<std::uint8_t> counts;  // parallel to ServiceRows::pools: 1 = adds to this row
};

struct ServiceRows {
  std::vector<std::uint32_t> pools;    // that can serve it at all, by index in the problem
  std::vector<double> capacity_per_s;  // parallel to `pools`
  std::vector<int> most;               // of each; more would be of no use to this service
  // Rows that no other row implies. The first is of all pools with nothing lost.
  std::vector<CoverRow> rows;

  double required_per_s() const { return rows.front().required_per_s; }
};

ServiceRows rows_of(const FleetPlanProblem& problem, const FleetService& service);

// Whether pool `p` may carry some class of those in the set.
bool may_carry(const FleetService& service, std::uint32_t classes, std::size_t p);

}  // namespace signalbox::core
