// SPDX-License-Identifier: Apache-2.0
//
// Exponential smoothing with a damped trend and, where a season is known, an additive seasonal
// component (Holt 1957; Winters 1960; Gardner and McKenzie 1985). With y the latest value, m the
// season's length in steps and a, b, g, f constants:
//
//   level'    = a (y - season[t]) + (1 - a) (level + f trend)
//   trend'    = b (level' - level) + (1 - b) f trend
//   season[t] = g (y - level') + (1 - g) season[t]                (t modulo m)
//   forecast of h steps ahead = level + (f + f^2 + ... + f^h) trend + season[t + h]
//
// During the first season it is Holt's method alone; then the season's values less their mean are
// the first seasonal component.
#pragma once

#include <cstddef>
#include <vector>

namespace signalbox::sim {

class HoltWinters {
 public:
  // Steps in a season; 0 = no season is known.
  explicit HoltWinters(std::size_t season) : seasonal_(season, 0.0) {}

  void observe(double value);
  // REQUIRES: steps >= 1. Never below 0; 0 before anything was observed.
  double forecast(std::size_t steps) const;

 private:
  std::size_t season() const { return seasonal_.size(); }
  bool seasonal_known() const { return season() > 0 && seen_ >= season(); }

  std::size_t seen_ = 0;
  double level_ = 0.0;
  double trend_ = 0.0;
  std::vector<double> seasonal_;  // while the first season lasts, its values
};

}  // namespace signalbox::sim
