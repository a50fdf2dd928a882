// SPDX-License-Identifier: Apache-2.0
//
// Rounding a fraction of a pool; see fault.h.
#include "sim/engine/fault.h"

#include <algorithm>
#include <cmath>

namespace signalbox::sim {

std::size_t share_of(std::size_t count, double fraction) {
  const double share = std::ceil(static_cast<double>(count) * std::clamp(fraction, 0.0, 1.0));
  return static_cast<std::size_t>(share);
}

}  // namespace signalbox::sim
