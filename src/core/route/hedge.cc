// SPDX-License-Identifier: Apache-2.0
//
// When a copy is due and where it goes; see hedge.h.
#include "core/route/hedge.h"

#include <tuple>

namespace signalbox::core {

double ratio_at(const ServiceTimeEstimate& estimate, double quantile, double spread) {
  constexpr Duration kUnit = 1s;
  constexpr double kHighest = 64.0;  // beyond what an estimate tells apart
  constexpr double kPrecision = 1e-3;
  double low = 0.0, high = kHighest;
  while (high - low > kPrecision * high) {
    const double middle = 0.5 * (low + high);
    const bool is_enough =
        estimate.probability_within(scale(kUnit, middle), kUnit, spread) >= quantile;
    (is_enough ? high : low) = middle;
    if (high < kPrecision) break;
  }
  return high;
}

std::optional<std::size_t> pick_hedge(const FleetSpec& spec, UnitId first, double quantile,
                                      Candidates& candidates) {
  const auto zone_of = [&](UnitId unit) {
    return unit.index() < spec.units.size() ? std::string_view(spec.unit(unit).zone)
                                            : std::string_view();
  };
  const auto nearness = [&](const Candidate& candidate) {
    if (candidate.unit == first) return 2;
    const auto zone = zone_of(candidate.unit);
    return !zone.empty() && zone == zone_of(first) ? 1 : 0;
  };
  const auto rank = [&](const Candidate& candidate) {
    return std::tuple(candidate.probability < quantile, nearness(candidate), candidate.predicted);
  };
  Candidate* best = nullptr;
  for (Candidate& candidate : candidates) {
    if (!can_start(candidate) || candidate.verdict == Verdict::kAlreadyTried) continue;
    candidate.verdict = Verdict::kSlower;
    if (best == nullptr || rank(candidate) < rank(*best)) best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  best->verdict = Verdict::kChosen;
  return static_cast<std::size_t>(best - candidates.begin());
}

}  // namespace signalbox::core
