// SPDX-License-Identifier: Apache-2.0
//
// What a clairvoyant could really have done: whole replicas, from slot to slot, that carry the work
// in time. The lower bound says what nobody can beat; this says what can be had, so the best
// schedule there is lies between the two. Found by rounding the fractional optimum and improving it
// a step at a time; nothing about it is claimed to be the best.
//
// Here every rounding goes to the strict side, against fleet_problem.h: replicas come and go at the
// beginning of slots, a forced loss takes the larger whole number, and work is served first come,
// first served in cells much shorter than a slot. It remains a fluid: within a cell work can be
// done in any portions by any replica.
#pragma once

#include <cstddef>
#include <vector>

#include "solve/clairvoyant.h"
#include "solve/fleet_problem.h"

namespace signalbox::solve {

// What arrived, finely. Cells of the first slot come first; the last slot may be cut short.
struct WorkCells {
  std::vector<double> work;
  double cell_s = 1.0;
  std::size_t per_slot = 60;  // cell_s x per_slot is the problem's slot_s
  double latency_s = 2.0;     // a part of a cell is not counted
};

struct WholeSchedule {
  std::vector<std::vector<int>> replicas;  // ready, by unit and slot
  std::vector<std::vector<int>> launches;  // that become ready at a slot's beginning
  double cost_usd = 0.0;
  double missed_work = 0.0;  // above problem.droppable_work when no schedule was found within it
};

// Improves on `optimum`, the fractional one of this problem, with at most problem.droppable_work
// missed. Growth and launch charges are those stated in the problem, and are to be strict ones:
// delay_by_boot() with the least boot gives them. Equal arguments give equal schedules.
WholeSchedule whole_schedule(const FleetProblem& problem, const WorkCells& cells,
                             const Clairvoyant& optimum);

}  // namespace signalbox::solve
