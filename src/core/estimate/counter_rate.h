// SPDX-License-Identifier: Apache-2.0
//
// What a counter that only grows says between two looks at it. A server that restarts begins anew
// at zero: then its counter falls, and what it has counted since is all that is surely new. So a
// difference is never negative, and a restart never makes a burst (Prometheus' rate() reads resets
// likewise).
#pragma once

#include <cmath>
#include <optional>

namespace signalbox::core {

class CounterRate {
 public:
  // The growth since the look before; nullopt at the first, and where `counter` is no number or
  // negative, which changes nothing.
  std::optional<double> observe(double counter) {
    if (!std::isfinite(counter) || counter < 0.0) return std::nullopt;
    const std::optional<double> before = last_;
    last_ = counter;
    if (!before) return std::nullopt;
    return counter >= *before ? counter - *before : counter;
  }

 private:
  std::optional<double> last_;
};

// The mean of what was counted between two looks, from a counter of events and one of their sum (a
// summary's or histogram's `_count` and `_sum`). Both begin anew together, so where one fell the
// growth of both is counted from zero: a mean of two halves would be none.
class MeanOfCounters {
 public:
  struct Mean {
    double value;
    double count;  // > 0
  };

  // nullopt at the first look, and where nothing was counted since the one before.
  std::optional<Mean> observe(double count, double sum) {
    const bool fell = (last_count_ && count < *last_count_) || (last_sum_ && sum < *last_sum_);
    if (!std::isfinite(count) || !std::isfinite(sum) || count < 0.0 || sum < 0.0) {
      return std::nullopt;
    }
    const bool is_first = !last_count_;
    const double grown = fell ? count : count - last_count_.value_or(0.0);
    const double added = fell ? sum : sum - last_sum_.value_or(0.0);
    last_count_ = count;
    last_sum_ = sum;
    if (is_first || grown <= 0.0) return std::nullopt;
    return Mean{added / grown, grown};
  }

 private:
  std::optional<double> last_count_;
  std::optional<double> last_sum_;
};

}  // namespace signalbox::core
