// SPDX-License-Identifier: Apache-2.0
//
// Who stands out, and who does not though it is last.
#include "core/estimate/outliers.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace signalbox::core {
namespace {

EndpointSample sample(double slowness, double error_share = 0.0, double requests = 100.0) {
  const double errors = requests * error_share;
  return {requests, errors, slowness * (requests - errors)};
}

std::vector<std::size_t> outliers(const std::vector<EndpointSample>& samples) {
  std::vector<std::size_t> found{99};
  find_outliers(samples, found);
  return found;
}

using Found = std::vector<std::size_t>;

TEST(Outliers, one_slow_endpoint_of_many_stands_out) {
  std::vector<EndpointSample> samples(10, sample(1.0));
  samples[3] = sample(4.0);
  EXPECT_EQ(outliers(samples), Found{3});
}

TEST(Outliers, one_that_errs_stands_out) {
  std::vector<EndpointSample> samples(10, sample(1.0, 0.01));
  samples[7] = sample(1.0, 0.3);
  EXPECT_EQ(outliers(samples), Found{7});
}

TEST(Outliers, the_worst_comes_first) {
  std::vector<EndpointSample> samples(40, sample(1.0));
  samples[3] = sample(4.0);
  samples[9] = sample(8.0);
  EXPECT_EQ(outliers(samples), (Found{9, 3}));
}

TEST(Outliers, a_difference_that_does_not_matter_is_none) {
  std::vector<EndpointSample> samples(10, sample(1.0));
  samples[3] = sample(1.2);
  samples[4] = sample(1.0, 0.04);
  EXPECT_EQ(outliers(samples), Found{});
}

TEST(Outliers, where_all_are_slow_nobody_stands_out) {
  EXPECT_EQ(outliers(std::vector<EndpointSample>(10, sample(9.0, 0.5))), Found{});
}

TEST(Outliers, too_few_endpoints_or_requests_say_nothing) {
  std::vector<EndpointSample> few(4, sample(1.0));
  few[0] = sample(50.0);
  EXPECT_EQ(outliers(few), Found{});
  std::vector<EndpointSample> young(10, sample(1.0));
  young[0] = sample(50.0, 0.0, kOutlierRequests - 1.0);
  EXPECT_EQ(outliers(young), Found{});
  EXPECT_EQ(outliers({}), Found{});
}

TEST(Outliers, samples_fade) {
  EndpointSample seen;
  for (int i = 0; i < 30; ++i) seen.on_answer(2.0);
  for (int i = 0; i < 10; ++i) seen.on_error();
  EXPECT_DOUBLE_EQ(seen.error_share(), 0.25);
  EXPECT_DOUBLE_EQ(seen.mean_slowness(), 2.0);
  seen.fade();
  EXPECT_DOUBLE_EQ(seen.requests, 20.0);
  EXPECT_DOUBLE_EQ(seen.mean_slowness(), 2.0);
}

RC_GTEST_PROP(Outliers, are_always_a_minority, ()) {
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  std::vector<EndpointSample> samples;
  for (const auto code : codes) {
    samples.push_back(sample(0.1 + code % 64, (code >> 8) % 100 / 100.0, 1.0 + (code >> 16) % 60));
  }
  // Cantelli: at most 1 / (1 + 1.9^2) of any population lies 1.9 deviations above its mean.
  const double most = 2.0 * static_cast<double>(samples.size()) / (1.0 + 1.9 * 1.9);
  RC_ASSERT(static_cast<double>(outliers(samples).size()) <= most);
}

}  // namespace
}  // namespace signalbox::core
