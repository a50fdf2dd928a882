// SPDX-License-Identifier: Apache-2.0
#include "sim/report/thinned_history.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/assert.h"

namespace signalbox::sim {

namespace {

// Sum of value x weight over sum of weights; 0 when nothing weighs.
class WeightedMean {
 public:
  void add(double value, double weight) {
    sum_ += value * weight;
    weight_ += weight;
  }
  double value() const { return weight_ > 0.0 ? sum_ / weight_ : 0.0; }

 private:
  double sum_ = 0.0;
  double weight_ = 0.0;
};

std::uint64_t answered(const HistorySlot& slot) {
  const std::uint64_t lost = slot.refused + slot.failed;
  return slot.arrivals > lost ? slot.arrivals - lost : 0;
}

HistorySlot merged(std::span<const HistorySlot> slots) {
  HistorySlot sum = slots.back();  // replicas and mode: at the end
  sum.from = slots.front().from;
  sum.arrivals = sum.within_objective = sum.refused = sum.failed = 0;
  sum.work = sum.p99_s = 0.0;
  std::fill(sum.forwarded.begin(), sum.forwarded.end(), 0);
  std::vector<WeightedMean> in_replica(sum.mean_in_replica_s.size());
  WeightedMean p50, cost, bound;
  for (const HistorySlot& slot : slots) {
    sum.arrivals += slot.arrivals;
    sum.within_objective += slot.within_objective;
    sum.refused += slot.refused;
    sum.failed += slot.failed;
    sum.work += slot.work;
    for (std::size_t u = 0; u < std::min(sum.forwarded.size(), slot.forwarded.size()); ++u) {
      sum.forwarded[u] += slot.forwarded[u];
    }
    for (std::size_t u = 0; u < std::min(in_replica.size(), slot.mean_in_replica_s.size()); ++u) {
      // A slot in which the unit answered nothing has no mean to give.
      const bool any = slot.mean_in_replica_s[u] > 0.0 && u < slot.forwarded.size();
      const auto weight = any ? std::max<std::uint64_t>(slot.forwarded[u], 1) : 0;
      in_replica[u].add(slot.mean_in_replica_s[u], static_cast<double>(weight));
    }
    if (slot.p50_s > 0.0) p50.add(slot.p50_s, static_cast<double>(answered(slot)));
    sum.p99_s = std::max(sum.p99_s, slot.p99_s);
    cost.add(slot.cost_usd_per_hour, 1.0);
    bound.add(slot.bound_usd_per_hour, 1.0);
  }
  for (std::size_t u = 0; u < in_replica.size(); ++u) {
    sum.mean_in_replica_s[u] = in_replica[u].value();
  }
  sum.p50_s = p50.value();
  sum.cost_usd_per_hour = cost.value();
  sum.bound_usd_per_hour = bound.value();
  return sum;
}

}  // namespace

ThinnedHistory thinned(const RunResult& result, std::size_t most) {
  SIGNALBOX_ASSERT(most > 0);
  const std::span<const HistorySlot> slots = result.history;
  const std::size_t together = std::max<std::size_t>(1, (slots.size() + most - 1) / most);
  ThinnedHistory history;
  history.step = result.slot * static_cast<std::int64_t>(together);
  for (std::size_t i = 0; i < slots.size(); i += together) {
    const auto part = slots.subspan(i, std::min(together, slots.size() - i));
    const Duration length = result.slot * static_cast<std::int64_t>(part.size());
    history.points.push_back({merged(part), part.front().from - TimePoint{} + length / 2, length});
  }
  return history;
}

}  // namespace signalbox::sim
