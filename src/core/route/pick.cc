// SPDX-License-Identifier: Apache-2.0
//
// The picking rules; see pick.h.
#include "core/route/pick.h"

namespace signalbox::core {

namespace {

// Marks every candidate that could start and takes the first by `precedes`.
template <class Qualifies, class Precedes>
std::optional<std::size_t> take_first(Candidates& candidates, Qualifies&& admit,
                                      Verdict passed_over, Precedes&& precedes) {
  Candidate* best = nullptr;
  for (Candidate& candidate : candidates) {
    if (!can_start(candidate) || candidate.verdict == Verdict::kAlreadyTried) continue;
    if (!admit(candidate)) {
      candidate.verdict = Verdict::kTooSlow;
      continue;
    }
    candidate.verdict = passed_over;
    if (best == nullptr || precedes(candidate, *best)) best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  best->verdict = Verdict::kChosen;
  return static_cast<std::size_t>(best - candidates.begin());
}

bool is_cheaper(const Candidate& a, const Candidate& b) {
  return a.cost_usd != b.cost_usd ? a.cost_usd < b.cost_usd : a.predicted < b.predicted;
}

bool is_sooner(const Candidate& a, const Candidate& b) {
  return a.predicted != b.predicted ? a.predicted < b.predicted : a.cost_usd < b.cost_usd;
}

}  // namespace

std::optional<std::size_t> pick_cheapest(Candidates& candidates, double quantile) {
  const auto in_time = [=](const Candidate& c) { return c.probability >= quantile; };
  return take_first(candidates, in_time, Verdict::kDearer, is_cheaper);
}

std::optional<std::size_t> pick_cheap_enough(Candidates& candidates,
                                             std::span<const Prospect> prospects, double quantile,
                                             bool may_wait) {
  // Less than a tenth is not worth a wait: prices move by as much.
  constexpr double kNoticeably = 0.9;
  const auto picked = pick_cheapest(candidates, quantile);
  if (!picked || !may_wait) return picked;
  Candidate& taken = candidates[*picked];
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& other = candidates[i];
    const bool frees = other.verdict == Verdict::kBusy && other.probability >= quantile;
    const bool comes = other.verdict == Verdict::kUnavailable && prospects[i].is_coming;
    if ((frees || comes) && other.cost_usd < kNoticeably * taken.cost_usd) {
      taken.verdict = Verdict::kDearer;
      return std::nullopt;
    }
  }
  return picked;
}

std::optional<std::size_t> pick_soonest_in_time(Candidates& candidates, double quantile) {
  const auto in_time = [=](const Candidate& c) { return c.probability >= quantile; };
  return take_first(candidates, in_time, Verdict::kSlower, is_sooner);
}

std::optional<std::size_t> pick_soonest(Candidates& candidates) {
  const auto anyone = [](const Candidate&) { return true; };
  return take_first(candidates, anyone, Verdict::kSlower, is_sooner);
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
