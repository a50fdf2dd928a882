// SPDX-License-Identifier: Apache-2.0
//
// What a clairvoyant knows: all work of a run by slot, and for every slot what each unit costs, how
// many of it could be had and when. From this the least anybody could have paid is bounded. Time is
// cut into slots, and every rounding goes to the relaxed side: whatever schedule really ran, its
// averages over slots satisfy the constraints stated here. So the least cost under them is at most
// the cost of that schedule.
//
// Why averages do. Let x[k] be the mean number of ready replicas of a unit in slot k, y[k] the work
// done in it on requests answered in time, z[k] the work of those that arrive in it and miss.
//   price    prices stand still within a slot, so a slot costs exactly price x x[k] x slot.
//   work     a ready replica does at most work_per_s, so y[k] <= slot x sum of work_per_s x x[k].
//   arrival  nothing is done before it arrived: done + missed by boundary k <= arrived[k].
//   due      all that arrived L before a boundary is done or missed by it: done + missed >= due[k].
//   growth   a replica that becomes ready a fraction f into slot k raises the mean of slot k over
//            that of slot k-1 by 1-f, and that of slot k+1 over slot k by f: together one launch.
//            Hence x[k] - x[k-1] <= u[k], where u sums to at most the launches that happened.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace signalbox::solve {

inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// One value for all slots, or one for each.
template <class T>
struct PerSlot {
  PerSlot(T everywhere) : values{everywhere} {}                    // NOLINT: implicit by design
  PerSlot(std::vector<T> by_slot) : values(std::move(by_slot)) {}  // NOLINT: implicit by design

  T at(std::size_t slot) const { return values.size() == 1 ? values[0] : values[slot]; }

  std::vector<T> values;
};

struct FleetUnit {
  std::string name;
  double work_per_s = 1.0;                   // of one ready replica at its plateau, > 0
  PerSlot<double> price_usd_per_hour = 0.0;  // >= 0; the least within the slot where it moves
  // What a launch costs that adds a replica in the slot: see boot_charge(). Owned units: 0.
  PerSlot<double> launch_usd = 0.0;
  PerSlot<double> cap = kUnlimited;  // replicas at most; the most within the slot where it moves
  // Whether a new replica can add to the slot's mean: see growth_allowed().
  PerSlot<char> may_grow = char{1};
  // Share of the previous slot's replicas that a forced loss at the slot's beginning leaves. Whole
  // replicas are lost, so a share within (0, 1) leaves up to one more.
  PerSlot<double> kept = 1.0;
  // Replicas ready before slot 0; none stated: as many as wanted, free of launch charges.
  std::optional<double> initial;
};

struct FleetProblem {
  double slot_s = 60.0;
  // Work by slot boundary, cumulative, one entry more than slots: what has arrived, and what must
  // be done or missed by then. due <= arrived; both begin at 0 and never fall. See make_demand().
  std::vector<double> arrived{0.0};
  std::vector<double> due{0.0};
  double droppable_work = 0.0;  // work that may be missed altogether: see droppable_work()
  double fixed_usd = 0.0;       // paid whatever is decided
  std::vector<FleetUnit> units;

  std::size_t slots() const { return arrived.size() - 1; }
  double slot_price_usd(const FleetUnit& unit, std::size_t slot) const {
    return unit.price_usd_per_hour.at(slot) * slot_s / 3600.0;
  }
  // Replicas that a forced loss may leave beyond the share kept.
  static double kept_rounding(const FleetUnit& unit, std::size_t slot) {
    const double share = unit.kept.at(slot);
    return share > 0.0 && share < 1.0 ? 1.0 : 0.0;
  }
};

// The first contradiction in a problem, in words; empty when there is none. Everything else in this
// room requires that there is none.
std::string contradiction(const FleetProblem& problem);

struct Demand {
  std::vector<double> arrived, due;  // as FleetProblem's
};

// Cumulative work at the boundaries of slots that are `per_slot` cells long, from work by cell.
// A boundary less the latency that falls within a cell is taken back to the cell's beginning:
// whatever of the cell arrived before it is forgiven until the next boundary, which only relaxes.
// So with cells of 60 s and a latency of 2 s, work has until the end of the slot after its own;
// cells of 1 s, 60 to a slot, lose nothing.
// REQUIRES: cell_s > 0, per_slot >= 1, latency_s >= 0. A last slot that is cut short is completed
// with silence.
Demand make_demand(const std::vector<double>& work_by_cell, double cell_s, std::size_t per_slot,
                   double latency_s);

// The most work that misses of at most `share` of all requests can take away: the largest factors.
double droppable_work(std::vector<double> request_work, double share);

// The least that booting a replica costs which adds to slot k: a boot of the least length, at the
// prices paid just before. Boots of whole slots are charged exactly (the charge is linear between
// boundaries, as a launch's share of two slots is); others the least of both slots around. What is
// paid before slot 0 is not counted.
std::vector<double> boot_charge(const PerSlot<double>& price_usd_per_hour, std::size_t slots,
                                double slot_s, double least_boot_s);

// Slots to whose mean a launch can add, from the slots in which launches are accepted: those that
// begin, or whose predecessor begins, between the least and the most boot time after one. Launches
// before slot 0 are taken as accepted when `before` is.
std::vector<char> growth_allowed(const std::vector<char>& launch_accepted, double slot_s,
                                 double least_boot_s, double most_boot_s, bool before);

// The same problem when every launch ordered in slot k takes boot_slots[k] whole slots (at least 1)
// and is paid from its order on: growth is allowed only where some accepted launch ends, at the
// least price of those that end there. Boots begun before slot 0 are no launches of this problem.
void delay_by_boot(FleetUnit& unit, double slot_s, const std::vector<std::size_t>& boot_slots,
                   const std::vector<char>& launch_accepted);

}  // namespace signalbox::solve
