// SPDX-License-Identifier: Apache-2.0
//
// Open, benched, probing; see launch_backoff.h.
#include "core/estimate/launch_backoff.h"

#include <algorithm>

namespace signalbox::core {

void LaunchBackoff::on_refused(TimePoint now, Duration first_pause, Duration longest_pause) {
  // A burst of launches refused together is one piece of news, not many.
  const bool same_burst = relapses_ > 0 && !probing_ && now < until_;
  if (same_burst) return;
  const Duration pause = std::min(longest_pause, first_pause * (1 << std::min(relapses_, 16)));
  ++relapses_;
  refused_at_ = now;
  probing_ = false;
  until_ = now + pause;
  unwanted_since_ = TimePoint::max();
}

void LaunchBackoff::on_launch(TimePoint now, Duration patience) {
  if (open()) return;
  probing_ = true;
  until_ = now + patience;
  unwanted_since_ = TimePoint::max();
}

void LaunchBackoff::on_unwanted(TimePoint now, Duration quiet) {
  if (open() || now < until_) return;
  unwanted_since_ = std::min(unwanted_since_, now);
  if (now - unwanted_since_ < quiet) return;
  relapses_ = 0;
  probing_ = false;
}

void LaunchBackoff::on_ready(TimePoint launched) {
  if (launched <= refused_at_) return;
  relapses_ = 0;
  probing_ = false;
}

LaunchBackoff::State LaunchBackoff::state(TimePoint now) const {
  if (open()) return State::kOpen;
  return probing_ && now < until_ ? State::kProbing : State::kBenched;
}

std::optional<int> LaunchBackoff::allowance(TimePoint now) const {
  if (open()) return std::nullopt;
  return now < until_ ? 0 : 1;
}

}  // namespace signalbox::core
