// SPDX-License-Identifier: Apache-2.0
//
// The picking rules; see pick.h.
#include "core/route/pick.h"

#include <tuple>

namespace signalbox::core {

namespace {

bool qualifies(const Candidate& candidate, double quantile) {
  return can_start(candidate) && candidate.verdict != Verdict::kAlreadyTried &&
         candidate.probability >= quantile;
}

// Marks every candidate that could start and takes the least by `order`.
template <class Qualifies, class Order>
std::optional<std::size_t> take_least(Candidates& candidates, Qualifies&& admit,
                                      Verdict passed_over, Order&& order) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    if (!can_start(candidate) || candidate.verdict == Verdict::kAlreadyTried) continue;
    if (!admit(candidate)) {
      candidate.verdict = Verdict::kTooSlow;
      continue;
    }
    candidate.verdict = passed_over;
    if (!best || order(candidate) < order(candidates[*best])) best = i;
  }
  if (best) candidates[*best].verdict = Verdict::kChosen;
  return best;
}

}  // namespace

std::optional<std::size_t> pick_cheapest(Candidates& candidates, double quantile) {
  return take_least(
      candidates, [&](const Candidate& c) { return qualifies(c, quantile); }, Verdict::kDearer,
      [](const Candidate& c) { return std::tuple(c.cost_usd, c.predicted); });
}

std::optional<std::size_t> pick_soonest_in_time(Candidates& candidates, double quantile) {
  return take_least(
      candidates, [&](const Candidate& c) { return qualifies(c, quantile); }, Verdict::kSlower,
      [](const Candidate& c) { return std::tuple(c.predicted, c.cost_usd); });
}

std::optional<std::size_t> pick_soonest(Candidates& candidates) {
  return take_least(
      candidates, [](const Candidate&) { return true; }, Verdict::kSlower,
      [](const Candidate& c) { return std::tuple(c.predicted, c.cost_usd); });
}

std::optional<std::size_t> pick_weighted(Candidates& candidates, Prng& prng) {
  double total = 0.0;
  const auto drawable = [](const Candidate& c) {
    return can_start(c) && c.verdict != Verdict::kAlreadyTried;
  };
  for (const auto& candidate : candidates) {
    if (drawable(candidate)) total += candidate.weight;
  }
  if (total <= 0.0) return std::nullopt;
  double left = prng.uniform() * total;
  std::optional<std::size_t> drawn;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    Candidate& candidate = candidates[i];
    if (!drawable(candidate)) continue;
    candidate.verdict = Verdict::kNotDrawn;
    // The last one drawable also catches what rounding leaves over.
    if (left >= 0.0 && candidate.weight > 0.0) drawn = i;
    left -= candidate.weight;
  }
  candidates[*drawn].verdict = Verdict::kChosen;
  return drawn;
}

}  // namespace signalbox::core
