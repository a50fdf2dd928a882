// SPDX-License-Identifier: Apache-2.0
#include "sim/engine/provider.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace signalbox::sim {
namespace {

constexpr UnitId kCheap{0};
constexpr UnitId kDear{1};
constexpr TimePoint kStart{};

std::vector<core::UnitSpec> two_units() {
  core::UnitSpec cheap;
  cheap.name = "cheap";
  cheap.price_usd_per_hour = 3.6;  // 0.001 USD a second
  cheap.boot_time_min = 5min;
  cheap.boot_time_max = 15min;
  core::UnitSpec dear = cheap;
  dear.name = "dear";
  dear.price_usd_per_hour = 7.2;
  return {cheap, dear};
}

struct ProviderTest : ::testing::Test {
  Provider provider{two_units(), 60s, 7};
  std::vector<ProviderEvent> events;

  // Adopted replicas 1..count of `unit`.
  void run_replicas(UnitId unit, std::uint64_t count) {
    for (std::uint64_t id = 1; id <= count; ++id) provider.adopt(EndpointId{id}, unit, kStart);
  }
};

TEST_F(ProviderTest, a_launch_boots_for_a_time_in_its_range_and_is_then_ready) {
  const auto boot = provider.launch(EndpointId{1}, kCheap, kStart);
  ASSERT_TRUE(boot.ok());
  EXPECT_GE(*boot, 5min);
  EXPECT_LE(*boot, 15min);
  EXPECT_EQ(provider.pool(kCheap).booting, 1);
  EXPECT_EQ(provider.next_event(), kStart + *boot);

  provider.advance(kStart + *boot - 1ns, events);
  EXPECT_TRUE(events.empty());
  provider.advance(kStart + *boot, events);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, ProviderEvent::Kind::kReady);
  EXPECT_EQ(events[0].at, kStart + *boot);
  EXPECT_EQ(provider.pool(kCheap).running, 1);
  EXPECT_EQ(provider.pool(kCheap).booting, 0);
  EXPECT_EQ(provider.next_event(), std::nullopt);
}

TEST_F(ProviderTest, ready_events_are_reported_in_order_of_time_with_their_exact_times) {
  for (std::uint64_t id = 1; id <= 20; ++id) {
    ASSERT_TRUE(provider.launch(EndpointId{id}, kCheap, kStart).ok());
  }
  provider.advance(kStart + 1h, events);
  ASSERT_EQ(events.size(), 20u);
  EXPECT_TRUE(std::is_sorted(events.begin(), events.end(),
                             [](const auto& a, const auto& b) { return a.at < b.at; }));
  EXPECT_LT(events.back().at, kStart + 1h);
}

TEST_F(ProviderTest, a_refused_launch_names_insufficient_capacity_and_the_unit) {
  provider.apply(kCheap, {.refuse_launches = true}, kStart, events);
  const auto refused = provider.launch(EndpointId{1}, kCheap, kStart);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().kind, LaunchRefusal::Kind::kInsufficientCapacity);
  EXPECT_NE(refused.error().message.find("insufficient capacity"), std::string::npos);
  EXPECT_NE(refused.error().message.find("cheap"), std::string::npos);
  EXPECT_EQ(provider.pool(kCheap).refused, 1u);
  EXPECT_TRUE(provider.launch(EndpointId{1}, kDear, kStart).ok()) << "the other pool is unharmed";
}

TEST_F(ProviderTest, a_cap_counts_booting_replicas_and_frees_with_them) {
  provider.apply(kCheap, {.cap = std::optional<int>{2}}, kStart, events);
  ASSERT_TRUE(provider.launch(EndpointId{1}, kCheap, kStart).ok());
  ASSERT_TRUE(provider.launch(EndpointId{2}, kCheap, kStart).ok());
  ASSERT_FALSE(provider.launch(EndpointId{3}, kCheap, kStart).ok());
  ASSERT_TRUE(provider.end(EndpointId{1}, EndReason::kStopped, kStart, events));
  EXPECT_TRUE(provider.launch(EndpointId{3}, kCheap, kStart).ok());
}

TEST_F(ProviderTest, a_cap_below_what_runs_takes_nothing_away) {
  run_replicas(kCheap, 3);
  provider.apply(kCheap, {.cap = std::optional<int>{0}}, kStart, events);
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(provider.pool(kCheap).running, 3);
  EXPECT_FALSE(provider.launch(EndpointId{9}, kCheap, kStart).ok());
}

TEST_F(ProviderTest, healing_lifts_refusals_and_cap) {
  provider.apply(kCheap, {.refuse_launches = true, .cap = std::optional<int>{0}}, kStart, events);
  provider.apply(kCheap, {.heal = true}, kStart, events);
  EXPECT_TRUE(provider.launch(EndpointId{1}, kCheap, kStart).ok());
}

TEST_F(ProviderTest, an_id_in_use_is_refused_in_any_unit_and_free_again_after_its_end) {
  ASSERT_TRUE(provider.launch(EndpointId{1}, kCheap, kStart).ok());
  const auto again = provider.launch(EndpointId{1}, kDear, kStart);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, LaunchRefusal::Kind::kIdInUse);
  provider.end(EndpointId{1}, EndReason::kStopped, kStart, events);
  EXPECT_TRUE(provider.launch(EndpointId{1}, kDear, kStart).ok());
}

TEST_F(ProviderTest, a_boot_that_was_stopped_does_not_make_its_successor_ready_early) {
  ASSERT_TRUE(provider.launch(EndpointId{1}, kCheap, kStart).ok());
  provider.end(EndpointId{1}, EndReason::kStopped, kStart, events);
  const auto boot = provider.launch(EndpointId{1}, kCheap, kStart + 10min);
  ASSERT_TRUE(boot.ok());
  events.clear();
  provider.advance(kStart + 2h, events);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].at, kStart + 10min + *boot);
}

TEST_F(ProviderTest, reclaims_a_fraction_of_the_running_ones_only) {
  run_replicas(kCheap, 9);
  ASSERT_TRUE(provider.launch(EndpointId{50}, kCheap, kStart).ok());
  provider.adopt(EndpointId{60}, kDear, kStart);
  provider.reclaim(kCheap, 0.5, kStart + 1s, events);
  EXPECT_EQ(events.size(), 5u);
  EXPECT_EQ(provider.pool(kCheap).running, 4);
  EXPECT_EQ(provider.pool(kCheap).booting, 1);
  EXPECT_EQ(provider.pool(kDear).running, 1);
  for (const auto& event : events) {
    EXPECT_EQ(event.kind, ProviderEvent::Kind::kGone);
    EXPECT_EQ(event.reason, EndReason::kReclaimed);
    EXPECT_EQ(event.unit, kCheap);
  }
}

TEST_F(ProviderTest, ending_a_replica_that_is_not_there_says_so) {
  EXPECT_FALSE(provider.end(EndpointId{1}, EndReason::kStopped, kStart, events));
  EXPECT_TRUE(events.empty());
}

TEST_F(ProviderTest, bills_from_launch_to_end_by_the_second_of_each_units_price) {
  ASSERT_TRUE(provider.launch(EndpointId{1}, kCheap, kStart).ok());
  provider.adopt(EndpointId{2}, kDear, kStart);
  provider.end(EndpointId{1}, EndReason::kStopped, kStart + 100s, events);
  EXPECT_EQ(events.back().launched_at, kStart);
  EXPECT_EQ(events.back().at, kStart + 100s);
  EXPECT_NEAR(provider.pool(kCheap).ended_usd, 0.1, 1e-9);
  EXPECT_NEAR(provider.cost_usd(kStart + 500s), 0.1 + 1.0, 1e-9);
}

TEST_F(ProviderTest, a_replica_stopped_at_once_still_costs_the_billing_minimum) {
  ASSERT_TRUE(provider.launch(EndpointId{1}, kCheap, kStart).ok());
  provider.end(EndpointId{1}, EndReason::kStopped, kStart + 1s, events);
  EXPECT_NEAR(provider.cost_usd(kStart + 1h), 0.06, 1e-9);
}

TEST(ProviderSeed, reproduces_boots_and_reclaims) {
  const auto run = [](std::uint64_t seed) {
    Provider provider(two_units(), 60s, seed);
    std::vector<ProviderEvent> events;
    for (std::uint64_t id = 1; id <= 10; ++id) {
      (void)provider.launch(EndpointId{id}, kCheap, kStart);
    }
    provider.advance(kStart + 1h, events);
    provider.reclaim(kCheap, 0.3, kStart + 1h, events);
    std::vector<std::tuple<EndpointId, TimePoint>> trail;
    for (const auto& event : events) trail.emplace_back(event.id, event.at);
    return trail;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(ProviderSeed, boot_times_do_not_shift_when_something_is_reclaimed) {
  Provider calm(two_units(), 60s, 3);
  Provider stormy(two_units(), 60s, 3);
  std::vector<ProviderEvent> events;
  stormy.adopt(EndpointId{100}, kDear, kStart);
  stormy.reclaim(kDear, 1.0, kStart, events);
  EXPECT_EQ(*calm.launch(EndpointId{1}, kCheap, kStart),
            *stormy.launch(EndpointId{1}, kCheap, kStart));
}

// Whatever is done to it, the pool's counts are those of its replicas and every launch is billed
// once.
RC_GTEST_PROP(ProviderProperty, counts_and_bills_add_up, (std::vector<std::uint16_t> steps)) {
  Provider provider(two_units(), Duration::zero(), 11);
  std::vector<ProviderEvent> events;
  TimePoint now = kStart;
  std::uint64_t next_id = 1;
  std::uint64_t accepted = 0;
  for (const auto step : steps) {
    now += step * 1s;
    provider.advance(now, events);
    const UnitId unit{step % 2u};
    switch (step % 5) {
      case 0:
      case 1:
        if (provider.launch(EndpointId{next_id++}, unit, now).ok()) ++accepted;
        break;
      case 2:
        provider.end(EndpointId{1u + step % next_id}, EndReason::kStopped, now, events);
        break;
      case 3:
        provider.reclaim(unit, 0.25, now, events);
        break;
      default:
        provider.apply(unit, {.cap = std::optional<int>{step % 7}}, now, events);
    }
    for (const UnitId each : {kCheap, kDear}) {
      const auto count = [&](bool ready) {
        return std::count_if(
            provider.replicas().begin(), provider.replicas().end(),
            [&](const auto& r) { return r.second.unit == each && r.second.ready == ready; });
      };
      RC_ASSERT(provider.pool(each).running == count(true));
      RC_ASSERT(provider.pool(each).booting == count(false));
    }
  }
  double usd = 0.0;
  std::uint64_t gone = 0;
  for (const auto& event : events) {
    if (event.kind != ProviderEvent::Kind::kGone) continue;
    ++gone;
    usd += (event.unit == kCheap ? 0.001 : 0.002) * to_seconds(event.at - event.launched_at);
  }
  for (const auto& [id, replica] : provider.replicas()) {
    usd += (replica.unit == kCheap ? 0.001 : 0.002) * to_seconds(now - replica.launched_at);
  }
  RC_ASSERT(accepted == gone + provider.replicas().size());
  RC_ASSERT(std::abs(provider.cost_usd(now) - usd) <= 1e-9 * std::max(1.0, usd));
}

}  // namespace
}  // namespace signalbox::sim
