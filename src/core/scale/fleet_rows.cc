// SPDX-License-Identifier: Apache-2.0
//
// Sets of classes, times losses, less what is implied; see fleet_rows.h.
#include "core/scale/fleet_rows.h"

#include <algorithm>
#include <cmath>

#include "base/assert.h"

namespace signalbox::core {

namespace {

std::uint32_t domain_of(const FleetPool& pool, Resilience resilience) {
  return resilience == Resilience::kZone ? pool.zone : pool.unit;
}

// Every row implied by another: over the same pools or fewer, and at least as much.
bool implies(const CoverRow& one, const CoverRow& other) {
  if (one.required_per_s < other.required_per_s) return false;
  for (std::size_t i = 0; i < one.counts.size(); ++i) {
    if (one.counts[i] > other.counts[i]) return false;
  }
  return true;
}

void drop_implied(std::vector<CoverRow>& rows) {
  std::vector<CoverRow> kept;
  kept.push_back(std::move(rows.front()));
  for (std::size_t r = 1; r < rows.size(); ++r) {
    bool needed = rows[r].required_per_s > 0.0;
    for (std::size_t other = 0; needed && other < rows.size(); ++other) {
      if (other == r) continue;
      const CoverRow& by = other == 0 ? kept.front() : rows[other];
      if (by.counts.empty() || !implies(by, rows[r])) continue;
      // Of two equal rows the first stays.
      needed = other > r && implies(rows[r], by);
    }
    if (needed) kept.push_back(rows[r]);
  }
  rows = std::move(kept);
}

}  // namespace

bool may_carry(const FleetService& service, std::uint32_t classes, std::size_t p) {
  if (service.capacity_per_s[p] <= 0.0) return false;
  if (service.classes.empty()) return true;
  for (std::size_t c = 0; c < service.classes.size(); ++c) {
    if ((classes >> c & 1U) == 0) continue;
    const auto& may_use = service.classes[c].may_use;
    if (may_use.empty() || may_use[p] != 0) return true;
  }
  return false;
}

ServiceRows rows_of(const FleetPlanProblem& problem, const FleetService& service) {
  SIGNALBOX_ASSERT(service.classes.size() <= kMostDemandClasses);
  SIGNALBOX_ASSERT(service.capacity_per_s.size() == problem.pools.size());
  SIGNALBOX_ASSERT(service.misses.is_convex());
  ServiceRows found;
  const std::uint32_t all = (1U << service.classes.size()) - 1U;
  std::vector<std::uint32_t> domains;
  for (std::size_t p = 0; p < problem.pools.size(); ++p) {
    if (!may_carry(service, all, p) || problem.pools[p].most == 0) continue;
    found.pools.push_back(static_cast<std::uint32_t>(p));
    found.capacity_per_s.push_back(service.capacity_per_s[p]);
    domains.push_back(domain_of(problem.pools[p], service.resilience));
  }
  const auto add = [&](std::uint32_t classes, std::uint32_t lost) {
    CoverRow row{0.0, classes, lost, {}};
    for (std::size_t c = 0; c < service.classes.size(); ++c) {
      if ((classes >> c & 1U) != 0) row.required_per_s += service.classes[c].required_per_s;
    }
    for (std::size_t i = 0; i < found.pools.size(); ++i) {
      const bool stands = lost == kNothingLost || domains[i] != lost;
      row.counts.push_back(stands && may_carry(service, classes, found.pools[i]) ? 1 : 0);
    }
    found.rows.push_back(std::move(row));
  };
  add(all, kNothingLost);
  for (std::uint32_t set = 1; set < all; ++set) add(set, kNothingLost);
  if (service.resilience != Resilience::kNone && all != 0) {
    std::vector<std::uint32_t> losses = domains;
    std::sort(losses.begin(), losses.end());
    losses.erase(std::unique(losses.begin(), losses.end()), losses.end());
    for (const std::uint32_t lost : losses) {
      for (std::uint32_t set = 1; set <= all; ++set) add(set, lost);
    }
  }
  // A pool that alone carries everything, and on which nothing more is missed, needs no more. As a
  // member of a row it then fills that row by itself.
  double useful = found.required_per_s();
  if (!service.misses.pieces.empty()) {
    useful = std::max(useful, service.misses.pieces.back().until_per_s);
  }
  for (std::size_t i = 0; i < found.pools.size(); ++i) {
    const double alone = std::ceil(useful / found.capacity_per_s[i] * (1.0 - 1e-12));
    const int most = problem.pools[found.pools[i]].most;
    found.most.push_back(alone < most ? static_cast<int>(alone) : most);
  }
  drop_implied(found.rows);
  return found;
}

}  // namespace signalbox::core
