// SPDX-License-Identifier: Apache-2.0
//
// How far endpoints are trusted: caps on ejection, panic and its end, outliers, slow start.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "core/model/testdata/fleets.h"
#include "core/route/live.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::endpoint_of;
using testdata::two_units;
using testdata::view_of;

class LiveTrust : public ::testing::Test {
 protected:
  // Endpoints of the first unit and of the second, at `now`.
  void adopt(const std::vector<int>& ready) {
    const auto view = view_of(std::make_shared<const FleetSpec>(spec), ready, ++version);
    const auto next = std::make_shared<const FleetSpec>(spec);
    live.adopt(*view, last.get(), now);
    last = view->spec;
  }
  LiveEndpoint& endpoint(int number, std::uint32_t unit = 0) {
    return *live.find(endpoint_of(unit, number));
  }
  // Ejects for errors where that is allowed.
  bool err(int number, std::uint32_t unit = 0) {
    LiveEndpoint& failing = endpoint(number, unit);
    if (!live.may_eject(failing)) return false;
    failing.ejection.eject(now);
    live.refresh(failing, now);
    return true;
  }
  void die(int number, std::uint32_t unit = 0) {
    endpoint(number, unit).ejection.on_dead(now);
    live.refresh(endpoint(number, unit), now);
  }
  int usable(std::uint32_t unit = 0) const { return live.unit(UnitId(unit)).ready; }

  FleetSpec spec = two_units();
  LiveFleet live;
  std::shared_ptr<const FleetSpec> last;
  std::uint64_t version = 0;
  TimePoint now = at(100s);
};

TEST_F(LiveTrust, B84_no_more_than_a_tenth_of_a_unit_is_ejected_at_once) {
  adopt({30, 1});
  EXPECT_TRUE(err(1));
  EXPECT_TRUE(err(2));
  EXPECT_TRUE(err(3));
  EXPECT_FALSE(err(4));
  EXPECT_EQ(usable(), 27);
}

TEST_F(LiveTrust, one_of_a_small_unit_may_always_be_ejected) {
  adopt({3, 0});
  EXPECT_TRUE(err(1));
  EXPECT_FALSE(err(2));
}

TEST_F(LiveTrust, a_unit_may_allow_more) {
  spec.units[0].ejection.max_share = 0.5;
  adopt({4, 4});
  EXPECT_TRUE(err(1));
  EXPECT_TRUE(err(2));
  EXPECT_FALSE(err(3));
}

TEST_F(LiveTrust, B89_the_last_endpoint_that_a_service_trusts_is_never_ejected) {
  adopt({1, 1});
  EXPECT_TRUE(err(1));
  EXPECT_FALSE(err(1, 1));
}

TEST_F(LiveTrust, the_dead_are_ejected_whatever_the_cap_and_count_against_it) {
  adopt({10, 5});
  die(1);
  die(2);
  EXPECT_EQ(usable(), 8);
  EXPECT_FALSE(err(3));
}

TEST_F(LiveTrust, B86_when_less_than_half_is_trusted_ejections_are_put_aside_but_for_the_dead) {
  spec.units[0].ejection.max_share = 1.0;
  adopt({4, 0});
  EXPECT_TRUE(err(1));
  EXPECT_TRUE(err(2));
  EXPECT_FALSE(live.panics(ServiceId(0))) << "half is enough";
  EXPECT_EQ(usable(), 2);
  die(3);
  EXPECT_TRUE(live.panics(ServiceId(0)));
  EXPECT_EQ(usable(), 3) << "all but the dead one";
  EXPECT_EQ(live.unit(UnitId(0)).free.size(), 3U);
}

TEST_F(LiveTrust, panic_ends_as_soon_as_enough_are_trusted_again) {
  spec.units[0].ejection.max_share = 1.0;
  adopt({4, 0});
  err(1);
  err(2);
  die(3);
  ASSERT_TRUE(live.panics(ServiceId(0)));
  endpoint(3).ejection.on_success();
  live.refresh(endpoint(3), now);
  EXPECT_FALSE(live.panics(ServiceId(0)));
  EXPECT_EQ(usable(), 2) << "the ejected ones are out again until their pause ends";
  EXPECT_EQ(live.unit(UnitId(0)).free.size(), 2U);
  now += 1s;
  EXPECT_TRUE(live.readmit(now));
  EXPECT_EQ(usable(), 4);
}

TEST_F(LiveTrust, a_service_whose_threshold_is_zero_never_panics) {
  spec.services[0].panic_threshold = 0.0;
  adopt({4, 0});
  for (int i = 1; i <= 4; ++i) die(i);
  EXPECT_FALSE(live.panics(ServiceId(0)));
  EXPECT_EQ(usable(), 0);
}

TEST_F(LiveTrust, more_endpoints_by_the_view_can_end_a_panic) {
  adopt({2, 0});
  die(1);
  die(2);
  EXPECT_TRUE(live.panics(ServiceId(0)));
  adopt({6, 0});
  EXPECT_FALSE(live.panics(ServiceId(0)));
  EXPECT_EQ(usable(), 4);
}

TEST_F(LiveTrust, an_outlier_is_ejected_by_the_sweep_where_that_is_asked_for) {
  for (const bool asked : {false, true}) {
    spec.units[0].ejection.outliers = asked;
    live = LiveFleet();
    last.reset();
    adopt({10, 1});
    live.sweep(now);
    for (int number = 1; number <= 10; ++number) {
      for (int i = 0; i < 50; ++i) endpoint(number).sample.on_answer(number == 4 ? 5.0 : 1.0);
    }
    now += 10s;
    live.sweep(now);
    EXPECT_EQ(endpoint(4).trusted, !asked);
    EXPECT_EQ(usable(), asked ? 9 : 10);
    EXPECT_EQ(endpoint(4).ejection.until(), asked ? now + 30s : TimePoint::min());
  }
}

TEST_F(LiveTrust, of_several_outliers_the_worst_goes_as_far_as_the_cap_allows) {
  spec.units[0].ejection.outliers = true;
  adopt({20, 1});
  live.sweep(now);
  for (int number = 1; number <= 20; ++number) {
    for (int i = 0; i < 50; ++i)
      endpoint(number).sample.on_answer(number <= 3 ? 5.0 + number : 1.0);
  }
  now += 10s;
  live.sweep(now);
  EXPECT_TRUE(endpoint(1).trusted);
  EXPECT_FALSE(endpoint(2).trusted);
  EXPECT_FALSE(endpoint(3).trusted);
}

// ---- slow start ----

class SlowStart : public LiveTrust {
 protected:
  SlowStart() {
    spec.units[0].slots = 10;
    spec.units[0].slow_start = 100s;
    adopt({4, 0});
  }
  // Of `requests` sent one after the other, and never ended, those that each endpoint got.
  std::map<EndpointId, int> spread(int requests) {
    Prng prng(1);
    std::map<EndpointId, int> got;
    std::vector<LiveEndpoint*> taken;
    for (int i = 0; i < requests; ++i) {
      const FreeEndpoint* free = LiveFleet::sample_free(live.unit(UnitId(0)), prng);
      if (free == nullptr) break;
      ++got[free->id];
      taken.push_back(free->endpoint);
      live.occupy(*taken.back());
    }
    for (LiveEndpoint* endpoint : taken) live.vacate(*endpoint);
    return got;
  }
};

TEST_F(SlowStart, what_is_there_from_the_start_is_warm) {
  for (const auto& [id, count] : spread(20)) EXPECT_EQ(count, 5) << id.value;
}

TEST_F(SlowStart, a_new_endpoint_is_given_more_as_time_goes_by) {
  adopt({5, 0});
  const EndpointId fresh = endpoint_of(0, 5);
  // Five endpoints share 20: four warm ones four each but for what the new one may take.
  std::vector<int> shares;
  for (int step = 0; step <= 4; ++step) {
    live.readmit(now);
    shares.push_back(spread(20)[fresh]);
    now += 25s;
  }
  EXPECT_LE(shares.front(), 1) << "drawn twice at once, it has no rival";
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_GE(shares.back(), 4);
  EXPECT_LT(shares[2], shares.back());
}

TEST_F(SlowStart, where_there_is_no_other_it_serves_at_once) {
  adopt({5, 0});
  EXPECT_EQ(spread(50)[endpoint_of(0, 5)], 10) << "no slot stays empty while all others are full";
}

TEST_F(SlowStart, one_back_from_an_ejection_starts_again) {
  die(1);
  now += 1s;
  live.readmit(now);
  EXPECT_EQ(endpoint(1).handicap, 9);
  now += 50s;
  live.readmit(now);
  EXPECT_EQ(endpoint(1).handicap, 5);
  now += 50s;
  live.readmit(now);
  EXPECT_EQ(endpoint(1).handicap, 0);
}

TEST_F(SlowStart, a_new_view_does_not_start_it_over) {
  adopt({5, 0});
  now += 50s;
  adopt({6, 0});
  EXPECT_EQ(endpoint(5).handicap, 5);
  EXPECT_EQ(endpoint(6).handicap, 9);
  now += 100s;
  live.readmit(now);
  EXPECT_EQ(endpoint(5).handicap, 0);
  EXPECT_EQ(endpoint(6).handicap, 0);
}

TEST_F(SlowStart, with_one_slot_there_is_nothing_to_open) {
  spec.units[0].slots = 1;
  adopt({5, 0});
  EXPECT_EQ(endpoint(5).handicap, 0);
}

}  // namespace
}  // namespace signalbox::core
