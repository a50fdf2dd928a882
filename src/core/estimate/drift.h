// SPDX-License-Identifier: Apache-2.0
//
// Notices that a unit has become slower, or is itself again. Observed over expected service times
// scatter; a lasting change of their mean is told from that by cumulative sums (Page, Continuous
// Inspection Schemes, Biometrika 1954): deviations from the level believed so far, less an
// allowance, add up, and only a lasting one reaches the alarm. For changes of kShift and more this
// is the quickest test there is at its rate of false alarms (Moustakides, 1986).
//
// The level after an alarm is what was seen since the sum last stood at zero, which is the most
// likely moment of the change.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace signalbox::core {

class Drift {
 public:
  static constexpr double kShift = 0.3;  // of the level: the change that is looked for
  // Evidence for an alarm, as the logarithm of a likelihood ratio: e^18 requests, on average, lie
  // between false alarms.
  static constexpr double kAlarm = 18.0;
  static constexpr double kMostDeviations = 4.0;  // that a request counts for: one may simply hang
  static constexpr std::uint64_t kLeastRequests = 5;
  static constexpr double kLeastDeviation = 0.15;  // of the level: however alike requests are
  static constexpr double kFirstDeviation = 0.5;   // until their scatter is known
  static constexpr double kSettling = 30.0;  // requests that a new level is averaged over at first
  static constexpr double kSlower = 1.15;    // levels from here on are called slower
  static constexpr Duration kFresh = 60s;    // without news for longer, a level fades
  static constexpr Duration kHalfLife = 300s;

  // The counts are cumulative, as the digest has them; one that fell has begun anew.
  // Returns whether the level changed. REQUIRES: `now` never goes back.
  bool observe(std::uint64_t ratios, double sum, TimePoint now);

  // Times as slow as the profile says; 1 until a change was noticed.
  double level() const { return level_; }
  bool is_slower() const { return level_ >= kSlower; }
  TimePoint since() const { return since_; }    // of the level
  std::uint64_t seen() const { return seen_; }  // requests the level rests on

 private:
  struct Sum {
    double evidence = 0.0;    // cumulated log-likelihood ratio
    std::uint64_t count = 0;  // requests since it last was zero
    double ratios = 0.0;      // and their sum
    TimePoint from{};
    void add(double more, std::uint64_t n, double ratios_sum, TimePoint at);
    bool alarms() const { return evidence > kAlarm && count >= kLeastRequests; }
  };

  void settle_on(const Sum& sum);
  void learn_scatter(double mean, double n);
  void fade(TimePoint now);

  std::uint64_t ratios_ = 0;  // as of the last call
  double sum_ = 0.0;
  TimePoint at_ = TimePoint::min();
  TimePoint news_at_ = TimePoint::min();

  double level_ = 1.0;
  double variance_ = kFirstDeviation * kFirstDeviation;  // of one request, relative to the level
  double scatter_weight_ = 0.0;                          // requests that it rests on
  double last_mean_ = 0.0;                               // relative to the level, of the last call
  double last_n_ = 0.0;
  std::uint64_t seen_ = 0;
  double averaged_ = 0.0;  // requests that the level is the mean of, as far as they count
  TimePoint since_ = TimePoint::min();
  Sum slower_;
  Sum faster_;
};

}  // namespace signalbox::core
