// SPDX-License-Identifier: Apache-2.0
//
// Inverse transforms, Box-Muller and one rejection; see distributions.h.
#include "base/distributions.h"

#include <cmath>
#include <numbers>

#include "base/assert.h"

namespace signalbox {

double draw_uniform(Prng& prng, double low, double high) {
  return low + (high - low) * prng.uniform();
}

double draw_exponential(Prng& prng, double mean) { return -mean * std::log1p(-prng.uniform()); }

double draw_standard_normal(Prng& prng) {
  const double radius = std::sqrt(-2.0 * std::log1p(-prng.uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * prng.uniform());
}

double draw_lognormal(Prng& prng, double mu, double sigma) {
  return std::exp(mu + sigma * draw_standard_normal(prng));
}

double draw_gamma(Prng& prng, double shape, double scale) {
  SIGNALBOX_ASSERT(shape > 0.0 && scale > 0.0);
  if (shape < 1.0) {
    const double boost = std::pow(1.0 - prng.uniform(), 1.0 / shape);
    return boost * draw_gamma(prng, shape + 1.0, scale);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = draw_standard_normal(prng);
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double u = 1.0 - prng.uniform();  // in (0, 1]
    if (u < 1.0 - 0.0331 * x * x * x * x) return d * v * scale;
    if (std::log(u) < 0.5 * x * x + d * (1.0 - v + std::log(v))) return d * v * scale;
  }
}

double draw_weibull(Prng& prng, double shape, double scale) {
  SIGNALBOX_ASSERT(shape > 0.0 && scale > 0.0);
  return scale * std::pow(-std::log1p(-prng.uniform()), 1.0 / shape);
}

Duration draw_duration(Prng& prng, Duration low, Duration high) {
  return low + scale(high - low, prng.uniform());
}

}  // namespace signalbox
