// SPDX-License-Identifier: Apache-2.0
//
// What repeats: demand by the hour and by the week. The history is kept in bins; a period is known
// when the history differs little from itself one period ago (the least mean squared difference
// over all lags that are covered half), and it is looked for again every now and then, so nobody
// has to say whether a service lives by days, weeks or by something of its own. The outlook is the
// same hour of the cycles before, scaled to what this one shows against them.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace signalbox::core {

class Season {
 public:
  // Adds the mean rate of the next bin, and whether nobody had expected so much. At most kMostBins
  // are kept.
  void observe(double rate_per_s, bool is_surprise = false);

  // The rate `bins` after the end of the newest bin (fractions allowed), when a period is known and
  // the bin one period before it is kept. Negative values look back.
  std::optional<double> at(double bins) const;
  // How the last `bins` compare with the same ones of the cycles before: 1 = alike; within
  // [1/kMostScale, kMostScale].
  double scale_of(std::size_t bins) const;

  // The highest surprise among the bins that lie between `from` and `to` bins before the end of the
  // newest one, from > to >= 0.
  std::optional<double> highest_surprise(double from, double to) const;

  // In bins; 0 = none known.
  double period() const { return period_; }

  static constexpr std::size_t kMostBins = 4032;  // two weeks of five minutes
  static constexpr double kMostScale = 4.0;

 private:
  double smoothed(double back) const;
  void look_for_period();
  double difference(std::size_t lag, std::size_t stride) const;

  std::vector<double> bins_;     // the newest last
  std::vector<char> surprises_;  // parallel to it
  double period_ = 0.0;
  std::size_t since_search_ = 0;
};

}  // namespace signalbox::core
