// SPDX-License-Identifier: Apache-2.0
//
// Planners in turn, and their mean; see afhc.h.
#include "sim/policy/afhc.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

constexpr Duration kSlot = 60s;

}  // namespace

std::vector<int> fixed_horizon_plan(const std::vector<int>& need, int before, double worth_slots) {
  std::vector<int> plan = need;
  const int most = std::max(before, need.empty() ? 0 : *std::max_element(need.begin(), need.end()));
  // Replica r is needed in the slots whose need is at least r. Its idle stretches that lie between
  // being on and being needed again are bridged when they are short enough.
  for (int replica = 1; replica <= most; ++replica) {
    bool on = replica <= before;
    std::size_t idle_from = 0;
    for (std::size_t s = 0; s < need.size(); ++s) {
      if (need[s] < replica) continue;
      if (on && static_cast<double>(s - idle_from) <= worth_slots) {
        for (std::size_t gap = idle_from; gap < s; ++gap) plan[gap] = std::max(plan[gap], replica);
      }
      on = true;
      idle_from = s + 1;
    }
  }
  return plan;
}

void Afhc::decide(const Observation& seen, Wish& wish) {
  SIGNALBOX_ASSERT(seen.truth != nullptr);
  available_.observe(seen);
  const auto order = cheapest_first(seen);
  if (order.empty()) return;
  const core::UnitSpec& reference = seen.unit_spec(order.front());
  const std::int64_t now_slot = (seen.now - seen.start) / kSlot;
  const std::int64_t lead = (reference.boot_time_max + kSlot - Duration{1}) / kSlot;
  for (auto slot = static_cast<std::int64_t>(averages_.size()); slot <= now_slot + lead; ++slot) {
    averages_.push_back(averaged(seen, slot, reference));
  }
  const auto first = averages_.begin() + now_slot;
  const int wanted = *std::max_element(first, averages_.end());
  fill_in_order(seen, order, available_, wanted * reference.plateau_per_s(), wish.replicas);
  keep_one(seen, order, available_, wish.replicas);
}

int Afhc::needed(const Observation& seen, std::int64_t slot, double capacity_per_s) const {
  const TimePoint from = seen.start + slot * kSlot;
  const double per_s = seen.truth->work_between(from, from + kSlot) / to_seconds(kSlot);
  return replicas_for(per_s / utilisation_, capacity_per_s);
}

int Afhc::averaged(const Observation& seen, std::int64_t slot, const core::UnitSpec& reference) {
  const std::int64_t turns = window_ + 1;
  const Duration boot = (reference.boot_time_min + reference.boot_time_max) / 2;
  const double worth_slots = beta_factor_ * to_seconds(boot) / to_seconds(kSlot);
  planners_.resize(static_cast<std::size_t>(turns));
  double sum = 0.0;
  for (std::int64_t k = 0; k < turns; ++k) {
    Planner& planner = planners_[static_cast<std::size_t>(k)];
    // Before its first turn a planner plans the slots up to it.
    if (slot == 0 || slot % turns == k) {
      const std::int64_t until = slot == 0 && k > 0 ? k : slot + turns;
      std::vector<int> need;
      for (std::int64_t s = slot; s < until; ++s) {
        need.push_back(needed(seen, s, reference.plateau_per_s()));
      }
      const int before = planner.plan.empty() ? 0 : planner.plan.back();
      planner = {slot, fixed_horizon_plan(need, before, worth_slots)};
    }
    sum += planner.plan[static_cast<std::size_t>(slot - planner.from)];
  }
  return static_cast<int>(std::ceil(sum / static_cast<double>(turns) - 1e-9));
}

}  // namespace signalbox::sim
