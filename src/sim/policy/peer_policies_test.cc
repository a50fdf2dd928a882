// SPDX-License-Identifier: Apache-2.0
//
// The scalers of other publications and products, on cases worked by hand.
#include <gtest/gtest.h>

#include "sim/policy/afhc.h"
#include "sim/policy/lcp.h"
#include "sim/policy/spothedge.h"
#include "sim/policy/static_peak.h"
#include "sim/policy/supply.h"
#include "sim/policy/testdata/policy_rig.h"
#include "sim/policy/wva_like.h"

namespace signalbox::sim {
namespace {

// Cheap: 2/s a replica at 1 USD/hour, ten at most; dear: 1/s at 2 USD/hour.
core::FleetSpec two_units() {
  return rig_fleet({rig_unit("cheap", 1.0, 2.0, 10), rig_unit("dear", 2.0, 1.0, 50)});
}

// So much work in each minute.
DemandSeries minutes(const std::vector<double>& per_s) {
  DemandSeries series;
  series.slot = 60s;
  for (const double rate : per_s) {
    series.work.push_back(rate * 60.0);
    series.requests.push_back(static_cast<std::uint64_t>(rate * 60.0));
  }
  return series;
}

// ---- what they have in common

// Wants the cheapest for what comes in.
class Greedy final : public Scaler {
 public:
  Duration period() const override { return 60s; }
  void decide(const Observation& seen, Wish& wish) override {
    available_.observe(seen);
    fill_in_order(seen, cheapest_first(seen), available_, seen.arrived_per_s, wish.replicas);
  }

 private:
  Availability available_;
};

TEST(Supply, fills_the_cheapest_first_and_spills_over_limits) {
  Greedy greedy;
  PolicyRig rig(two_units(), greedy);
  EXPECT_EQ(rig.decide(0s, 7.0), (std::vector{4, 0}));
  EXPECT_EQ(rig.decide(60s, 23.0), (std::vector{10, 3})) << "20 of cheap, 3 of dear";
  rig.units[0].price_usd_per_hour = 5.0;  // 2.5 per request/s now, against 2
  EXPECT_EQ(rig.decide(120s, 23.0), (std::vector{0, 23}));
  rig.units[1].pool_limit = 20;
  EXPECT_EQ(rig.decide(180s, 23.0), (std::vector{2, 20}));
}

TEST(Supply, machines_of_ones_own_come_first_whatever_they_cost) {
  Greedy greedy;
  PolicyRig rig(two_units(), greedy);
  rig.tier(1, Tier::kOwned);
  EXPECT_EQ(rig.decide(0s, 5.0), (std::vector{0, 5}));
}

TEST(Supply, a_unit_that_refuses_counts_for_what_it_has_until_a_probe_is_granted) {
  Greedy greedy;
  PolicyRig rig(two_units(), greedy);
  EXPECT_EQ(rig.decide(0s, 10.0), (std::vector{5, 0}));
  rig.units[0].ready = 2;
  rig.units[0].refused_at = at(1s);
  EXPECT_EQ(rig.decide(60s, 10.0), (std::vector{2, 6}));
  EXPECT_EQ(rig.decide(240s, 10.0), (std::vector{2, 6}));
  EXPECT_EQ(rig.decide(301s, 10.0), (std::vector{3, 4})) << "after five minutes, one more";
  rig.units[0].refused_at = at(301s);
  EXPECT_EQ(rig.decide(360s, 10.0), (std::vector{2, 6}));
  EXPECT_EQ(rig.decide(601s, 10.0), (std::vector{3, 4}));
  rig.units[0].booting = 1;  // granted
  EXPECT_EQ(rig.decide(660s, 10.0), (std::vector{5, 0}));
}

// ---- WVA

TEST(WvaLike, gives_what_is_required_to_the_cheapest_and_counts_what_boots) {
  WvaLike wva(0.8, 0.5);
  PolicyRig rig(two_units(), wva);
  EXPECT_EQ(rig.decide(0s, 0.0), (std::vector{1, 0})) << "one replica always stays";
  rig.units[0].ready = 1;
  // 8 / 0.8 - 2 = 8 per second are required: four more of cheap.
  EXPECT_EQ(rig.decide(60s, 8.0), (std::vector{5, 0}));
  rig.units[0].booting = 4;
  EXPECT_EQ(rig.decide(120s, 8.0), (std::vector{5, 0})) << "pending ones are supply";
  // 24 / 0.8 - 10 = 20: five more of cheap to its limit, then ten of dear.
  EXPECT_EQ(rig.decide(180s, 24.0), (std::vector{10, 10}));
}

TEST(WvaLike, takes_from_the_dearest_what_can_be_spared) {
  WvaLike wva(0.8, 0.5);
  PolicyRig rig(two_units(), wva);
  rig.units[0].ready = 4;
  rig.units[1].ready = 4;
  // Supply 12; 3.25 / 0.5 = 6.5 must stay; 5.5 to spare: all four of dear, then none of cheap (1.5
  // is less than 2).
  EXPECT_EQ(rig.decide(0s, 3.25), (std::vector{4, 0}));
  rig.units[1].ready = 0;
  EXPECT_EQ(rig.decide(60s, 5.0), (std::vector{4, 0})) << "between the thresholds nothing moves";
  EXPECT_EQ(rig.decide(120s, 0.0), (std::vector{1, 0}));
  rig.units[1].booting = 1;
  EXPECT_EQ(rig.decide(180s, 0.0), (std::vector{4, 1})) << "nothing is removed while one boots";
}

// ---- SkyServe

TEST(SpotHedge, without_spot_it_follows_the_load_after_its_delays) {
  SpotHedge sky(0.5, 300s, 2);
  PolicyRig rig(two_units(), sky);
  EXPECT_EQ(rig.decide_and_get(0s, 4.0), (std::vector{4, 0})) << "4 / 0.5 = 8, at once at first";
  EXPECT_EQ(rig.decide_and_get(20s, 8.0), (std::vector{4, 0}));
  EXPECT_EQ(rig.decide_and_get(300s, 8.0), (std::vector{4, 0}));
  EXPECT_EQ(rig.decide_and_get(320s, 8.0), (std::vector{8, 0})) << "wanted for 300 s";
  EXPECT_EQ(rig.decide_and_get(340s, 2.0), (std::vector{8, 0}));
  EXPECT_EQ(rig.decide_and_get(1500s, 2.0), (std::vector{8, 0}));
  EXPECT_EQ(rig.decide_and_get(1540s, 2.0), (std::vector{2, 0})) << "and less for 1200 s";
}

// Two spot zones of 1/s a replica, and on demand.
core::FleetSpec spot_fleet() {
  return rig_fleet({rig_unit("zone-a", 0.3, 1.0, 20), rig_unit("zone-b", 0.4, 1.0, 20),
                    rig_unit("on-demand", 1.0, 1.0, 50)});
}

TEST(SpotHedge, spreads_spot_with_extra_and_falls_back_on_demand_until_it_is_ready) {
  SpotHedge sky(1.0, 300s, 2);
  PolicyRig rig(spot_fleet(), sky);
  rig.tier(0, Tier::kSpot).tier(1, Tier::kSpot);
  // N = 6: eight of spot, four in each zone; nothing is ready, so six on demand meanwhile.
  EXPECT_EQ(rig.decide(0s, 6.0), (std::vector{4, 4, 6}));
  rig.units[0].ready = 4;
  rig.units[1].booting = 4;
  rig.units[2].ready = 6;
  EXPECT_EQ(rig.decide(20s, 6.0), (std::vector{4, 4, 4})) << "6 + 2 - 4 ready";
  rig.units[1].booting = 0;
  rig.units[1].ready = 4;
  EXPECT_EQ(rig.decide(40s, 6.0), (std::vector{4, 4, 0}));
}

TEST(SpotHedge, puts_a_zone_aside_that_preempts_or_refuses) {
  SpotHedge sky(1.0, 300s, 2);
  PolicyRig rig(rig_fleet({rig_unit("zone-a", 0.3, 1.0, 20), rig_unit("zone-b", 0.4, 1.0, 20),
                           rig_unit("zone-c", 0.4, 1.0, 20), rig_unit("on-demand", 1.0, 1.0, 50)}),
                sky);
  rig.tier(0, Tier::kSpot).tier(1, Tier::kSpot).tier(2, Tier::kSpot);
  EXPECT_EQ(rig.decide(0s, 7.0), (std::vector{3, 3, 3, 7}));
  rig.units[0].ready = rig.units[1].ready = rig.units[2].ready = 3;
  EXPECT_EQ(rig.decide(20s, 7.0), (std::vector{3, 3, 3, 0}));
  rig.units[0].ready = 1;  // two were preempted
  // Zone a keeps the one it has; eight are placed in b and c. 7 + 2 - 7 that are ready.
  EXPECT_EQ(rig.decide(40s, 7.0), (std::vector{1, 4, 4, 2}));
  rig.units[1].refused_at = at(41s);
  // Only c is left, so all count again, and the emptiest gets what is missing: b and c still have
  // three each, a one; two more for nine.
  EXPECT_EQ(rig.decide(60s, 7.0), (std::vector{3, 3, 3, 2}));
}

// ---- lazy capacity provisioning

TEST(Lcp, keeps_an_idle_replica_as_long_as_a_boot_is_worth) {
  // Boots take 10 minutes on average, so beta / e is 10 minutes at a factor of 1.
  Lcp lcp(0.5, 1.0);
  PolicyRig rig(two_units(), lcp);
  EXPECT_EQ(rig.decide(0s, 6.0)[0], 6) << "6 / 0.5 / 2";
  EXPECT_EQ(rig.decide(60s, 2.0)[0], 6);
  EXPECT_EQ(rig.decide(120s, 4.0)[0], 6);
  EXPECT_EQ(rig.decide(600s, 2.0)[0], 6) << "ten minutes later, still worth it";
  EXPECT_EQ(rig.decide(660s, 2.0)[0], 4) << "the need of minute 2";
  EXPECT_EQ(rig.decide(780s, 2.0)[0], 2);
}

TEST(Lcp, spills_in_replicas_of_the_next_unit) {
  Lcp lcp(1.0, 1.0);
  PolicyRig rig(two_units(), lcp);
  EXPECT_EQ(rig.decide(0s, 23.0), (std::vector{10, 4})) << "twelve cheap ones' worth, 20 of 24";
}

// ---- averaging fixed horizon control

TEST(Afhc, one_plan_bridges_gaps_that_cost_less_than_a_launch) {
  // From none, a launch worth two slots.
  EXPECT_EQ(fixed_horizon_plan({3, 1, 1, 3}, 0, 2.0), (std::vector{3, 3, 3, 3}));
  EXPECT_EQ(fixed_horizon_plan({3, 1, 1, 1, 3}, 0, 2.0), (std::vector{3, 1, 1, 1, 3}));
  // What is on already is kept for a need that comes soon, and else let go; none outlasts its last.
  EXPECT_EQ(fixed_horizon_plan({0, 0, 2, 0}, 3, 2.0), (std::vector{2, 2, 2, 0}));
  EXPECT_EQ(fixed_horizon_plan({0, 0, 0, 2}, 3, 2.0), (std::vector{0, 0, 0, 2}));
  EXPECT_EQ(fixed_horizon_plan({}, 3, 2.0), std::vector<int>{});
}

TEST(Afhc, does_the_planners_mean_a_boot_ahead) {
  // One unit of 1/s, boots of at most 2 minutes, no launch costs: every plan is the need itself, so
  // what is wanted is the highest need from now until two minutes ahead; one replica stays.
  auto unit = rig_unit("only", 1.0, 1.0);
  unit.boot_time_min = 60s;
  unit.boot_time_max = 120s;
  Afhc afhc(1.0, 2, 0.0);
  const auto truth = minutes({1, 1, 5, 2, 2, 7, 0, 0, 0, 0, 0});
  PolicyRig rig(rig_fleet({unit}), afhc);
  rig.truth(truth);
  std::vector<int> wanted;
  for (int minute = 0; minute < 8; ++minute) wanted.push_back(rig.decide(minute * 60s, 0.0)[0]);
  EXPECT_EQ(wanted, (std::vector{5, 5, 5, 7, 7, 7, 1, 1}));
}

TEST(Afhc, planners_differ_in_what_they_bridge) {
  // Need 2 0 2 0 2 0 ..., a launch worth one slot, windows of w + 1 = 2 slots. Planner 0 plans
  // slots (0,1)(2,3)...: it ends on 0, so it launches anew each time: 2 0 2 0. Planner 1 plans slot
  // 0, then (1,2)(3,4)...: it comes from 2 and bridges: 2 2 2 2. Mean: 2 1 2 1. Boots take one
  // minute here, and the higher of now and in a minute is wanted.
  auto unit = rig_unit("only", 1.0, 1.0);
  unit.boot_time_min = unit.boot_time_max = 60s;
  Afhc afhc(1.0, 1, 1.0);
  const auto truth = minutes({2, 0, 2, 0, 2, 0, 0, 0, 0, 0});
  PolicyRig rig(rig_fleet({unit}), afhc);
  rig.truth(truth);
  std::vector<int> wanted;
  for (int minute = 0; minute < 7; ++minute) wanted.push_back(rig.decide(minute * 60s, 0.0)[0]);
  // After the last need at slot 4 planner 1 plans (5,6) without any, planner 0 (4,5) as 2 0.
  EXPECT_EQ(wanted, (std::vector{2, 2, 2, 2, 2, 1, 1}));
}

// ---- a fixed fleet

TEST(StaticPeak, buys_for_the_busiest_minute_of_the_first_half_and_stays) {
  StaticPeak fixed(1.5);
  const auto truth = minutes({4, 8, 6, 5, 100, 100, 100, 100});
  PolicyRig rig(two_units(), fixed);
  rig.truth(truth);
  EXPECT_EQ(rig.decide(0s, 0.0), (std::vector{6, 0})) << "1.5 x 8 / 2";
  EXPECT_EQ(rig.decide(300s, 100.0), (std::vector{6, 0}));
}

TEST(StaticPeak, does_not_rely_on_spot) {
  StaticPeak fixed(1.0);
  const auto truth = minutes({8, 8, 8, 8});
  PolicyRig rig(two_units(), fixed);
  rig.tier(0, Tier::kSpot).truth(truth);
  EXPECT_EQ(rig.decide(0s, 0.0), (std::vector{0, 8}));
}

}  // namespace
}  // namespace signalbox::sim
