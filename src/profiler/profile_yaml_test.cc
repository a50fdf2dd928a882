// SPDX-License-Identifier: Apache-2.0
//
// That what is written loads as a configuration is tested with the configuration's reader, in
// test/profiler.
#include "profiler/profile_yaml.h"

#include <gtest/gtest.h>

namespace signalbox::profiler {
namespace {

UnitProfile measured() {
  UnitProfile profile;
  profile.name = "inf2";
  profile.address = "127.0.0.1:8001";
  profile.kind = "one request at a time";
  profile.breaking_by = "objective";
  profile.plateau_per_s = {2.05, 2.0, 2.1};
  profile.breaking_per_s = {0.97, 0.95, 0.99};
  profile.price_usd_per_hour = 0.7582;
  profile.spread = 0.05;
  return profile;
}

TEST(ProfileYaml, one_request_at_a_time_is_a_plateau) {
  const std::string yaml = profile_yaml(measured(), "images");
  EXPECT_NE(yaml.find("    plateau: 2.05/s\n"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("    spread: 5%\n"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("    price: 0.7582 USD/hour\n"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("  images:\n    objective: {latency: 2000ms, quantile: 99%}"),
            std::string::npos)
      << yaml;
  EXPECT_EQ(yaml.find("slots"), std::string::npos);
}

TEST(ProfileYaml, several_at_once_are_a_curve_with_slots) {
  UnitProfile profile = measured();
  profile.slots = 4;
  profile.curve = core::Profile::measured({{1, 500ms}, {4, 1200us}}, 0.05);
  const std::string yaml = profile_yaml(profile, "images");
  EXPECT_NE(yaml.find("      - {in_flight: 4, latency: 1.2ms}\n    slots: 4\n"), std::string::npos)
      << yaml;
  EXPECT_EQ(yaml.find("plateau:"), std::string::npos);
}

// The configuration's reader refuses an objective that no unit can meet.
TEST(ProfileYaml, an_objective_that_is_hopeless_is_told_and_not_written) {
  UnitProfile profile = measured();
  profile.objective.latency = 100ms;
  profile.breaking_per_s = {};
  profile.unloaded_latency_s = {0.5, 0.5, 0.5};
  const std::string yaml = profile_yaml(profile, "images");
  EXPECT_NE(yaml.find("# It cannot meet the objective {latency: 100ms"), std::string::npos) << yaml;
  EXPECT_NE(yaml.find("    objective: {latency: 2000ms, quantile: 99%}"), std::string::npos)
      << yaml;
}

TEST(ProfileYaml, labels_are_quoted_whatever_they_are) {
  UnitProfile profile = measured();
  profile.hardware = "a \"b\" \\ c: d";
  EXPECT_NE(profile_yaml(profile, "s").find(R"(hardware: "a \"b\" \\ c: d")"), std::string::npos);
}

}  // namespace
}  // namespace signalbox::profiler
