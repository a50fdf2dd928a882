// SPDX-License-Identifier: Apache-2.0
//
// Which part of a pool a fault means, and when; see fault.h.
#include "sim/engine/fault.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace signalbox::sim {

std::size_t share_of(std::size_t count, double fraction) {
  const double share = std::ceil(static_cast<double>(count) * std::clamp(fraction, 0.0, 1.0));
  return static_cast<std::size_t>(share);
}

std::vector<EndpointId> draw_some(std::vector<EndpointId> ids, std::size_t count, Prng& draws) {
  SIGNALBOX_ASSERT(count <= ids.size());
  // The first steps of a Fisher-Yates shuffle: every subset is equally likely.
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(ids[i], ids[i + draws.below(ids.size() - i)]);
  }
  ids.resize(count);
  return ids;
}

std::vector<EndpointId> draw_share(std::vector<EndpointId> ids, double fraction, Prng& draws) {
  const std::size_t count = share_of(ids.size(), fraction);
  return draw_some(std::move(ids), count, draws);
}

bool answers_in_flap(TimePoint since, Duration period, TimePoint now) {
  SIGNALBOX_ASSERT(period >= 2ns && now >= since);
  return (now - since) % period >= period / 2;
}

TimePoint next_flap(TimePoint since, Duration period, TimePoint now) {
  const Duration begun = (now - since) % period;
  return now + (answers_in_flap(since, period, now) ? period - begun : period / 2 - begun);
}

}  // namespace signalbox::sim
