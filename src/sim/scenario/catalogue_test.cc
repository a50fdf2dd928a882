// SPDX-License-Identifier: Apache-2.0
//
// Every scenario that comes with Signalbox is sound: it can be built where there are no traces, its
// clients ask for what its fleet serves, and its bound can be computed.
#include "sim/scenario/catalogue.h"

#include <gtest/gtest.h>

#include "sim/scenario/bound.h"
#include "sim/scenario/experiment.h"
#include "solve/fleet_problem.h"

namespace signalbox::sim {
namespace {

TraceDirectory no_traces() {
  return *TraceDirectory::find(
      TraceDirectory::Places{.option = {}, .environment = {}, .beside = "/nonexistent"});
}

class EveryScenario : public testing::TestWithParam<std::string> {
 protected:
  Scenario build() const { return *(*find_scenario(GetParam()))->build(no_traces()); }
};

TEST_P(EveryScenario, is_built_without_traces_and_says_who_it_is) {
  const Scenario scenario = build();
  EXPECT_EQ(scenario.name, GetParam());
  EXPECT_FALSE(scenario.title.empty());
  EXPECT_FALSE(scenario.about.empty());
  EXPECT_LT(scenario.report_from, scenario.length);
  for (std::size_t i = 1; i < scenario.faults.size(); ++i) {
    EXPECT_LE(scenario.faults[i - 1].at, scenario.faults[i].at);
  }
  for (const auto& fault : scenario.faults) {
    EXPECT_LT(fault.unit.index(), scenario.fleet.units.size());
    EXPECT_LT(fault.at, scenario.length);
  }
}

TEST_P(EveryScenario, has_a_sound_problem_for_the_clairvoyant) {
  Scenario scenario = build();
  // An hour from the middle is enough to see it, and quick.
  scenario.report_from = scenario.length / 2;
  scenario.length = scenario.report_from + 1h;
  const RealisedDemand demand(scenario, 1, scenario.report_from);
  EXPECT_GT(demand.requests(), 100U);
  EXPECT_EQ(solve::contradiction(fleet_problem(scenario, demand)), "");
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryScenario,
                         testing::Values("s1", "s1b", "s1-calm", "s2", "s3", "s4", "s4-tokens",
                                         "figures-6-7", "figures-8-9", "figures-10-11"),
                         [](const auto& each) {
                           std::string name = each.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

TEST(Catalogue, an_unknown_name_is_answered_with_all_there_are) {
  const auto found = find_scenario("s9");
  ASSERT_FALSE(found.ok());
  EXPECT_NE(found.error().message.find("figures-10-11"), std::string::npos);
}

TEST(Experiment, paired_policies_are_asked_the_same_requests_and_hindsight_knows_them) {
  Scenario scenario = *(*find_scenario("s1-calm"))->build(no_traces());
  scenario.length = 1h;
  scenario.report_from = 0s;
  Hindsight hindsight(scenario, 4);
  for (const char* name : {"signalbox", "keda-per-unit"}) {
    Experiment experiment;
    experiment.scenario = &scenario;
    experiment.policy = *find_policy(name);
    experiment.options.seed = 4;
    const RunResult result = run(experiment, hindsight);
    EXPECT_EQ(result.totals.requests, hindsight.truth().total_requests());
    EXPECT_EQ(result.policy, name);
    const auto bound = hindsight.bound_usd(1.0 - result.totals.slo_attainment());
    ASSERT_TRUE(bound.ok());
    EXPECT_LE(*bound, result.totals.cost_usd);
  }
}

}  // namespace
}  // namespace signalbox::sim
