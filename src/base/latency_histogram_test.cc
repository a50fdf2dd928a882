// SPDX-License-Identifier: Apache-2.0
//
// Bounds are inclusive, as Prometheus' `le` says, and nothing is lost at either end.
#include "base/latency_histogram.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace signalbox {
namespace {

std::size_t bucket_of(Duration latency) {
  LatencyHistogram histogram;
  histogram.add(latency);
  const auto filled = std::find(histogram.counts.begin(), histogram.counts.end(), 1U);
  return static_cast<std::size_t>(filled - histogram.counts.begin());
}

TEST(LatencyHistogram, bounds_rise) {
  EXPECT_TRUE(std::is_sorted(LatencyHistogram::kBoundsSeconds.begin(),
                             LatencyHistogram::kBoundsSeconds.end()));
}

TEST(LatencyHistogram, a_latency_on_a_bound_belongs_to_it) {
  for (std::size_t i = 0; i < LatencyHistogram::kBoundsSeconds.size(); ++i) {
    const Duration bound = from_seconds(LatencyHistogram::kBoundsSeconds[i]);
    EXPECT_EQ(bucket_of(bound), i);
    EXPECT_EQ(bucket_of(bound + 1us), i + 1);
  }
}

TEST(LatencyHistogram, the_papers_objectives_are_bounds) {
  for (const double objective : {0.9, 2.0}) {
    EXPECT_NE(std::find(LatencyHistogram::kBoundsSeconds.begin(),
                        LatencyHistogram::kBoundsSeconds.end(), objective),
              LatencyHistogram::kBoundsSeconds.end());
  }
}

TEST(LatencyHistogram, the_last_bucket_catches_the_rest) {
  EXPECT_EQ(bucket_of(1h), LatencyHistogram::kBoundsSeconds.size());
  EXPECT_EQ(bucket_of(Duration::zero()), 0U);
}

RC_GTEST_PROP(LatencyHistogram, counts_and_sum_add_up, ()) {
  const auto millis = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100000));
  LatencyHistogram histogram;
  for (const int ms : millis) histogram.add(std::chrono::milliseconds(ms));
  RC_ASSERT(histogram.total() == millis.size());
  const double sum = std::accumulate(millis.begin(), millis.end(), 0.0) / 1000.0;
  RC_ASSERT(std::abs(histogram.sum_seconds - sum) < 1e-6 * (1.0 + sum));
}

}  // namespace
}  // namespace signalbox
