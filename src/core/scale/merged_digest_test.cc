// SPDX-License-Identifier: Apache-2.0
#include "core/scale/merged_digest.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <vector>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::endpoint_of;
using testdata::make_unit;
using testdata::two_units;

RouterDigest counted(std::uint64_t arrivals, Duration when = 0s, std::uint64_t view = 1) {
  RouterDigest digest;
  digest.at = at(when);
  digest.view_version = view;
  digest.services.resize(1);
  digest.units.resize(2);
  digest.services[0].arrivals = arrivals;
  digest.services[0].work = static_cast<double>(arrivals);
  return digest;
}

MergedDigest of_two_units() { return MergedDigest(std::make_shared<const FleetSpec>(two_units())); }

TEST(MergedDigest, sums_what_routers_counted_since_they_joined) {
  MergedDigest merged = of_two_units();
  merged.report(RouterId(1), counted(1000));
  merged.report(RouterId(2), counted(0));
  EXPECT_EQ(merged.merged(at(0s), 1).services[0].arrivals, 0U);
  merged.report(RouterId(1), counted(1010, 1s));
  merged.report(RouterId(2), counted(5, 1s));
  EXPECT_EQ(merged.merged(at(1s), 1).services[0].arrivals, 15U);
  EXPECT_DOUBLE_EQ(merged.merged(at(1s), 1).services[0].work, 15.0);
}

TEST(MergedDigest, keeps_what_one_that_left_had_counted) {
  MergedDigest merged = of_two_units();
  merged.report(RouterId(1), counted(100));
  merged.report(RouterId(1), counted(107, 1s));
  merged.leave(RouterId(1));
  EXPECT_EQ(merged.merged(at(2s), 1).services[0].arrivals, 7U);
  merged.report(RouterId(2), counted(0, 2s));
  merged.report(RouterId(2), counted(3, 3s));
  EXPECT_EQ(merged.merged(at(3s), 1).services[0].arrivals, 10U);
}

TEST(MergedDigest, a_late_digest_is_ignored) {
  MergedDigest merged = of_two_units();
  merged.report(RouterId(1), counted(0));
  merged.report(RouterId(1), counted(9, 2s));
  merged.report(RouterId(1), counted(4, 1s));
  EXPECT_EQ(merged.merged(at(3s), 1).services[0].arrivals, 9U);
}

TEST(MergedDigest, names_the_oldest_view_that_anybody_goes_by) {
  MergedDigest merged = of_two_units();
  EXPECT_EQ(merged.merged(at(0s), 8).view_version, 8U) << "nobody goes by any";
  merged.report(RouterId(1), counted(0, 0s, 7));
  merged.report(RouterId(2), counted(0, 0s, 5));
  EXPECT_EQ(merged.merged(at(0s), 8).view_version, 5U);
}

TEST(MergedDigest, what_is_held_and_in_flight_adds_up_and_leaves_with_its_router) {
  MergedDigest merged = of_two_units();
  for (const std::uint64_t id : {1U, 2U}) {
    RouterDigest digest = counted(0);
    digest.services[0].held = 3;
    digest.units[0].in_flight = 2;
    digest.endpoints = {{endpoint_of(0, 1), UnitId(0), 2, 10 * id, 1, id == 2, 0}};
    merged.report(RouterId(id), digest);
  }
  const RouterDigest both = merged.merged(at(0s), 1);
  EXPECT_EQ(both.services[0].held, 6);
  EXPECT_EQ(both.units[0].in_flight, 4);
  ASSERT_EQ(both.endpoints.size(), 1U);
  EXPECT_EQ(both.endpoints[0].in_flight, 4);
  EXPECT_TRUE(both.endpoints[0].ejected);
  merged.leave(RouterId(2));
  EXPECT_EQ(merged.merged(at(0s), 1).services[0].held, 3);
  EXPECT_EQ(merged.merged(at(0s), 1).endpoints[0].in_flight, 2);
}

TEST(MergedDigest, the_slowdown_is_that_of_those_who_have_evidence) {
  MergedDigest merged = of_two_units();
  RouterDigest knows = counted(0), guesses = counted(0);
  knows.units[0].slowdown = 2.0;
  knows.units[0].confidence = 0.8;
  merged.report(RouterId(1), knows);
  merged.report(RouterId(2), guesses);
  const RouterDigest both = merged.merged(at(0s), 1);
  EXPECT_DOUBLE_EQ(both.units[0].slowdown, 2.0);
  EXPECT_DOUBLE_EQ(both.units[0].confidence, 0.8);
  EXPECT_DOUBLE_EQ(both.units[1].slowdown, 1.0);
}

TEST(MergedDigest, counts_go_on_by_name_when_the_configuration_changes) {
  MergedDigest merged = of_two_units();
  RouterDigest digest = counted(0);
  merged.report(RouterId(1), digest);
  digest.units[1].completed = 4;
  digest.services[0].arrivals = 4;
  digest.endpoints = {{endpoint_of(0, 1), UnitId(0), 1, 1, 0, false, 0},
                      {endpoint_of(1, 1), UnitId(1), 1, 4, 0, false, 0}};
  merged.report(RouterId(1), digest);
  FleetSpec other = two_units();
  other.units = {make_unit("new", 1.0, 60), other.units[1]};
  merged.adopt(std::make_shared<const FleetSpec>(other));
  const RouterDigest after = merged.merged(at(1s), 1);
  EXPECT_EQ(after.services[0].arrivals, 4U);
  EXPECT_EQ(after.units[0].completed, 0U);
  EXPECT_EQ(after.units[1].completed, 4U);
  ASSERT_EQ(after.endpoints.size(), 1U) << "the unit of the other is gone";
  EXPECT_EQ(after.endpoints[0].endpoint, endpoint_of(1, 1));
}

RC_GTEST_PROP(MergedDigest, counters_never_go_back_and_are_the_sum_of_what_was_seen, ()) {
  MergedDigest merged = of_two_units();
  std::map<std::uint64_t, std::uint64_t> counts;
  std::uint64_t expected = 0, next = 1;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100));
  Duration when{};
  for (const int step : steps) {
    when += 1s;
    if (step < 20 || counts.empty()) {
      counts[next] = static_cast<std::uint64_t>(step) * 1000;
      merged.report(RouterId(next), counted(counts[next], when));
      ++next;
    } else if (step < 35) {
      merged.leave(RouterId(counts.begin()->first));
      counts.erase(counts.begin());
    } else {
      auto& [id, count] = *counts.rbegin();
      count += static_cast<std::uint64_t>(step);
      expected += static_cast<std::uint64_t>(step);
      merged.report(RouterId(id), counted(count, when));
    }
    RC_ASSERT(merged.merged(at(when), 1).services[0].arrivals == expected);
  }
}

}  // namespace
}  // namespace signalbox::core
