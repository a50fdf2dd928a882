// SPDX-License-Identifier: Apache-2.0
//
// Where replicas really come from: quotas, capacity and prices that change, notices, boots that
// fail and machines of one's own. The plain pool, without any of these, is in provider_test.cc.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "sim/engine/provider.h"

namespace signalbox::sim {
namespace {

using Kind = ProviderEvent::Kind;
using Refusal = LaunchRefusal::Kind;

constexpr UnitId kUnit{0};
constexpr TimePoint kStart{};

core::UnitSpec unit_at(double usd_per_hour) {
  core::UnitSpec unit;
  unit.name = "spotty";
  unit.price_usd_per_hour = usd_per_hour;
  unit.boot_time_min = unit.boot_time_max = 5min;
  return unit;
}

// One unit at 3.6 USD/hour, 0.001 USD a second, that boots in 5 minutes.
struct Cloud {
  explicit Cloud(PoolSpec pool, std::uint64_t seed = 7)
      : provider({unit_at(3.6)}, {std::move(pool)}, 60s, seed) {}

  void adopt(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) provider.adopt(EndpointId{next_id++}, kUnit, kStart);
  }
  auto launch(TimePoint now) { return provider.launch(EndpointId{next_id++}, kUnit, now); }
  void advance(Duration to) { provider.advance(kStart + to, events); }
  std::vector<ProviderEvent> of(Kind kind) const {
    std::vector<ProviderEvent> some;
    std::copy_if(events.begin(), events.end(), std::back_inserter(some),
                 [&](const auto& e) { return e.kind == kind; });
    return some;
  }
  const Pool& pool() const { return provider.pool(kUnit); }

  Provider provider;
  std::uint64_t next_id = 1;
  std::vector<ProviderEvent> events;
};

StepSeries<int> capacity(std::vector<StepSeries<int>::Step> steps) {
  return StepSeries<int>(std::move(steps));
}

TEST(Quota, counts_running_and_booting_and_says_that_it_is_the_quota) {
  Cloud cloud({.quota = 3});
  cloud.adopt(2);
  ASSERT_TRUE(cloud.launch(kStart).ok());
  const auto refused = cloud.launch(kStart);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, Refusal::kQuota);
  EXPECT_NE(refused.error().message.find("quota reached: 3 replicas of spotty"), std::string::npos);
  EXPECT_EQ(cloud.pool().refused, 1u);
}

TEST(Quota, is_not_lifted_by_healing) {
  Cloud cloud({.quota = 0});
  cloud.provider.apply(kUnit, {.heal = true}, kStart, cloud.events);
  EXPECT_EQ(cloud.launch(kStart).error().kind, Refusal::kQuota);
}

TEST(Capacity, refuses_launches_beyond_what_there_is_at_that_hour) {
  Cloud cloud({.capacity = capacity({{kStart + 1h, 1}, {kStart + 2h, 2}})});
  EXPECT_TRUE(cloud.launch(kStart).ok()) << "unlimited ahead of the first step";
  cloud.advance(1h);
  const auto refused = cloud.launch(kStart + 1h);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, Refusal::kInsufficientCapacity);
  EXPECT_NE(refused.error().message.find("there are 1 instances for spotty now, and 1 are held"),
            std::string::npos);
  cloud.advance(2h);
  EXPECT_TRUE(cloud.launch(kStart + 2h).ok());
}

TEST(Capacity, that_falls_takes_nothing_from_an_on_demand_pool) {
  Cloud cloud({.capacity = capacity({{kStart, 5}, {kStart + 1h, 0}})});
  cloud.adopt(5);
  cloud.advance(3h);
  EXPECT_TRUE(cloud.events.empty());
  EXPECT_EQ(cloud.pool().running, 5);
  EXPECT_FALSE(cloud.launch(kStart + 3h).ok());
}

TEST(Notice, is_given_to_as_many_spot_replicas_as_are_too_many_and_kept_at_its_time) {
  Cloud cloud({.tier = Tier::kSpot, .capacity = capacity({{kStart, 5}, {kStart + 1h, 2}})});
  cloud.adopt(5);
  cloud.advance(1h);
  const auto notices = cloud.of(Kind::kNotice);
  ASSERT_EQ(notices.size(), 3u);
  EXPECT_EQ(cloud.events.size(), 3u);
  EXPECT_EQ(cloud.pool().running, 5) << "they serve until they are taken";
  EXPECT_EQ(cloud.pool().leaving, 3);
  for (const auto& notice : notices) {
    EXPECT_EQ(notice.at, kStart + 1h);
    EXPECT_EQ(notice.by, kStart + 1h + 120s);
  }
  cloud.advance(1h + 120s - 1ns);
  EXPECT_TRUE(cloud.of(Kind::kGone).empty());
  cloud.advance(1h + 120s);
  const auto gone = cloud.of(Kind::kGone);
  ASSERT_EQ(gone.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(gone[i].id, notices[i].id);
    EXPECT_EQ(gone[i].at, kStart + 1h + 120s);
    EXPECT_EQ(gone[i].reason, EndReason::kReclaimed);
  }
  EXPECT_EQ(cloud.pool().running, 2);
  EXPECT_EQ(cloud.pool().leaving, 0);
}

TEST(Notice, of_a_replica_that_was_stopped_meanwhile_takes_nobody) {
  Cloud cloud({.tier = Tier::kSpot, .capacity = capacity({{kStart + 1h, 0}})});
  cloud.adopt(1);
  cloud.advance(1h);
  cloud.provider.end(EndpointId{1}, EndReason::kStopped, kStart + 1h + 10s, cloud.events);
  cloud.advance(2h);
  ASSERT_EQ(cloud.of(Kind::kGone).size(), 1u);
  EXPECT_EQ(cloud.of(Kind::kGone)[0].reason, EndReason::kStopped);
  EXPECT_EQ(cloud.pool().leaving, 0);
}

TEST(Notice, is_not_withdrawn_when_capacity_returns_and_is_given_to_nobody_twice) {
  Cloud cloud({.tier = Tier::kSpot,
               .capacity = capacity(
                   {{kStart, 4}, {kStart + 60s, 3}, {kStart + 90s, 4}, {kStart + 100s, 2}})});
  cloud.adopt(4);
  cloud.advance(100s);
  EXPECT_EQ(cloud.of(Kind::kNotice).size(), 2u) << "one at 60 s, one more at 100 s";
  cloud.advance(1h);
  EXPECT_EQ(cloud.pool().running, 2);
}

TEST(Notice, leaves_no_room_for_a_launch_until_the_replica_is_gone) {
  Cloud cloud({.tier = Tier::kSpot,
               .capacity = capacity({{kStart, 2}, {kStart + 60s, 1}, {kStart + 70s, 2}})});
  cloud.adopt(2);
  cloud.advance(70s);
  EXPECT_EQ(cloud.launch(kStart + 70s).error().kind, Refusal::kInsufficientCapacity);
  cloud.advance(180s);
  EXPECT_TRUE(cloud.launch(kStart + 180s).ok());
}

TEST(Notice, a_booting_spot_replica_gets_none_and_is_lost_at_once) {
  Cloud cloud({.tier = Tier::kSpot, .capacity = capacity({{kStart, 2}, {kStart + 60s, 0}})});
  ASSERT_TRUE(cloud.launch(kStart).ok());
  cloud.advance(60s);
  ASSERT_EQ(cloud.events.size(), 1u);
  EXPECT_EQ(cloud.events[0].kind, Kind::kGone);
  EXPECT_EQ(cloud.events[0].reason, EndReason::kReclaimed);
  EXPECT_EQ(cloud.events[0].at, kStart + 60s);
  EXPECT_EQ(cloud.pool().held(), 0);
}

TEST(Price, is_billed_as_it_changes_and_told_at_each_step) {
  Cloud cloud({.price = StepSeries<double>({{kStart, 3.6}, {kStart + 1000s, 7.2}})});
  cloud.adopt(1);
  cloud.advance(2000s);
  const auto told = cloud.of(Kind::kPrice);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[1].at, kStart + 1000s);
  EXPECT_DOUBLE_EQ(told[1].usd_per_hour, 7.2);
  EXPECT_DOUBLE_EQ(cloud.provider.price_usd_per_hour(kUnit, kStart + 999s), 3.6);
  EXPECT_NEAR(cloud.provider.cost_usd(kStart + 2000s), 1.0 + 2.0, 1e-9);
  cloud.provider.end(EndpointId{1}, EndReason::kStopped, kStart + 2000s, cloud.events);
  EXPECT_NEAR(cloud.provider.cost_usd(kStart + 9000s), 3.0, 1e-9);
  EXPECT_NEAR(cloud.provider.unit_cost_usd(kUnit, kStart + 9000s), 3.0, 1e-9);
}

TEST(Price, of_the_billing_minimum_is_the_one_at_launch) {
  Cloud cloud({.price = StepSeries<double>({{kStart, 3.6}, {kStart + 10s, 36.0}})});
  ASSERT_TRUE(cloud.launch(kStart).ok());
  cloud.provider.end(EndpointId{1}, EndReason::kStopped, kStart + 30s, cloud.events);
  EXPECT_NEAR(cloud.provider.cost_usd(kStart + 30s), 0.06, 1e-9);
}

TEST(BootFailure, ends_its_share_of_launches_when_they_should_have_been_ready_and_is_billed) {
  Cloud cloud({.boot_failure = 0.2});
  constexpr int kLaunches = 2000;
  for (int i = 0; i < kLaunches; ++i) ASSERT_TRUE(cloud.launch(kStart).ok());
  cloud.advance(5min);
  const auto gone = cloud.of(Kind::kGone);
  EXPECT_NEAR(static_cast<double>(gone.size()), 400.0, 4.0 * std::sqrt(2000 * 0.2 * 0.8));
  EXPECT_EQ(cloud.of(Kind::kReady).size(), kLaunches - gone.size());
  EXPECT_EQ(gone[0].reason, EndReason::kBootFailed);
  EXPECT_EQ(gone[0].at, kStart + 5min);
  EXPECT_NEAR(cloud.pool().ended_usd, 0.3 * static_cast<double>(gone.size()), 1e-6);
}

TEST(BootFailure, is_what_a_fault_says_until_it_is_healed) {
  Cloud cloud({});
  cloud.provider.apply(kUnit, {.boot_failure = 1.0}, kStart, cloud.events);
  ASSERT_TRUE(cloud.launch(kStart).ok());
  cloud.provider.apply(kUnit, {.heal = true}, kStart, cloud.events);
  ASSERT_TRUE(cloud.launch(kStart).ok());
  cloud.advance(1h);
  EXPECT_EQ(cloud.of(Kind::kGone).size(), 1u);
  EXPECT_EQ(cloud.of(Kind::kReady).size(), 1u);
}

TEST(BootFailure, changes_the_boot_time_of_no_other_launch) {
  const auto boots = [](double boot_failure) {
    core::UnitSpec unit = unit_at(1.0);
    unit.boot_time_max = 15min;
    Provider provider({unit}, {{.boot_failure = boot_failure}}, 60s, 3);
    std::vector<Duration> times;
    for (std::uint64_t id = 1; id <= 20; ++id) {
      times.push_back(*provider.launch(EndpointId{id}, kUnit, kStart));
    }
    return times;
  };
  EXPECT_EQ(boots(0.0), boots(0.5));
}

TEST(Lose, takes_booting_replicas_too_when_told) {
  Cloud cloud({});
  cloud.adopt(2);
  ASSERT_TRUE(cloud.launch(kStart).ok());
  cloud.provider.apply(kUnit, {.lose = 1.0, .lose_booting = true}, kStart + 1s, cloud.events);
  EXPECT_EQ(cloud.pool().held(), 0);
  EXPECT_EQ(cloud.of(Kind::kGone).size(), 3u);
}

TEST(Owned, machines_cost_the_same_whether_they_run_or_not) {
  Cloud idle({.tier = Tier::kOwned, .initial = 1, .quota = 4});
  Cloud busy({.tier = Tier::kOwned, .initial = 1, .quota = 4});
  busy.adopt(1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(busy.launch(kStart + 10s).ok());
  busy.advance(500s);
  busy.provider.end(EndpointId{2}, EndReason::kStopped, kStart + 700s, busy.events);
  for (const Cloud* cloud : {&idle, &busy}) {
    EXPECT_NEAR(cloud->provider.cost_usd(kStart + 1000s), 4.0, 1e-9);
    EXPECT_NEAR(cloud->provider.unit_cost_usd(kUnit, kStart + 250s), 1.0, 1e-9);
  }
}

TEST(Owned, there_are_no_more_than_one_has) {
  Cloud cloud({.tier = Tier::kOwned, .initial = 2});
  cloud.adopt(2);
  const auto refused = cloud.launch(kStart);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, Refusal::kQuota);
  EXPECT_NE(refused.error().message.find("all 2 machines of spotty"), std::string::npos);
}

// Whatever capacity and prices do, a spot pool never holds more than there is once notices have run
// out, bills by the second agree with the bill of the whole, and windows add up.
RC_GTEST_PROP(SpotPool, holds_what_there_is_and_its_bill_adds_up, ()) {
  std::vector<StepSeries<int>::Step> room;
  std::vector<StepSeries<double>::Step> price;
  TimePoint step = kStart;
  for (const int value : *rc::gen::container<std::vector<int>>(20, rc::gen::inRange(0, 8))) {
    step += (value + 1) * 50s;
    room.push_back({step, value});
    price.push_back({step + 7s, 1.0 + value});
  }
  Provider provider({unit_at(3.6)},
                    {{.tier = Tier::kSpot,
                      .capacity = StepSeries<int>(room),
                      .price = StepSeries<double>(price),
                      .notice = 40s,
                      .boot_failure = 0.1}},
                    Duration::zero(), 11);
  const PriceCurve curve(3.6, StepSeries<double>(price));
  std::vector<ProviderEvent> events;
  TimePoint now = kStart;
  std::uint64_t next_id = 1;
  double windows = 0.0, before = 0.0;
  while (now < step + 100s) {
    now += *rc::gen::inRange(1, 120) * 1s;
    provider.advance(now, events);
    (void)provider.launch(EndpointId{next_id++}, kUnit, now);
    const Pool& pool = provider.pool(kUnit);
    const int most = StepSeries<int>(room).at(now, 1000);
    RC_ASSERT(pool.held() - pool.leaving <= most);
    RC_ASSERT(pool.held() == static_cast<int>(provider.replicas().size()));
    windows += provider.cost_usd(now) - before;
    before = provider.cost_usd(now);
  }
  RC_ASSERT(std::is_sorted(events.begin(), events.end(),
                           [](const auto& a, const auto& b) { return a.at < b.at; }));
  double usd = 0.0;
  for (const auto& event : events) {
    if (event.kind == Kind::kGone) usd += curve.usd_between(event.launched_at, event.at);
  }
  for (const auto& [id, replica] : provider.replicas()) {
    usd += curve.usd_between(replica.launched_at, now);
  }
  RC_ASSERT(std::abs(provider.cost_usd(now) - usd) < 1e-9);
  RC_ASSERT(std::abs(windows - usd) < 1e-9);
}

}  // namespace
}  // namespace signalbox::sim
