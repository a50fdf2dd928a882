// SPDX-License-Identifier: Apache-2.0
//
// How busy an endpoint is with requests that are not ours, from what its server says of itself: the
// reported load less our own at that moment. The two are never taken at the same instant, so the
// least difference of the last reports counts. A gauge that says the same while requests came and
// went is stuck, and one that is old says nothing: then our own count is all there is.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace signalbox::core {

class ForeignLoad {
 public:
  static constexpr std::size_t kReports = 3;
  static constexpr int kStuckReports = 10;             // alike, one after the other
  static constexpr std::uint64_t kStuckRequests = 20;  // sent there meanwhile

  // `own` requests of ours are there, and `forwarded` were sent in all.
  void observe(double reported, int own, std::uint64_t forwarded, TimePoint at, Duration ttl) {
    if (reported != last_ || alike_ == 0) {
      alike_ = 0;
      forwarded_ = forwarded;
      least_own_ = most_own_ = own;
    }
    ++alike_;
    last_ = reported;
    least_own_ = std::min(least_own_, own);
    most_own_ = std::max(most_own_, own);
    // A server that is full of ours honestly says the same all the time.
    stuck_ = alike_ >= kStuckReports && forwarded >= forwarded_ + kStuckRequests &&
             most_own_ > least_own_ && reported > most_own_;
    differences_[seen_++ % kReports] = reported - own;
    at_ = at;
    ttl_ = ttl;
  }

  int requests(TimePoint now) const {
    if (seen_ < kReports || stuck_ || now - at_ > ttl_) return 0;
    const double least = *std::min_element(differences_.begin(), differences_.end());
    return least < 1.0 ? 0 : static_cast<int>(std::min(least, kMost));
  }

  bool stuck() const { return stuck_; }
  double reported() const { return last_; }

 private:
  static constexpr double kMost = 1e6;

  std::array<double, kReports> differences_{};
  std::size_t seen_ = 0;
  double last_ = 0.0;
  int alike_ = 0;
  std::uint64_t forwarded_ = 0;  // when the gauge last changed
  int least_own_ = 0;            // of ours there since then
  int most_own_ = 0;
  bool stuck_ = false;
  TimePoint at_ = TimePoint::min();
  Duration ttl_{};
};

}  // namespace signalbox::core
