// SPDX-License-Identifier: Apache-2.0
//
// How many requests an endpoint serves at once without a queue of its own growing, found by
// watching the time to the first byte: while it stays near the best there was, more are let in;
// when it grows, something waits in there, and fewer are. This is the gradient of Netflix's
// concurrency-limits and Envoy's adaptive concurrency filter,
//
//   limit' = limit * clamp((best + slack) / now, 1/2, 1) + sqrt(limit)
//
// The first byte and not the last, since the length of a generated answer says nothing of a queue.
// The best is forgotten slowly, so that a unit which has become slower for good is not starved.
#pragma once

#include <algorithm>
#include <cmath>

namespace signalbox::core {

class ConcurrencyLimit {
 public:
  static constexpr double kSlack = 0.25;     // of the best: Envoy's min RTT buffer
  static constexpr int kWindow = 20;         // answers that one step is judged by
  static constexpr double kForget = 1.0001;  // the best grows by this with every step
  static constexpr double kGentlest = 0.5;   // a step never cuts by more than half

  // An endpoint begins with the least and opens quickly; `most` >= 1 is what it is said to take.
  explicit ConcurrencyLimit(int most = 1) : most_(std::max(1, most)), limit_(kFirst) {}

  // The next answer began after `ratio` times what its size let expect, > 0, when `in_flight`
  // requests were there. True when the limit has changed.
  bool observe(double ratio, int in_flight) {
    sum_ += ratio;
    peak_ = std::max(peak_, in_flight);
    if (++count_ < kWindow) return false;
    const double now = sum_ / count_;
    best_ = best_ == 0.0 ? now : std::min(best_ * kForget, now);
    const double gradient = std::clamp(best_ * (1.0 + kSlack) / now, kGentlest, 1.0);
    const int before = limit();
    const double grown = limit_ * gradient + std::sqrt(limit_);
    // A limit that nobody reached says nothing of what is behind it.
    const bool was_reached = 2 * peak_ >= before;
    if (grown < limit_ || was_reached) limit_ = std::clamp(grown, 1.0, double(most_));
    sum_ = 0.0;
    count_ = peak_ = 0;
    return limit() != before;
  }

  int limit() const { return std::min(most_, static_cast<int>(limit_)); }
  // Another configuration.
  void set_most(int most) { most_ = std::max(1, most); }

 private:
  static constexpr double kFirst = 4.0;

  int most_;
  double limit_;
  double best_ = 0.0;  // 0 = nothing seen
  double sum_ = 0.0;
  int count_ = 0;
  int peak_ = 0;
};

}  // namespace signalbox::core
