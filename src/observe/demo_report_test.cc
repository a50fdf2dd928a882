// SPDX-License-Identifier: Apache-2.0
#include "observe/demo_report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "observe/golden.h"

namespace signalbox::observe {
namespace {

DemoSummary good_run() {
  DemoSummary s;
  s.seed = 7;
  s.duration = 120s;
  s.requests = 3402;
  s.slo_attainment = 0.9964;
  s.p50_ms = 612;
  s.p99_ms = 1420.5;
  s.max_hold_ms = 834;
  s.cost_usd = 0.612;
  s.usd_per_1k = 0.17989;
  s.paper_weighted_cost_usd = 0.884;
  s.mode_switches = {
      {68.012, core::Mode::kCostOptimized, core::Mode::kCapacityOptimized,
       "a launch of sd21-inf2-neuron was refused (insufficient capacity); 11.2 requests/s short",
       12},
      {97.1, core::Mode::kCapacityOptimized, core::Mode::kCostOptimized,
       "the cost tier has been launchable and ready for 6 s", 0}};
  s.shares = {{"sd21-inf2-neuron", 0.58},
              {"sd21-trn1-neuron", 0.19},
              {"sd21-g5-triton", 0.12},
              {"sd21-g6-triton", 0.06},
              {"sd21-g5-cuda", 0.05}};
  return s;
}

bool kept(const DemoSummary& summary, std::string_view what) {
  for (const auto& verdict : demo_verdicts(summary)) {
    if (verdict.what == what) return verdict.kept;
  }
  ADD_FAILURE() << "no verdict on " << what;
  return false;
}

TEST(DemoReport, golden_summary) {
  expect_golden("summary.txt", render_summary(good_run(), false));
}

TEST(DemoReport, golden_summary_of_a_bad_run) {
  DemoSummary s = good_run();
  s.errors = 17;
  s.slo_attainment = 0.98996;
  s.p99_ms = 2310;
  s.cost_usd = 1.02;
  s.mode_switches.clear();
  expect_golden("summary_bad.txt", render_summary(s, false));
}

TEST(DemoReport, each_promise_is_judged_by_itself) {
  const auto all = demo_verdicts(good_run());
  EXPECT_TRUE(std::all_of(all.begin(), all.end(), [](const auto& v) { return v.kept; }));

  DemoSummary s = good_run();
  s.errors = 1;
  EXPECT_FALSE(kept(s, "errors"));
  s = good_run();
  s.slo_attainment = 0.9899;
  EXPECT_FALSE(kept(s, "objective"));
  EXPECT_TRUE(kept(s, "latency"));
  s = good_run();
  s.p99_ms = 2000.1;
  EXPECT_FALSE(kept(s, "latency"));
  s = good_run();
  s.mode_switches[0].reaction_ms = 1001;
  EXPECT_FALSE(kept(s, "switch"));
  s = good_run();
  s.mode_switches.pop_back();
  EXPECT_TRUE(kept(s, "switch"));
  EXPECT_FALSE(kept(s, "return"));
  s.mode_switches.clear();
  EXPECT_FALSE(kept(s, "switch"));
  EXPECT_FALSE(kept(s, "return"));
  s = good_run();
  s.cost_usd = s.paper_weighted_cost_usd;
  EXPECT_FALSE(kept(s, "cost"));
}

TEST(DemoReport, a_run_without_requests_keeps_nothing_by_accident) {
  EXPECT_FALSE(kept(DemoSummary{}, "errors"));
  EXPECT_FALSE(kept(DemoSummary{}, "cost"));
}

TEST(DemoReport, json_has_exactly_the_promised_keys) {
  const auto object = boost::json::parse(demo_json(good_run())).as_object();
  std::vector<std::string> keys;
  for (const auto& member : object) keys.emplace_back(member.key());
  EXPECT_EQ(keys, (std::vector<std::string>{
                      "requests", "errors", "slo_attainment", "p50_ms", "p99_ms", "max_hold_ms",
                      "cost_usd", "usd_per_1k", "mode_switches", "paper_weighted_cost_usd",
                      "objective_ms", "objective_quantile", "duration_s", "seed"}));
  const auto& change = object.at("mode_switches").as_array().at(0).as_object();
  EXPECT_EQ(change.size(), 5U);
  EXPECT_EQ(change.at("from").as_string(), "cost_optimized");
  EXPECT_EQ(change.at("to").as_string(), "capacity_optimized");
  EXPECT_EQ(change.at("at_s").to_number<double>(), 68.012);
  EXPECT_EQ(change.at("reaction_ms").to_number<double>(), 12.0);
  EXPECT_EQ(demo_json(good_run()).find('\n'), std::string::npos);
}

TEST(DemoReport, json_never_rounds_attainment_up_to_the_objective) {
  DemoSummary s = good_run();
  s.slo_attainment = 0.98999999;
  const auto object = boost::json::parse(demo_json(s)).as_object();
  EXPECT_LT(object.at("slo_attainment").to_number<double>(), 0.99);
}

}  // namespace
}  // namespace signalbox::observe
