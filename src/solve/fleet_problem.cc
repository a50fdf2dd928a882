// SPDX-License-Identifier: Apache-2.0
//
// Roundings to the relaxed side; see fleet_problem.h for why each is one.
#include "solve/fleet_problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/assert.h"

namespace signalbox::solve {

namespace {

template <class T>
bool fits(const PerSlot<T>& series, std::size_t slots) {
  return series.values.size() == 1 || series.values.size() == slots;
}

bool amounts(const std::vector<double>& values, bool may_be_infinite) {
  return std::all_of(values.begin(), values.end(),
                     [&](double v) { return v >= 0.0 && (may_be_infinite || std::isfinite(v)); });
}

std::string contradiction(const FleetUnit& unit, std::size_t slots) {
  if (!(unit.work_per_s > 0.0 && std::isfinite(unit.work_per_s))) return "work_per_s not above 0";
  if (!fits(unit.price_usd_per_hour, slots) || !fits(unit.launch_usd, slots) ||
      !fits(unit.cap, slots) || !fits(unit.may_grow, slots) || !fits(unit.kept, slots)) {
    return "a series has neither one value nor one per slot";
  }
  if (!amounts(unit.price_usd_per_hour.values, false)) return "a price is negative or infinite";
  if (!amounts(unit.launch_usd.values, false)) return "a launch charge is negative or infinite";
  if (!amounts(unit.cap.values, true)) return "a cap is negative";
  if (!amounts(unit.kept.values, false)) return "a kept share is negative";
  for (const double share : unit.kept.values) {
    if (share > 1.0) return "a kept share is above 1";
  }
  if (unit.initial && !amounts({*unit.initial}, false)) return "the initial fleet is negative";
  return {};
}

std::string contradiction(const std::vector<double>& cumulative, const char* name) {
  if (cumulative.empty() || cumulative.front() != 0.0)
    return fmt::format("{} begins not at 0", name);
  if (!amounts(cumulative, false)) return fmt::format("{} is negative or infinite", name);
  if (!std::is_sorted(cumulative.begin(), cumulative.end())) return fmt::format("{} falls", name);
  return {};
}

std::size_t whole_slots(double duration_s, double slot_s) {
  return static_cast<std::size_t>(std::floor(duration_s / slot_s));
}

}  // namespace

std::string contradiction(const FleetProblem& problem) {
  if (!(problem.slot_s > 0.0 && std::isfinite(problem.slot_s))) return "slot_s not above 0";
  if (auto wrong = contradiction(problem.arrived, "arrived"); !wrong.empty()) return wrong;
  if (auto wrong = contradiction(problem.due, "due"); !wrong.empty()) return wrong;
  if (problem.due.size() != problem.arrived.size()) return "due is not as long as arrived";
  for (std::size_t k = 0; k < problem.due.size(); ++k) {
    if (problem.due[k] > problem.arrived[k]) return fmt::format("due before arrival at {}", k);
  }
  if (!amounts({problem.droppable_work, problem.fixed_usd}, false)) {
    return "droppable_work or fixed_usd is negative or infinite";
  }
  for (const FleetUnit& unit : problem.units) {
    if (auto wrong = contradiction(unit, problem.slots()); !wrong.empty()) {
      return fmt::format("unit {}: {}", unit.name, wrong);
    }
  }
  return {};
}

Demand make_demand(const std::vector<double>& work_by_cell, double cell_s, std::size_t per_slot,
                   double latency_s) {
  SIGNALBOX_ASSERT(cell_s > 0.0 && per_slot >= 1 && latency_s >= 0.0);
  const std::size_t cells = work_by_cell.size();
  std::vector<double> by_cell{0.0};
  by_cell.reserve(cells + 1);
  for (const double work : work_by_cell) by_cell.push_back(by_cell.back() + work);

  const double late = std::ceil(latency_s / cell_s);
  Demand demand;
  const std::size_t slots = (cells + per_slot - 1) / per_slot;
  for (std::size_t k = 0; k <= slots; ++k) {
    const std::size_t boundary = k * per_slot;
    demand.arrived.push_back(by_cell[std::min(boundary, cells)]);
    const double due_cell = static_cast<double>(boundary) - late;
    demand.due.push_back(
        due_cell <= 0.0 ? 0.0 : by_cell[std::min(static_cast<std::size_t>(due_cell), cells)]);
  }
  return demand;
}

double droppable_work(std::vector<double> request_work, double share) {
  SIGNALBOX_ASSERT(share >= 0.0 && share <= 1.0);
  // A little more than the product, so that a share of 3 in 7 never loses its third request.
  const double misses =
      std::floor(share * static_cast<double>(request_work.size()) * (1.0 + 1e-12));
  const std::size_t count = std::min(static_cast<std::size_t>(misses), request_work.size());
  const auto end = request_work.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(request_work.begin(), end, request_work.end(), std::greater<>());
  double total = 0.0;
  for (auto it = request_work.begin(); it != end; ++it) total += *it;
  return total;
}

std::vector<double> boot_charge(const PerSlot<double>& price_usd_per_hour, std::size_t slots,
                                double slot_s, double least_boot_s) {
  SIGNALBOX_ASSERT(slot_s > 0.0 && least_boot_s >= 0.0);
  std::vector<double> paid{0.0};  // by boundary
  for (std::size_t k = 0; k < slots; ++k) {
    paid.push_back(paid.back() + price_usd_per_hour.at(k) * slot_s / 3600.0);
  }
  const auto paid_by = [&](double boundary) {
    if (boundary <= 0.0) return 0.0;
    const auto whole = std::min(static_cast<std::size_t>(boundary), slots);
    if (whole == slots) return paid[slots];
    return paid[whole] + (boundary - static_cast<double>(whole)) * (paid[whole + 1] - paid[whole]);
  };
  const double boot = least_boot_s / slot_s;
  const auto charge_at = [&](double boundary) {
    return std::max(0.0, paid_by(boundary) - paid_by(boundary - boot));
  };
  std::vector<double> charge(slots);
  for (std::size_t k = 0; k < slots; ++k) {
    const auto boundary = static_cast<double>(k);
    charge[k] = charge_at(boundary);
    if (boot == std::floor(boot)) continue;
    const double offset = boot - std::floor(boot);
    for (const double other : {-1.0, 1.0, offset - 1.0, offset}) {
      charge[k] = std::min(charge[k], charge_at(std::max(0.0, boundary + other)));
    }
  }
  return charge;
}

std::vector<char> growth_allowed(const std::vector<char>& launch_accepted, double slot_s,
                                 double least_boot_s, double most_boot_s, bool before) {
  SIGNALBOX_ASSERT(slot_s > 0.0 && 0.0 <= least_boot_s && least_boot_s <= most_boot_s);
  const std::size_t slots = launch_accepted.size();
  const std::size_t first = whole_slots(least_boot_s, slot_s);
  const std::size_t last = whole_slots(most_boot_s, slot_s) + 2;
  std::vector<char> allowed(slots, 0);
  const auto allow = [&](std::size_t from, std::size_t to) {
    for (std::size_t k = from; k <= to && k < slots; ++k) allowed[k] = 1;
  };
  if (before && slots > 0) allow(0, last - 1);
  for (std::size_t k = 0; k < slots; ++k) {
    if (launch_accepted[k] != 0) allow(k + first, k + last);
  }
  return allowed;
}

void delay_by_boot(FleetUnit& unit, double slot_s, const std::vector<std::size_t>& boot_slots,
                   const std::vector<char>& launch_accepted) {
  SIGNALBOX_ASSERT(slot_s > 0.0 && boot_slots.size() == launch_accepted.size());
  const std::size_t slots = boot_slots.size();
  std::vector<double> paid{0.0};
  for (std::size_t k = 0; k < slots; ++k) {
    paid.push_back(paid.back() + unit.price_usd_per_hour.at(k) * slot_s / 3600.0);
  }
  std::vector<double> charge(slots, 0.0);
  std::vector<char> allowed(slots, 0);
  for (std::size_t k = 0; k < slots; ++k) {
    SIGNALBOX_ASSERT(boot_slots[k] >= 1);
    const std::size_t ready = k + boot_slots[k];
    if (launch_accepted[k] == 0 || ready >= slots) continue;
    const double cost = paid[ready] - paid[k];
    charge[ready] = allowed[ready] != 0 ? std::min(charge[ready], cost) : cost;
    allowed[ready] = 1;
  }
  unit.launch_usd = std::move(charge);
  unit.may_grow = std::move(allowed);
}

}  // namespace signalbox::solve
