// SPDX-License-Identifier: Apache-2.0
//
// Two counters that grow together, a sum and how many are in it, say what the mean was since they
// were looked at last. When either fell, the server began anew at zero: then all that it has
// counted since is new, and both are read so, because a mean of one old and one new would be
// neither. So a mean is never negative, and a restart never makes a burst.
#pragma once

#include <cmath>
#include <optional>

namespace signalbox::core {

class MeanOfCounters {
 public:
  struct Mean {
    double value;  // >= 0
    double count;  // > 0
  };

  // The mean since the look before; nullopt at the first, when nothing was counted, and for values
  // that no counter has, which change nothing.
  std::optional<Mean> observe(double sum, double count) {
    const auto is_counter = [](double value) { return std::isfinite(value) && value >= 0.0; };
    if (!is_counter(sum) || !is_counter(count)) return std::nullopt;
    const auto before = last_;
    last_ = Counters{sum, count};
    if (!before) return std::nullopt;
    const bool began_anew = sum < before->sum || count < before->count;
    const double more = began_anew ? count : count - before->count;
    if (more <= 0.0) return std::nullopt;
    return Mean{(began_anew ? sum : sum - before->sum) / more, more};
  }

 private:
  struct Counters {
    double sum, count;
  };
  std::optional<Counters> last_;
};

}  // namespace signalbox::core
