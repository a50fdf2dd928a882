// SPDX-License-Identifier: Apache-2.0
//
// Inverse transforms and Box-Muller; see distributions.h.
#include "base/distributions.h"

#include <cmath>
#include <numbers>

namespace signalbox {

double draw_uniform(Prng& prng, double low, double high) {
  return low + (high - low) * prng.uniform();
}

double draw_exponential(Prng& prng, double mean) { return -mean * std::log1p(-prng.uniform()); }

double draw_standard_normal(Prng& prng) {
  const double radius = std::sqrt(-2.0 * std::log1p(-prng.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * prng.uniform());
}

Duration draw_duration(Prng& prng, Duration low, Duration high) {
  return low + scale(high - low, prng.uniform());
}

}  // namespace signalbox
