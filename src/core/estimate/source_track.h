// SPDX-License-Identifier: Apache-2.0
//
// What one source has said of one quantity, and whether it deserves belief. Two gates stand in a
// row: could the value be true at all (the caller knows the range), and does it fit what the same
// source said lately (Hampel's identifier: median and median absolute deviation, which a few wild
// values cannot move; Davies and Gather, 1993). A value that does not fit may still be news: it is
// believed once three in a row agree on it.
//
// A source that keeps saying what cannot be is put in quarantine, with the reason, for a time that
// doubles; it leaves by itself once the time is over and it has been sound three times running.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "base/time.h"

namespace signalbox::core {

class SourceTrack {
 public:
  static constexpr std::size_t kWindow = 7;    // values remembered
  static constexpr std::size_t kAgreeing = 3;  // of these make news of a jump, and end a quarantine
  static constexpr double kHampelDeviations = 3.0;
  static constexpr double kLeastScale = 0.03;     // of the median: what is always within reason
  static constexpr double kStrikesAllowed = 3.0;  // quarantine from here on
  static constexpr Duration kFirstQuarantine = 60s;
  static constexpr Duration kLongestQuarantine = 600s;

  // Takes one observation; `implausible` says why it cannot be true. Returns why it is not used
  // as its value, or an empty text. REQUIRES: finite, unless implausible.
  std::string observe(double value, const std::optional<std::string>& implausible, TimePoint at);

  // The last value that was believed, and when it was observed.
  bool has_value() const { return count_ > 0; }
  double value() const { return window_[(next_ + kWindow - 1) % kWindow]; }
  TimePoint at() const { return at_; }

  bool quarantined() const { return quarantined_; }
  // Of the quarantine; kept after it for the record.
  const std::string& reason() const { return reason_; }
  TimePoint until() const { return until_; }

 private:
  void strike(const std::string& why, TimePoint at);
  bool fits(double value) const;
  bool joins_suspects(double value);
  void believe(double value, TimePoint at);
  void believe_suspects(TimePoint at);

  std::array<double, kWindow> window_{};
  std::size_t count_ = 0;
  std::size_t next_ = 0;
  TimePoint at_ = TimePoint::min();
  TimePoint heard_ = TimePoint::min();
  std::array<double, kAgreeing> suspects_{};  // in a row, alike, not believed yet
  std::size_t suspected_ = 0;
  double strikes_ = 0.0;
  bool quarantined_ = false;
  TimePoint until_ = TimePoint::min();
  Duration next_quarantine_ = kFirstQuarantine;
  std::string reason_;
};

}  // namespace signalbox::core
