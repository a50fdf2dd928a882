// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/demand_series.h"

#include <gtest/gtest.h>

#include "sim/workload/listed_arrivals.h"
#include "sim/workload/poisson.h"

namespace signalbox::sim {
namespace {

TimePoint at(Duration t) { return TimePoint{t}; }

DemandSeries three_slots() {
  ListedArrivals stream({{at(0s), 1.5}, {at(59s), 0.5}, {at(60s), 4.0}, {at(150s), 2.0}});
  return gather(stream, 60s, 180s);
}

TEST(DemandSeries, counts_each_arrival_in_its_slot) {
  const auto series = three_slots();
  EXPECT_EQ(series.work, (std::vector<double>{2.0, 4.0, 2.0}));
  EXPECT_EQ(series.requests, (std::vector<std::uint64_t>{2, 1, 1}));
  EXPECT_EQ(series.total_work(), 8.0);
  EXPECT_EQ(series.total_requests(), 4u);
}

TEST(DemandSeries, sums_whole_slots_and_their_fractions) {
  const auto series = three_slots();
  EXPECT_DOUBLE_EQ(series.work_between(at(0s), at(180s)), 8.0);
  EXPECT_DOUBLE_EQ(series.work_between(at(60s), at(120s)), 4.0);
  EXPECT_DOUBLE_EQ(series.work_between(at(30s), at(75s)), 1.0 + 1.0);
  EXPECT_DOUBLE_EQ(series.work_between(at(70s), at(80s)), 4.0 / 6.0);
  EXPECT_DOUBLE_EQ(series.work_between(at(80s), at(70s)), 0.0);
}

TEST(DemandSeries, has_nothing_outside_its_slots) {
  const auto series = three_slots();
  EXPECT_DOUBLE_EQ(series.work_between(at(-100s), at(30s)), 1.0);
  EXPECT_DOUBLE_EQ(series.work_between(at(150s), at(9000s)), 1.0);
  EXPECT_DOUBLE_EQ(series.work_between(at(500s), at(600s)), 0.0);
}

TEST(DemandSeries, covers_its_length_when_nothing_comes) {
  ListedArrivals none(std::vector<Arrival>{});
  const auto series = gather(none, 60s, 130s);
  EXPECT_EQ(series.work.size(), 3u);  // the last is cut short
  EXPECT_EQ(series.total_requests(), 0u);
}

TEST(DemandSeries, grows_for_what_comes_after_its_length) {
  ListedArrivals late({{at(400s), 3.0}});
  const auto series = gather(late, 60s, 120s);
  EXPECT_EQ(series.work.size(), 7u);
  EXPECT_EQ(series.total_work(), 3.0);
}

TEST(DemandSeries, loses_nothing_of_a_workload) {
  CosineWorkload counted({.peak_per_s = 51.0, .period = 1000s}, {TimePoint{}, 2000s, 0.05, 3});
  std::uint64_t requests = 0;
  double work = 0.0;
  while (const auto arrival = counted.next()) {
    ++requests;
    work += arrival->factor;
  }
  CosineWorkload same({.peak_per_s = 51.0, .period = 1000s}, {TimePoint{}, 2000s, 0.05, 3});
  const auto series = gather(same, 60s, 2000s);
  EXPECT_EQ(series.total_requests(), requests);
  EXPECT_NEAR(series.total_work(), work, 1e-6);
  EXPECT_NEAR(series.work_between(TimePoint{}, at(2040s)), work, 1e-6);
}

}  // namespace
}  // namespace signalbox::sim
