// SPDX-License-Identifier: Apache-2.0
//
// Two services and a pool that is too small for both: who could go elsewhere does, whoever comes
// first in the configuration.
#include "core/scale/shared_pools.h"

#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"
#include "core/scale/testdata/controller_rig.h"

namespace signalbox::core {
namespace {

using testdata::at;
using testdata::ControllerRig;
using testdata::kInf2;
using testdata::kTrn1;
using testdata::make_service;
using testdata::paper_fleet;

// The first may use inf2 or trn1, the second inf2 alone; eight inf2 are all there are.
FleetSpec contended() {
  FleetSpec spec = paper_fleet();
  spec.units[0].max_replicas = 8;
  spec.units[1].max_replicas = 30;
  spec.services = {make_service("easy", {kInf2, kTrn1}), make_service("picky", {kInf2})};
  return spec;
}

int target(const ControllerRig& rig, std::size_t service, std::size_t unit) {
  return rig.controller.plan().services[service].targets[unit].replicas;
}

TEST(SharedPools, who_could_go_elsewhere_does_and_who_could_not_is_served) {
  ControllerRig rig(contended());
  rig.all_are_called = true;
  rig.run(90, 12.0);
  EXPECT_GE(target(rig, 1, 0), 6) << "12 requests/s take six inf2, and it has nothing else";
  EXPECT_LE(target(rig, 0, 0) + target(rig, 1, 0), 8);
  EXPECT_GE(target(rig, 0, 1), 3) << "the first is carried by trn1 as well";
  EXPECT_NE(rig.controller.plan().services[0].reason.find("shared pools settled together"),
            std::string::npos)
      << rig.controller.plan().services[0].reason;
}

TEST(SharedPools, with_enough_for_all_everybody_plans_for_himself) {
  FleetSpec spec = contended();
  spec.units[0].max_replicas = 40;
  ControllerRig rig(spec);
  rig.all_are_called = true;
  rig.run(90, 12.0);
  EXPECT_EQ(target(rig, 0, 1), 0);
  EXPECT_GE(target(rig, 0, 0), 6);
  EXPECT_GE(target(rig, 1, 0), 6);
  EXPECT_EQ(rig.controller.plan().services[0].reason.find("settled"), std::string::npos);
}

TEST(SharedPools, the_problem_states_limits_prices_claims_and_rules_as_they_are) {
  FleetSpec spec = contended();
  spec.services[1].resilience = Resilience::kUnit;
  spec.units[0].tier = Tier::kReserved;
  spec.control.guardrails.budget_usd_per_hour = 20.0;
  FleetState fleet(spec, at(0s));
  fleet.launch(kInf2, at(0s));
  ServiceWish first;
  first.targets = {1, 2};
  first.limits = {8, 30};
  ServiceWish second;
  second.targets = {3};
  second.limits = {7};
  second.required_per_s = 9.0;
  const ServiceWish* wishes[] = {&first, &second};
  const FleetPlanProblem problem = shared_problem(spec, fleet, wishes, at(1s));
  EXPECT_EQ(problem.pools[0].most, 8);
  EXPECT_EQ(problem.pools[0].price_usd_per_hour, 0.0) << "it is paid for anyway";
  EXPECT_EQ(problem.budget_usd_per_hour, 20.0);
  EXPECT_EQ(problem.services[0].present[0], 1);
  EXPECT_EQ(problem.services[1].present[0], 0) << "the one that runs is claimed already";
  EXPECT_EQ(problem.services[1].capacity_per_s[1], 0.0) << "trn1 is not for it";
  ASSERT_EQ(problem.services[1].classes.size(), 1U);
  EXPECT_EQ(problem.services[1].classes[0].required_per_s, 9.0);
  EXPECT_TRUE(problem.services[0].classes.empty());
}

}  // namespace
}  // namespace signalbox::core
