// SPDX-License-Identifier: Apache-2.0
#include "sim/run/latency_record.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::sim {
namespace {

TEST(LatencyRecord, quantiles_are_never_too_low_and_at_most_a_hundredth_too_high) {
  Prng prng(1);
  LatencyRecord record;
  std::vector<Duration> values;
  for (int i = 0; i < 20000; ++i) {
    const Duration value = from_seconds(0.05 + draw_exponential(prng, 1.5));
    record.add(value);
    values.push_back(value);
  }
  std::sort(values.begin(), values.end());
  for (const double q : {0.01, 0.5, 0.95, 0.99, 0.999}) {
    const double exact = to_seconds(values[static_cast<std::size_t>(q * 20000.0)]);
    EXPECT_GE(to_seconds(record.quantile(q)), exact) << q;
    EXPECT_LE(to_seconds(record.quantile(q)), exact * 1.01) << q;
  }
}

TEST(LatencyRecord, holds_nothing_and_everything) {
  LatencyRecord record;
  EXPECT_EQ(record.quantile(0.99), Duration{});
  record.add(Duration{});
  record.add(100h);  // past the last bucket
  EXPECT_EQ(record.total(), 2U);
  EXPECT_GT(record.quantile(1.0), 10h);
}

}  // namespace
}  // namespace signalbox::sim
