// SPDX-License-Identifier: Apache-2.0
//
// `signalbox simulate` and what goes with it, as a person types it: results as JSON, a page that
// asks nobody, a log that is decided again, and errors that say what there is.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "test/stage/child.h"

namespace signalbox {
namespace {

using stage::Child;

TEST(Simulate, prints_one_flat_object_per_result_with_the_promised_keys) {
  Child run({SIGNALBOX_BINARY, "simulate", "--scenario", "examples/scenarios/shortage.yaml",
             "--policy", "signalbox,static-peak", "--json"});
  ASSERT_EQ(run.exit_code(), 0) << run.output();
  std::istringstream lines(run.output());
  int objects = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] != '{') continue;
    const auto object = boost::json::parse(line).as_object();
    for (const char* key :
         {"scenario", "policy", "seeds", "cost_usd", "lower_bound_usd", "gap", "slo_attainment",
          "refused", "p50_ms", "p95_ms", "p99_ms", "violation_minutes", "requests", "dropped",
          "wall_s", "requests_per_s"}) {
      EXPECT_TRUE(object.contains(key)) << key;
    }
    for (const auto& [key, value] : object) {
      EXPECT_FALSE(value.is_object() || value.is_array()) << std::string(key);
    }
    EXPECT_GE(object.at("gap").to_number<double>(), 1.0);
    ++objects;
  }
  EXPECT_EQ(objects, 2);
}

TEST(Simulate, writes_a_page_that_asks_nobody) {
  const stage::TemporaryDirectory directory;
  const std::string page = directory.path() + "/page.html";
  Child run({SIGNALBOX_BINARY, "simulate", "--scenario", "examples/scenarios/shortage.yaml",
             "--report", page});
  ASSERT_EQ(run.exit_code(), 0) << run.output();
  std::ifstream file(page);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  EXPECT_GT(text.size(), 100000U);
  EXPECT_EQ(text.find("src=\"http"), std::string::npos);
}

TEST(Simulate, a_log_of_its_inputs_is_decided_again_and_tried_under_another_policy) {
  const stage::TemporaryDirectory directory;
  const std::string log = directory.path() + "/inputs";
  Child run({SIGNALBOX_BINARY, "simulate", "--scenario", "examples/scenarios/shortage.yaml",
             "--input-log", log});
  ASSERT_EQ(run.exit_code(), 0) << run.output();
  Child replay({SIGNALBOX_BINARY, "replay", log});
  EXPECT_EQ(replay.exit_code(), 0) << replay.output();
  EXPECT_NE(replay.output().find("byte-identical"), std::string::npos) << replay.output();
  Child other({SIGNALBOX_BINARY, "replay", log, "--policy", "lcp"});
  EXPECT_EQ(other.exit_code(), 0) << other.output();
  EXPECT_NE(other.output().find("Modelled, not measured"), std::string::npos) << other.output();
}

TEST(Simulate, fuzzing_a_few_cases_is_clean_and_a_case_runs_again_by_name) {
  Child fuzz({SIGNALBOX_BINARY, "simulate", "--fuzz", "20", "--json"});
  EXPECT_EQ(fuzz.exit_code(), 0) << fuzz.output();
  EXPECT_NE(fuzz.output().find("\"violations\":0"), std::string::npos) << fuzz.output();
  Child again({SIGNALBOX_BINARY, "simulate", "--case", "7-h"});
  EXPECT_EQ(again.exit_code(), 0) << again.output();
}

TEST(Simulate, names_that_are_none_are_answered_with_those_there_are_and_exit_with_2) {
  Child scenario({SIGNALBOX_BINARY, "simulate", "--scenario", "s9"});
  EXPECT_EQ(scenario.exit_code(), 2);
  EXPECT_NE(scenario.output().find("s1-calm"), std::string::npos) << scenario.output();
  Child policy({SIGNALBOX_BINARY, "simulate", "--policy", "signalbocks"});
  EXPECT_EQ(policy.exit_code(), 2);
  EXPECT_NE(policy.output().find("signalbox"), std::string::npos) << policy.output();
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "simulate", "--case", "12-q"}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "simulate", "--seeds", "0"}).exit_code(), 2);
  EXPECT_EQ(Child({SIGNALBOX_BINARY, "simulate", "--traces", "/no/such/folder"}).exit_code(), 2);
}

}  // namespace
}  // namespace signalbox
