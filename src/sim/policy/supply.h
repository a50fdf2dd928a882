// SPDX-License-Identifier: Apache-2.0
//
// What the rules of several policies need in common: which unit is the cheapest for a unit of work,
// how much of it can be had, and a capacity filled up from the cheapest on. Machines of one's own
// are paid for whether they run or not, so to every policy they cost nothing and come first.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "sim/policy/scaler.h"

namespace signalbox::sim {

// Price of one more replica: 0 of what is owned anyway.
double marginal_usd_per_hour(const Observation& seen, UnitId unit);

// The service's managed units by price per capacity, the cheapest first; equals in its order.
std::vector<UnitId> cheapest_first(const Observation& seen);

// Plateau capacity of what serves or boots, fixed servers included.
double present_capacity_per_s(const Observation& seen);

// What a unit can be asked for, learned from refusals. Most publications have no rule for them; a
// policy without one would ask the same empty pool for ever, so all are given this: after a refusal
// a unit counts for no more than it has, and once in five minutes one more replica is asked for;
// when that is granted the unit is open again.
class Availability {
 public:
  // REQUIRES: once before each decision.
  void observe(const Observation& seen);
  // Replicas of `unit` that may be wanted now.
  int most(UnitId unit) const { return units_[unit.index()].most; }

 private:
  struct Unit {
    int most = 0;
    bool refusing = false;
    std::optional<TimePoint> refused_at = std::nullopt;
    bool asked = false;  // one more than there was could be asked for at the last decision
    int present = 0;     // at the last decision
  };

  std::vector<Unit> units_;  // by unit
};

// Sets `replicas` (by unit) of all managed units so that together with fixed servers they have the
// plateau capacity `need_per_s`: each unit in `order` takes all that is left, up to what can be
// had. Units that are not in `order` keep their minimum. Whatever cannot be had is missing.
void fill_in_order(const Observation& seen, const std::vector<UnitId>& order,
                   const Availability& available, double need_per_s, std::vector<int>& replicas);

// One replica of the first unit that can be had, where nothing is wanted at all: a service that
// scales to nothing fails whoever asks next. No publication wants that, though few say so.
void keep_one(const Observation& seen, const std::vector<UnitId>& order,
              const Availability& available, std::vector<int>& replicas);

// Replicas of `capacity_per_s` each that carry `need_per_s`; no replica for rounding's sake.
int replicas_for(double need_per_s, double capacity_per_s);

}  // namespace signalbox::sim
