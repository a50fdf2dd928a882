// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/factors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/workload/poisson.h"
#include "sim/workload/test_streams.h"

namespace signalbox::sim {
namespace {

constexpr int kDraws = 100'000;

std::vector<double> draws_of(const FactorDistribution& law, std::uint64_t seed) {
  Prng prng(seed);
  std::vector<double> drawn;
  for (int i = 0; i < kDraws; ++i) drawn.push_back(law.draw(prng));
  return drawn;
}

TEST(Factors, uniform_lies_within_its_spread_of_one) {
  const auto law = FactorDistribution::uniform(0.05);
  const auto drawn = draws_of(law, 1);
  EXPECT_EQ(law.mean(), 1.0);
  EXPECT_NEAR(mean_of(drawn), 1.0, 4.0 * 0.05 / std::sqrt(3.0 * kDraws));
  EXPECT_NEAR(variance_of(drawn), 0.05 * 0.05 / 3.0, 2e-5);
  EXPECT_GE(*std::min_element(drawn.begin(), drawn.end()), 0.95);
  EXPECT_LT(*std::max_element(drawn.begin(), drawn.end()), 1.05);
}

TEST(Factors, lognormal_has_its_mean_and_its_quantiles) {
  const auto law = FactorDistribution::lognormal(8.47, 0.8);
  auto drawn = draws_of(law, 2);
  const double deviation = 8.47 * std::sqrt(std::exp(0.64) - 1.0);
  EXPECT_NEAR(mean_of(drawn), law.mean(), 4.0 * deviation / std::sqrt(kDraws));
  std::sort(drawn.begin(), drawn.end());
  const double median = 8.47 * std::exp(-0.32);
  EXPECT_NEAR(drawn[kDraws / 2], median, 0.02 * median);
  EXPECT_NEAR(drawn[kDraws * 95 / 100], median * std::exp(0.8 * 1.6449), 0.03 * median * 3.73);
}

TEST(Factors, empirical_draws_what_was_seen_each_as_often_as_it_was) {
  const auto law = FactorDistribution::empirical({3.0, 3.0, 12.0, 24.0});
  const auto drawn = draws_of(law, 3);
  EXPECT_EQ(law.mean(), 10.5);
  const auto share = [&](double value) {
    return static_cast<double>(std::count(drawn.begin(), drawn.end(), value)) / kDraws;
  };
  EXPECT_NEAR(share(3.0), 0.5, 0.007);
  EXPECT_NEAR(share(12.0), 0.25, 0.006);
  EXPECT_NEAR(share(24.0), 0.25, 0.006);
}

TEST(Factors, on_a_stream_leave_its_times_alone) {
  const auto times = [] {
    return std::make_unique<ConstantWorkload>(
        ConstantRate{10.0}, ConstantWorkload::Options{TimePoint{}, 100s, 0.05, 5});
  };
  const auto plain = all_of(*times());
  const auto sized = all_of(
      FactoredStream(times(), {FactorDistribution::lognormal(8.47, 0.8), /*declared=*/true, 5}));
  ASSERT_EQ(plain.size(), sized.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_EQ(plain[i].at, sized[i].at);
    EXPECT_EQ(sized[i].declared, sized[i].factor);
  }
}

TEST(Factors, that_nobody_can_know_are_declared_as_one) {
  FactoredStream stream(std::make_unique<ConstantWorkload>(
                            ConstantRate{10.0}, ConstantWorkload::Options{TimePoint{}, 100s}),
                        {FactorDistribution::lognormal(8.47, 0.8), /*declared=*/false, 5});
  for (const auto& arrival : all_of(stream)) EXPECT_EQ(arrival.declared, 1.0);
}

}  // namespace
}  // namespace signalbox::sim
