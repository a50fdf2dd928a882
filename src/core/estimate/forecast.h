// SPDX-License-Identifier: Apache-2.0
//
// How much work per second will come, and how wrong that may be, over the time a launch takes to
// help. Several simple forecasters run side by side - the level, lines through the recent past with
// memories from a quarter of the lead to four leads, and the season - and each is judged by how far
// off it was on this very service. The answer is their mean, each weighted by its lately squared
// error (Bates and Granger, The combination of forecasts, 1969, with the weights sharpened), and
// its uncertainty is what the answer itself was lately off by, beyond the noise of counting. No
// forecaster sees a step before it is over. While too little has been seen to judge, the outlook is
// the highest rate of late. Sharp peaks are no season, since the season is smooth; whether one that
// nobody expected yesterday may come again today is told apart, with how often such peaks did.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "core/estimate/season.h"
#include "core/estimate/trend_filter.h"

namespace signalbox::core {

// A rate to come: normal around `mean`, by the usual reading of a forecast error.
struct Outlook {
  double mean_per_s = 0.0;
  double deviation_per_s = 0.0;

  // REQUIRES: deviations from the normal table, 1.64 for 95 %.
  double upper_per_s(double deviations) const { return mean_per_s + deviations * deviation_per_s; }
};

// A peak that may come again, since it came unexpected at this time a day ago.
struct Echo {
  double rate_per_s = 0.0;
  double probability = 0.0;  // 0 = there was none that stood out
};

class Forecast {
 public:
  // `lead` is how far ahead decisions look: the time a launch takes. Steps are a fifteenth of it,
  // at least a second and at most five minutes.
  explicit Forecast(Duration lead);

  // Cumulative work that arrived, and how lumpy it is (see DemandEstimate::lumpiness). A value
  // below the last one is a counter reset; a pause between calls is spread evenly over the steps it
  // covers. Calls with the same or an earlier `now` are ignored.
  void observe(double work, double lumpiness, TimePoint now);

  // The rate `ahead` from the last observation, 0 <= ahead <= 2 x lead.
  Outlook at(Duration ahead) const;
  // Whether a peak of yesterday, beyond what is expected, may be back `ahead` from now. Its
  // probability is Laplace's rule of succession over such peaks so far: (came again + 1) / (all +
  // 2).
  Echo echo(Duration ahead) const;
  // Enough has been seen to judge forecasts by.
  bool knows() const { return scored_ >= kLeastScored; }
  // The mean rate over the last day or so of leads: what a miss share is spread over.
  double usual_per_s() const { return usual_.level(); }

  Duration lead() const { return lead_; }
  Duration step() const { return step_; }
  // Of the season found, zero when there is none.
  Duration period() const;

 private:
  static constexpr std::size_t kForecasters = 7;
  static constexpr int kLeastScored = 8;
  using Rates = std::array<double, kForecasters>;

  // What was said of a step that is still to come.
  struct Promise {
    Rates rates;
    double combined;
  };
  // Mean square of an error, slowly forgotten, less the noise of counting that is in it.
  struct Score {
    double squares = 0.0;
    double weight = 0.0;
    void add(double error, double noise, double keep) {
      squares = keep * squares + error * error - noise;
      weight = keep * weight + 1.0;
    }
    double mean() const { return weight > 0.0 && squares > 0.0 ? squares / weight : 0.0; }
  };

  void end_step(double rate_per_s);
  void end_bin();
  std::optional<double> surprise_a_day_ago(double bins_ahead) const;
  void judge(double rate_per_s);
  double plausible(double rate_per_s);
  Rates rates_at(double steps) const;
  double combine(const Rates& rates) const;
  double counting_variance(double rate_per_s) const;

  Duration lead_;
  Duration step_;
  bool started_ = false;
  double work_ = 0.0;       // when last observed
  double step_work_ = 0.0;  // so far in the step under way
  double lumpiness_ = 1.0;
  TimePoint at_{};
  TimePoint step_end_{};

  std::array<TrendFilter, kForecasters - 1> lines_;
  TrendFilter usual_;
  Season season_;
  double bin_sum_ = 0.0;
  int bin_steps_ = 0;
  double expected_in_bin_ = 0.0;  // of it, as forecast a lead before; the highest step
  bool in_echo_ = false;          // yesterday's peak is due now
  bool echoed_ = false;           // and has come again
  int echoes_due_ = 0;
  int echoes_come_ = 0;

  std::deque<Promise> promised_;  // for the steps to come, at the lead; the oldest first
  Promise next_{};                // for the very next step
  int scored_ = 0;                // steps whose promise at the lead was judged
  std::array<Score, kForecasters> scores_{};
  Rates weights_{};      // sum to 1
  Score error_at_lead_;  // of the combined answer
  Score error_at_once_;
  int surprises_ = 0;          // steps in a row that were far off, with their sign
  std::deque<double> lately_;  // rates of the last lead
};

}  // namespace signalbox::core
