// SPDX-License-Identifier: Apache-2.0
//
// Trying again what a unit has answered with an error, or not in time. That serves a request twice,
// and where it fails for want of capacity it makes the want worse; so the pause before it is drawn
// from an interval that doubles (full jitter: Brooker, "Exponential Backoff And Jitter", AWS 2015),
// and only a share of what is under way may be such tries (Envoy's and Finagle's retry budgets).
#pragma once

#include <algorithm>

#include "base/prng.h"
#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::core {

// What a service has under way, and how much of it is being tried again.
struct RetryLoad {
  int requests = 0;
  int retried = 0;

  bool allows_another(const RetryRule& rule) const {
    return retried < std::max(static_cast<double>(rule.floor), rule.budget * requests);
  }
};

// How long to wait before the retry after `earlier` ones of the same request.
inline Duration draw_backoff(const RetryRule& rule, int earlier, Prng& prng) {
  constexpr int kMostDoublings = 20;
  const Duration widest = rule.backoff * (1 << std::min(earlier, kMostDoublings));
  return scale(std::min(widest, rule.max_backoff), prng.uniform());
}

}  // namespace signalbox::core
