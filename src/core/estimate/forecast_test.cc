// SPDX-License-Identifier: Apache-2.0
//
// The forecaster against demand whose future is known: it must be about right, know how wrong it
// is, never look ahead, and survive gaps, resets and slips of a counter.
#include "core/estimate/forecast.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"
#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

constexpr Duration kLead = 750s;

// Poisson arrivals at `rate(seconds)`, told every ten seconds.
class Service {
 public:
  explicit Service(std::uint64_t seed = 1) : prng_(seed) {}

  template <class Rate>
  void run_until(double until_s, Rate&& rate) {
    for (; now_s_ < until_s; now_s_ += 10.0) {
      work_ += static_cast<double>(poisson(prng_, 10.0 * rate(now_s_)));
      forecast.observe(work_, 1.0, at(from_seconds(now_s_ + 10.0)));
    }
  }
  void jump(double seconds) { now_s_ += seconds; }
  void slip(double work) { work_ += work; }
  void restart() { work_ = 0.0; }

  Forecast forecast{kLead};

 private:
  static std::uint64_t poisson(Prng& prng, double mean) {
    std::uint64_t count = 0;
    for (double t = draw_exponential(prng, 1.0); t < mean; t += draw_exponential(prng, 1.0))
      ++count;
    return count;
  }

  Prng prng_;
  double now_s_ = 0.0;
  double work_ = 0.0;
};

double wave(double seconds, double period_s) {
  return 25.5 * (1.0 - std::cos(2.0 * std::numbers::pi * seconds / period_s));
}

TEST(Forecast, says_nothing_before_anything_came) {
  const Forecast forecast(kLead);
  EXPECT_FALSE(forecast.knows());
  EXPECT_EQ(forecast.at(kLead).mean_per_s, 0.0);
}

TEST(Forecast, while_it_knows_little_the_highest_rate_of_late_stands) {
  Service service;
  service.run_until(300.0, [](double t) { return t < 150.0 ? 40.0 : 10.0; });
  EXPECT_FALSE(service.forecast.knows());
  EXPECT_NEAR(service.forecast.at(kLead).mean_per_s, 40.0, 4.0);
}

TEST(Forecast, a_steady_rate_is_found_with_little_doubt) {
  Service service;
  service.run_until(4.0 * 3600.0, [](double) { return 20.0; });
  const Outlook outlook = service.forecast.at(kLead);
  EXPECT_NEAR(outlook.mean_per_s, 20.0, 0.4);
  EXPECT_LT(outlook.deviation_per_s, 0.4);
  EXPECT_NEAR(service.forecast.usual_per_s(), 20.0, 0.4);
}

TEST(Forecast, a_ramp_is_extrapolated_to_the_time_a_launch_helps) {
  Service service;
  const auto rate = [](double t) { return 5.0 + t / 600.0; };
  service.run_until(3.0 * 3600.0, rate);
  EXPECT_NEAR(service.forecast.at(kLead).mean_per_s, rate(3.0 * 3600.0 + 750.0), 0.6);
  EXPECT_NEAR(service.forecast.at(0s).mean_per_s, rate(3.0 * 3600.0), 0.5);
}

TEST(Forecast, a_season_of_any_length_is_learned_and_makes_it_better) {
  const double period_s = 15.0 * 3600.0;
  const auto rate = [&](double t) { return wave(t, period_s); };
  const auto error_between = [&](double from_h, double to_h) {
    Service service;
    double squares = 0.0;
    int count = 0;
    for (double t = from_h * 3600.0; t < to_h * 3600.0; t += 600.0) {
      service.run_until(t, rate);
      const double error = service.forecast.at(kLead).mean_per_s - rate(t + 750.0);
      squares += error * error;
      ++count;
    }
    EXPECT_LT(count, 1000);
    return std::sqrt(squares / count);
  };
  const double first = error_between(3.0, 15.0);
  const double third = error_between(33.0, 45.0);
  EXPECT_LT(first, 0.9) << "requests/s, of 25 on average";
  EXPECT_LT(third, 0.4);
  EXPECT_LT(third, 0.7 * first);
}

TEST(Forecast, its_doubt_covers_what_comes) {
  const double period_s = 15.0 * 3600.0;
  int covered = 0;
  int all = 0;
  Service service(7);
  for (double t = 4.0 * 3600.0; t < 45.0 * 3600.0; t += 1800.0) {
    service.run_until(t, [&](double s) { return wave(s, period_s); });
    const Outlook outlook = service.forecast.at(kLead);
    covered += wave(t + 750.0, period_s) <= outlook.upper_per_s(1.64) ? 1 : 0;
    ++all;
  }
  EXPECT_GE(covered, all * 90 / 100) << "of " << all << ", said to be 95 %";
}

TEST(Forecast, one_slip_of_a_counter_moves_it_little) {
  Service service;
  const auto steady = [](double) { return 20.0; };
  service.run_until(2.0 * 3600.0, steady);
  const double before = service.forecast.at(kLead).mean_per_s;
  service.slip(10'000.0);  // as much as eight minutes bring
  service.run_until(2.0 * 3600.0 + 60.0, steady);
  EXPECT_NEAR(service.forecast.at(kLead).mean_per_s, before, 3.0);
}

TEST(Forecast, a_rise_that_lasts_is_believed_within_a_lead) {
  Service service;
  service.run_until(2.0 * 3600.0, [](double) { return 20.0; });
  service.run_until(2.0 * 3600.0 + 750.0, [](double) { return 60.0; });
  EXPECT_GT(service.forecast.at(0s).mean_per_s, 40.0);
}

TEST(Forecast, a_reset_counter_and_a_gap_are_no_news) {
  Service service;
  const auto steady = [](double) { return 20.0; };
  service.run_until(2.0 * 3600.0, steady);
  service.restart();
  service.run_until(2.0 * 3600.0 + 300.0, steady);
  EXPECT_NEAR(service.forecast.at(kLead).mean_per_s, 20.0, 1.0);
  service.restart();
  service.jump(40.0 * 3600.0);
  service.run_until(43.0 * 3600.0, steady);
  EXPECT_NEAR(service.forecast.at(kLead).mean_per_s, 20.0, 1.0);
}

TEST(Forecast, a_peak_of_yesterday_may_come_again_and_is_trusted_as_often_as_it_did) {
  constexpr double kDayS = 24.0 * 3600.0;
  const auto rate = [&](double t) {
    const double hour = std::fmod(t, kDayS) / 3600.0;
    return hour >= 12.0 && hour < 12.25 ? 40.0 : 5.0;
  };
  Service service;
  service.run_until(0.5 * kDayS - 800.0, rate);
  EXPECT_EQ(service.forecast.echo(kLead).probability, 0.0) << "nothing is known of any peak";
  service.run_until(1.5 * kDayS - 800.0, rate);
  const Echo first = service.forecast.echo(kLead + 60s);
  EXPECT_EQ(first.probability, 0.5) << "it may come again or not";
  EXPECT_GT(first.rate_per_s, 30.0);
  service.run_until(2.5 * kDayS - 800.0, rate);
  EXPECT_GT(service.forecast.echo(kLead + 60s).probability, 0.6) << "it did";
  service.run_until(2.5 * kDayS - 800.0 + 4.0 * 3600.0, [](double) { return 5.0; });
  EXPECT_EQ(service.forecast.echo(kLead).probability, 0.0) << "its hour has passed";
}

TEST(Forecast, a_daily_tide_is_no_peak) {
  Service service;
  const auto tide = [](double t) { return wave(t, 24.0 * 3600.0); };
  for (double t = 26.0 * 3600.0; t < 60.0 * 3600.0; t += 1800.0) {
    service.run_until(t, tide);
    EXPECT_EQ(service.forecast.echo(kLead).probability, 0.0) << t / 3600.0 << " h";
  }
}

RC_GTEST_PROP(ForecastProperty, what_is_still_to_come_changes_nothing_said_before, ()) {
  const auto rates = *rc::gen::container<std::vector<int>>(40, rc::gen::inRange(0, 60));
  const auto others = *rc::gen::container<std::vector<int>>(10, rc::gen::inRange(0, 60));
  const auto said_after = [&](const std::vector<int>& counts) {
    Forecast forecast(30s);
    double work = 0.0;
    forecast.observe(work, 1.0, at(0s));
    std::vector<double> said;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      work += counts[i];
      forecast.observe(work, 1.0, at(std::chrono::seconds(i + 1)));
      said.push_back(forecast.at(30s).mean_per_s);
      RC_ASSERT(said.back() >= 0.0);
      RC_ASSERT(std::isfinite(said.back()));
      RC_ASSERT(forecast.at(30s).deviation_per_s >= 0.0);
    }
    return said;
  };
  auto continued = rates;
  continued.insert(continued.end(), others.begin(), others.end());
  auto longer = said_after(continued);
  longer.resize(rates.size());
  RC_ASSERT(longer == said_after(rates));
}

}  // namespace
}  // namespace signalbox::core
