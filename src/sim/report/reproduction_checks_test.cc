// SPDX-License-Identifier: Apache-2.0
//
// Every check is shown a run in which what it looks for holds, and the same run with that one thing
// broken.
#include "sim/report/reproduction_checks.h"

#include <gtest/gtest.h>

#include <array>

#include "sim/report/sample_runs.h"

namespace signalbox::sim {
namespace {

constexpr std::size_t kInf2 = 0, kTrn1 = 1, kG6 = 3;
const TimeAxis kHours;
const TimeAxis kFromNoon{12h};

RunResult weights_run() { return sample_run({.story = SampleRun::Story::kWeights, .waves = 1}); }
RunResult cap_run() { return sample_run({.story = SampleRun::Story::kCap, .waves = 1}); }
RunResult shortage_run() { return sample_run({.story = SampleRun::Story::kShortage}); }

HistorySlot& slot_at(RunResult& run, Duration t) {
  return run.history.at(static_cast<std::size_t>(t / run.slot));
}

// Moves `part` of one unit's requests to another, within the window.
void move_traffic(RunResult& run, std::size_t from, std::size_t to, double part,
                  TimeWindow window) {
  for (HistorySlot& slot : run.history) {
    if (!window.contains(slot.from - TimePoint{})) continue;
    const auto moved = static_cast<std::uint64_t>(part * static_cast<double>(slot.forwarded[from]));
    slot.forwarded[from] -= moved;
    slot.forwarded[to] += moved;
  }
}

TEST(ReproductionChecks, the_shape_of_figures_6_and_7_passes) {
  const auto checks = check_figures_6_and_7(
      weights_run(), {.weights = sample_weights(), .flat_latency = sample_flat_latencies()},
      kHours);
  EXPECT_EQ(checks.size(), 9U);  // four of the fleet, one of each unit
  for (const Check& check : checks) EXPECT_TRUE(check.ok) << check.text << ": " << check.value;
}

TEST(ReproductionChecks, the_shape_of_figures_8_and_9_passes) {
  const auto checks = check_figures_8_and_9(cap_run(),
                                            {.capped = kG6,
                                             .cap = sample_cap(),
                                             .taking_over = {kInf2, kTrn1},
                                             .flat_latency = sample_flat_latencies()},
                                            kFromNoon);
  EXPECT_EQ(checks.size(), 11U);
  for (const Check& check : checks) EXPECT_TRUE(check.ok) << check.text << ": " << check.value;
  EXPECT_EQ(checks[2].text, "sd21-g6-triton serves nothing while it is capped, 21:20 to 23:20");
}

TEST(ReproductionChecks, the_shape_of_figures_10_and_11_fails_only_in_what_was_broken) {
  RunResult run = shortage_run();
  const Figures10And11 expected = {.short_unit = kInf2,
                                   .shortage = sample_shortage(),
                                   .next_wave = {30h, 37h},
                                   .flat_latency = sample_flat_latencies(),
                                   .objective = 3s};
  const auto whole = check_figures_10_and_11(run, expected, kHours);
  for (const Check& check : whole) EXPECT_TRUE(check.ok) << check.text << ": " << check.value;
  slot_at(run, 25h).p99_s = 3.5;
  const auto broken = check_figures_10_and_11(run, expected, kHours);
  ASSERT_EQ(broken.size(), whole.size());
  for (std::size_t i = 0; i < broken.size(); ++i) {
    EXPECT_EQ(broken[i].ok, broken[i].text.rfind("p99 stays", 0) != 0) << broken[i].text;
  }
}

TEST(ReproductionChecks, one_failed_request_is_an_error) {
  RunResult run = weights_run();
  EXPECT_TRUE(loses_no_request(run).ok);
  EXPECT_TRUE(refuses_no_request(run).ok);
  run.totals.failed = 1;
  run.totals.refused = 2;
  EXPECT_FALSE(loses_no_request(run).ok);
  EXPECT_FALSE(refuses_no_request(run).ok);
  EXPECT_EQ(refuses_no_request(run).value.rfind("2 refusals of 1,", 0), 0U);
}

TEST(ReproductionChecks, no_request_at_all_proves_nothing) {
  EXPECT_FALSE(loses_no_request({}).ok);
  EXPECT_FALSE(refuses_no_request({}).ok);
}

TEST(ReproductionChecks, shares_off_the_weights_for_half_an_hour_are_found_and_named) {
  RunResult run = weights_run();
  move_traffic(run, kInf2, kG6, 0.3, {7h, 7h + 30min});
  const Check check = shares_follow(run, sample_weights(), 0.05, kHours);
  EXPECT_FALSE(check.ok);
  EXPECT_NE(check.value.find("1"), std::string::npos) << check.value;
  EXPECT_NE(check.value.find("7"), std::string::npos) << check.value;
}

TEST(ReproductionChecks, weights_need_not_add_up_to_one) {
  std::vector<double> weights = sample_weights();
  for (double& weight : weights) weight *= 0.07;
  EXPECT_TRUE(shares_follow(weights_run(), weights, 0.05, kHours).ok);
}

TEST(ReproductionChecks, a_request_to_the_capped_unit_counts_after_the_grace_only) {
  RunResult run = cap_run();
  slot_at(run, sample_cap().from + 2min).forwarded[kG6] = 5;
  EXPECT_TRUE(serves_nothing_during(run, kG6, sample_cap(), 5min, kFromNoon).ok);
  EXPECT_FALSE(serves_nothing_during(run, kG6, sample_cap(), 0s, kFromNoon).ok);
  slot_at(run, sample_cap().to - 1min).forwarded[kG6] = 1;
  const Check check = serves_nothing_during(run, kG6, sample_cap(), 5min, kFromNoon);
  EXPECT_FALSE(check.ok);
  EXPECT_EQ(check.value.rfind("1 of ", 0), 0U) << check.value;
}

TEST(ReproductionChecks, nobody_takes_over_whose_share_does_not_grow) {
  const std::array<std::size_t, 2> units = {kInf2, kTrn1};
  const TimeWindow before = {7h, sample_cap().from};
  EXPECT_TRUE(take_over(cap_run(), units, before, sample_cap(), kFromNoon).ok);
  EXPECT_FALSE(take_over(cap_run(), units, sample_cap(), before, kFromNoon).ok);
}

TEST(ReproductionChecks, coming_back_late_or_never_fails) {
  RunResult run = cap_run();
  const Duration cap_ends = sample_cap().to;
  const Check in_time = serves_again(run, kG6, cap_ends, 20min, kFromNoon);
  EXPECT_TRUE(in_time.ok);
  EXPECT_EQ(in_time.value, "after 60.0 s");
  move_traffic(run, kG6, kInf2, 1.0, {cap_ends, cap_ends + 25min});
  const Check late = serves_again(run, kG6, cap_ends, 20min, kFromNoon);
  EXPECT_FALSE(late.ok);
  EXPECT_EQ(late.value, "after 26 min");
  move_traffic(run, kG6, kInf2, 1.0, {cap_ends, 100h});
  EXPECT_EQ(serves_again(run, kG6, cap_ends, 20min, kFromNoon).value, "it never served again");
}

TEST(ReproductionChecks, a_switch_must_fall_into_its_window_and_names_its_evidence) {
  const RunResult run = shortage_run();
  const Check left = switches_to(run, core::Mode::kCapacityOptimized, sample_shortage(), kHours);
  EXPECT_TRUE(left.ok);
  EXPECT_NE(left.value.find("sd21-inf2-neuron was refused"), std::string::npos);
  EXPECT_FALSE(switches_to(run, core::Mode::kCapacityOptimized, {0h, 10h}, kHours).ok);
  EXPECT_FALSE(switches_to(run, core::Mode::kCostOptimized, sample_shortage(), kHours).ok);
}

TEST(ReproductionChecks, staying_in_a_mode_means_no_change_and_no_other) {
  EXPECT_TRUE(stays_in(weights_run(), core::Mode::kCostOptimized, kHours).ok);
  EXPECT_FALSE(stays_in(weights_run(), core::Mode::kCapacityOptimized, kHours).ok);
  EXPECT_FALSE(stays_in(shortage_run(), core::Mode::kCostOptimized, kHours).ok);
}

TEST(ReproductionChecks, a_unit_that_slows_down_for_ten_minutes_is_not_flat) {
  RunResult run = weights_run();
  const Duration flat = sample_flat_latencies()[kTrn1];
  EXPECT_TRUE(latency_stays_flat(run, kTrn1, flat, 0.05, kHours).ok);
  for (Duration t = 8h; t < 8h + 10min; t += 1min) {
    slot_at(run, t).mean_in_replica_s[kTrn1] *= 1.2;
  }
  const Check check = latency_stays_flat(run, kTrn1, flat, 0.05, kHours);
  EXPECT_FALSE(check.ok);
  EXPECT_EQ(check.value.rfind("+2", 0), 0U) << check.value;
  EXPECT_FALSE(latency_stays_flat(run, kTrn1, scale(flat, 1.1), 0.05, kHours).ok)
      << "too fast is not flat either";
}

TEST(ReproductionChecks, a_run_without_history_shows_nothing_and_passes_nothing) {
  RunResult run = weights_run();
  run.history.clear();
  const std::array<std::size_t, 1> units = {kInf2};
  for (const Check& check :
       {shares_follow(run, sample_weights(), 0.05, kHours),
        serves_nothing_during(run, kG6, {0h, 1h}, 0s, kHours),
        take_over(run, units, {0h, 1h}, {1h, 2h}, kHours), serves_again(run, kG6, 1h, 1h, kHours),
        stays_in(run, core::Mode::kCostOptimized, kHours),
        latency_stays_flat(run, kG6, 1s, 0.05, kHours),
        keeps_p99_during(run, {0h, 1h}, 2s, kHours)}) {
    EXPECT_FALSE(check.ok) << check.text;
    EXPECT_NE(check.value.find("no history"), std::string::npos) << check.text;
  }
}

}  // namespace
}  // namespace signalbox::sim
