// SPDX-License-Identifier: Apache-2.0
#include "sim/report/json.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <cstdlib>

#include "sim/report/golden.h"
#include "sim/report/sample_summaries.h"

namespace signalbox::sim {
namespace {

TEST(ResultJson, is_one_flat_object_a_line) {
  std::string lines;
  for (const auto& summary : summarise(sample_comparison("s1"))) lines += to_json_line(summary);
  for (const auto& c : compare_to("signalbox", sample_comparison("s1"))) lines += to_json_line(c);
  expect_golden("results.jsonl", lines);
}

TEST(ResultJson, has_every_promised_key_and_nothing_nested) {
  const auto summary = summarise(sample_comparison("s1")).front();
  const auto object = boost::json::parse(to_json_line(summary)).as_object();
  for (const char* key : {"scenario",        "policy",
                          "seeds",           "cost_usd",
                          "lower_bound_usd", "gap",
                          "slo_attainment",  "refused",
                          "p50_ms",          "p95_ms",
                          "p99_ms",          "violation_minutes",
                          "requests",        "dropped",
                          "wall_s",          "requests_per_s",
                          "p999_ms",         "usd_per_1k_within_slo",
                          "goodput_per_s",   "mean_in_replica_ms",
                          "mode_switches"}) {
    EXPECT_TRUE(object.contains(key)) << key;
  }
  for (const auto& [key, value] : object) EXPECT_FALSE(value.is_structured()) << key;
}

TEST(ResultJson, numbers_read_back_as_the_same_doubles) {
  PolicySummary summary = summarise(sample_comparison("s1")).front();
  summary.cost_usd = 1.0 / 3.0;
  summary.slo_attainment = std::nextafter(0.99, 0.0);
  const std::string line = to_json_line(summary);
  // Read by the C library: Boost's parser is fast, and wrong in the last place.
  const auto value_of = [&](const std::string& key) {
    const std::string quoted = '"' + key + "\":";
    return std::strtod(line.c_str() + line.find(quoted) + quoted.size(), nullptr);
  };
  EXPECT_EQ(value_of("cost_usd"), 1.0 / 3.0);
  EXPECT_EQ(value_of("slo_attainment"), summary.slo_attainment);
}

TEST(ResultJson, what_is_not_known_is_null) {
  MeasuredRun run = sample_measured("s1", "lcp", 1);
  run.lower_bound_usd = 0.0;
  const std::vector<MeasuredRun> runs = {run};
  PolicySummary summary = summarise(runs).front();
  summary.p99_ms = std::nan("");
  const auto object = boost::json::parse(to_json_line(summary)).as_object();
  EXPECT_TRUE(object.at("gap").is_null());
  EXPECT_TRUE(object.at("lower_bound_usd").is_null());
  EXPECT_TRUE(object.at("cost_usd_low").is_null());
  EXPECT_TRUE(object.at("p99_ms").is_null());
}

TEST(ResultJson, a_name_cannot_break_the_line) {
  const std::vector<MeasuredRun> runs = {sample_measured("s\n\"1\xff", "a\\b", 1)};
  const std::string line = to_json_line(summarise(runs).front());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(boost::json::parse(line).at("policy").as_string(), "a\\b");
}

}  // namespace
}  // namespace signalbox::sim
