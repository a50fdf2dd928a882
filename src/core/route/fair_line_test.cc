// SPDX-License-Identifier: Apache-2.0
//
// Turns: by priority, then shared by weight over work, then by deadline; and whatever comes, waits,
// is passed over and leaves, shares stay within one request of fair and nobody is forgotten.
#include "core/route/fair_line.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "base/prng.h"
#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;
using Place = FairLine::Place;

FairLine::Member member(Place place, TenantIndex tenant, Duration deadline = 10s,
                        int priority = 0) {
  return {RequestId(place), at(deadline), tenant, priority};
}

TEST(FairLine, higher_priority_goes_first_whatever_the_deadline) {
  FairLine line;
  line.add(0, member(0, 0, 1s, 0));
  line.add(1, member(1, 0, 9s, 2));
  line.add(2, member(2, 0, 1s, kLowestPriority));
  std::vector<Place> served;
  while (const auto next = line.next()) {
    served.push_back(*next);
    line.serve(*next, 1.0, 1.0);
  }
  EXPECT_EQ(served, (std::vector<Place>{1, 0, 2}));
}

TEST(FairLine, two_tenants_take_turns_however_many_one_of_them_sends) {
  FairLine line;
  for (Place place = 0; place < 8; ++place) line.add(place, member(place, 0, 1s * place));
  line.add(8, member(8, 1, 99s));
  line.add(9, member(9, 1, 99s));
  std::vector<Place> served;
  for (int i = 0; i < 5; ++i) {
    served.push_back(*line.next());
    line.serve(*line.next(), 1.0, 1.0);
  }
  EXPECT_EQ(served, (std::vector<Place>{0, 8, 1, 9, 2}));
}

TEST(FairLine, three_times_the_weight_gets_three_times_the_work) {
  FairLine line;
  for (Place place = 0; place < 100; ++place) line.add(place, member(place, place % 2));
  std::array<int, 2> served{};
  for (int i = 0; i < 40; ++i) {
    const Place next = *line.next();
    ++served[next % 2];
    line.serve(next, 1.0, next % 2 == 0 ? 3.0 : 1.0);
  }
  EXPECT_EQ(served[0], 30);
  EXPECT_EQ(served[1], 10);
}

TEST(FairLine, large_requests_count_for_what_they_are) {
  FairLine line;
  for (Place place = 0; place < 100; ++place) line.add(place, member(place, place % 2));
  std::array<int, 2> served{};
  for (int i = 0; i < 50; ++i) {
    const Place next = *line.next();
    ++served[next % 2];
    line.serve(next, next % 2 == 0 ? 4.0 : 1.0, 1.0);
  }
  EXPECT_EQ(served[0], 10);
  EXPECT_EQ(served[1], 40);
}

TEST(FairLine, a_tenant_that_was_away_gets_no_more_than_its_share_for_it) {
  FairLine line;
  for (Place place = 0; place < 20; ++place) line.add(place, member(place, 0));
  for (int i = 0; i < 10; ++i) line.serve(*line.next(), 1.0, 1.0);
  for (Place place = 20; place < 30; ++place) line.add(place, member(place, 1));
  std::array<int, 2> served{};
  for (int i = 0; i < 6; ++i) {
    ++served[*line.next() < 20 ? 0 : 1];
    line.serve(*line.next(), 1.0, 1.0);
  }
  EXPECT_EQ(served[0], 3);
  EXPECT_EQ(served[1], 3);
}

TEST(FairLine, being_passed_over_costs_no_turn) {
  FairLine line;
  line.add(0, member(0, 0));
  line.add(1, member(1, 1));
  line.set_aside(0);
  EXPECT_EQ(line.next(), 1U);
  line.serve(1, 1.0, 1.0);
  EXPECT_EQ(line.next(), std::nullopt);
  line.bring_back(0);
  line.add(2, member(2, 1));
  EXPECT_EQ(line.next(), 0U) << "tenant 1 has had a turn";
}

RC_GTEST_PROP(FairLine, tenants_that_wait_are_given_work_by_weight_within_one_request_each, ()) {
  constexpr TenantIndex kTenants = 4;
  const std::array<double, kTenants> weights{1.0, 2.0, 3.5, 0.5};
  FairLine line;
  std::vector<TenantIndex> tenant_of;
  std::vector<double> work_of;
  std::array<int, kTenants> waiting{};
  std::array<double, kTenants> given{};  // over weight, ever
  // Of each pair the difference since both wait: its range may be no wider than a request of each.
  std::array<std::array<double, kTenants>, kTenants> least{}, most{};
  constexpr double kLargest = 4.0;
  const auto restart = [&](TenantIndex tenant) {
    for (TenantIndex other = 0; other < kTenants; ++other) {
      const double now = given[tenant] - given[other];
      least[tenant][other] = most[tenant][other] = now;
      least[other][tenant] = most[other][tenant] = -now;
    }
  };
  Prng draws(*rc::gen::arbitrary<std::uint64_t>());
  for (int step = 0; step < 1000; ++step) {
    const auto code = static_cast<std::uint32_t>(draws.next() >> 32);
    if (code % 5 < 3) {
      const auto tenant = static_cast<TenantIndex>((code >> 8) % kTenants);
      const auto place = static_cast<Place>(tenant_of.size());
      tenant_of.push_back(tenant);
      work_of.push_back(1.0 + static_cast<double>((code >> 16) % 4) * (kLargest - 1.0) / 3.0);
      if (waiting[tenant]++ == 0) restart(tenant);
      line.add(place, member(place, tenant, 1s * ((code >> 20) % 100)));
    } else if (const auto next = line.next()) {
      const TenantIndex tenant = tenant_of[*next];
      line.serve(*next, work_of[*next], weights[tenant]);
      given[tenant] += work_of[*next] / weights[tenant];
      --waiting[tenant];
      for (TenantIndex other = 0; other < kTenants; ++other) {
        if (other == tenant || waiting[other] == 0) continue;
        const double now = given[tenant] - given[other];
        most[tenant][other] = std::max(most[tenant][other], now);
        least[other][tenant] = std::min(least[other][tenant], -now);
        const double bound = kLargest / weights[tenant] + kLargest / weights[other];
        RC_ASSERT(now - least[tenant][other] <= bound + 1e-9);
        RC_ASSERT(most[other][tenant] + now <= bound + 1e-9);
      }
      if (waiting[tenant] == 0) restart(tenant);
    }
  }
}

RC_GTEST_PROP(FairLine, loses_nobody_and_serves_a_lone_tenant_by_deadline, ()) {
  FairLine line;
  std::set<std::pair<TimePoint, Place>> model;
  Place last = 0;
  const auto codes =
      *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
  for (const auto code : codes) {
    if (code % 3 != 0) {
      const Place place = last++;
      const FairLine::Member each = member(place, 0, 1s * ((code >> 8) % 20));
      line.add(place, each);
      model.emplace(each.deadline, place);
    } else if (!model.empty()) {
      // Served from the front or gone from anywhere.
      auto leaving = model.begin();
      if (code % 2 == 0) std::advance(leaving, (code >> 8) % model.size());
      const Place place = leaving->second;
      code % 2 == 0 ? line.remove(place) : line.serve(place, 1.0 + code % 7, 2.0);
      model.erase(leaving);
    }
    RC_ASSERT(line.next().has_value() == !model.empty());
    if (!model.empty()) RC_ASSERT(*line.next() == model.begin()->second);
  }
}

TEST(FairLine, nobody_starves_beside_tenants_that_never_stop) {
  FairLine line;
  Place place = 0;
  line.add(place, member(place, 0, 1000s));  // the latest deadline and the least weight
  int turns = 0;
  for (; turns < 1000; ++turns) {
    for (TenantIndex noisy = 1; noisy <= 9; ++noisy) {
      ++place;
      line.add(place, member(place, noisy, 1s));
    }
    const Place next = *line.next();
    if (next == 0) break;
    line.serve(next, 1.0, 10.0);
  }
  EXPECT_LE(turns, 9);
}

}  // namespace
}  // namespace signalbox::core
