// SPDX-License-Identifier: Apache-2.0
//
// The profile speaks until evidence comes, evidence takes over as it grows, and probabilities are
// probabilities.
#include "core/estimate/service_time.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <vector>

#include "base/distributions.h"
#include "base/prng.h"

namespace signalbox::core {
namespace {

TEST(ServiceTime, without_evidence_the_profile_speaks) {
  const ServiceTimeEstimate estimate;
  EXPECT_EQ(estimate.mean(500ms), 500ms);
  EXPECT_EQ(estimate.slowdown(), 1.0);
  EXPECT_EQ(estimate.confidence(), 0.0);
  EXPECT_NEAR(estimate.probability_within(500ms, 500ms, 0.1), 0.5, 1e-9);
  EXPECT_NEAR(estimate.probability_within(600ms, 500ms, 0.1), 0.97725, 1e-4) << "two deviations";
}

TEST(ServiceTime, a_deterministic_profile_knows_only_yes_and_no) {
  const ServiceTimeEstimate estimate;
  EXPECT_EQ(estimate.probability_within(499ms, 500ms, 0.0), 0.0);
  EXPECT_EQ(estimate.probability_within(500ms, 500ms, 0.0), 1.0);
}

TEST(ServiceTime, nothing_completes_in_no_time) {
  ServiceTimeEstimate estimate;
  for (int i = 0; i < 100; ++i) estimate.observe(1ns, 500ms);
  EXPECT_EQ(estimate.probability_within(Duration::zero(), 500ms, 5.0), 0.0);
  EXPECT_EQ(estimate.probability_within(-1s, 500ms, 5.0), 0.0);
}

TEST(ServiceTime, prior_and_evidence_are_mixed_by_weight) {
  ServiceTimeEstimate estimate;
  const int seen = static_cast<int>(ServiceTimeEstimate().prior_weight());
  for (int i = 0; i < seen; ++i) estimate.observe(1s, 500ms);  // twice as slow as the profile says
  EXPECT_NEAR(estimate.confidence(), 0.5, 1e-9);
  EXPECT_NEAR(estimate.probability_within(750ms, 500ms, 0.01), 0.5, 1e-6)
      << "the profile says surely, the evidence says never";
}

TEST(ServiceTime, a_slowdown_is_learned_and_unlearned) {
  ServiceTimeEstimate estimate;
  for (int i = 0; i < 200; ++i) estimate.observe(1500ms, 500ms);
  EXPECT_NEAR(estimate.slowdown(), 3.0, 0.01);
  EXPECT_EQ(estimate.mean(500ms), scale(500ms, estimate.slowdown()));
  EXPECT_LT(estimate.probability_within(1s, 500ms, 0.05), 0.11);
  for (int i = 0; i < 1000; ++i) estimate.observe(500ms, 500ms);
  EXPECT_NEAR(estimate.slowdown(), 1.0, 0.01);
  EXPECT_GT(estimate.probability_within(1s, 500ms, 0.05), 0.95);
}

TEST(ServiceTime, one_slow_request_does_not_condemn_a_unit) {
  ServiceTimeEstimate estimate;
  for (int i = 0; i < 50; ++i) estimate.observe(500ms, 500ms);
  estimate.observe(10s, 500ms);
  EXPECT_LT(estimate.slowdown(), 2.0);
  EXPECT_GT(estimate.probability_within(1s, 500ms, 0.05), 0.98);
}

TEST(ServiceTime, ratios_of_different_loads_share_one_story) {
  ServiceTimeEstimate estimate;
  for (int i = 0; i < 100; ++i) {
    estimate.observe(1s, 500ms);
    estimate.observe(4s, 2s);
  }
  EXPECT_NEAR(to_seconds(estimate.mean(1s)), 2.0, 0.02);
}

TEST(ServiceTime, an_answer_is_given_again_only_to_the_same_question_on_the_same_evidence) {
  ServiceTimeEstimate estimate;
  const auto ask = [&](Duration available, Duration expected, double spread) {
    return estimate.probability_within(available, expected, spread);
  };
  const double first = ask(600ms, 500ms, 0.1);
  EXPECT_EQ(ask(600ms, 500ms, 0.1), first);
  EXPECT_GT(ask(700ms, 500ms, 0.1), first);
  EXPECT_LT(ask(600ms, 550ms, 0.1), first);
  EXPECT_LT(ask(600ms, 500ms, 0.3), first);
  EXPECT_EQ(ask(600ms, 500ms, 0.1), first);
  for (int i = 0; i < 10; ++i) estimate.observe(1s, 500ms);
  EXPECT_LT(ask(600ms, 500ms, 0.1), first);
}

RC_GTEST_PROP(ServiceTime, probabilities_rise_with_the_time_available, ()) {
  ServiceTimeEstimate estimate;
  const auto observed = *rc::gen::container<std::vector<int>>(rc::gen::inRange(1, 20000));
  for (const int ms : observed) estimate.observe(std::chrono::milliseconds(ms), 500ms);
  const double spread = *rc::gen::inRange(0, 100) / 100.0;
  double previous = 0.0;
  for (int ms = 0; ms <= 40000; ms += 400) {
    const double p = estimate.probability_within(std::chrono::milliseconds(ms), 500ms, spread);
    RC_ASSERT(p >= previous - 1e-9);
    RC_ASSERT(p >= 0.0);
    RC_ASSERT(p <= 1.0);
    previous = p;
  }
  RC_ASSERT(estimate.slowdown() > 0.0);
  RC_ASSERT(estimate.confidence() >= 0.0);
  RC_ASSERT(estimate.confidence() < 1.0);
}

TEST(ServiceTime, the_predicted_quantile_is_the_one_that_comes_true) {
  ServiceTimeEstimate estimate;
  Prng prng(8);
  const auto draw = [&] { return scale(500ms, 1.2 + 0.1 * draw_standard_normal(prng)); };
  for (int i = 0; i < 2000; ++i) estimate.observe(draw(), 500ms);
  for (const double available_s : {0.55, 0.60, 0.65, 0.70}) {
    int within = 0;
    for (int i = 0; i < 5000; ++i) within += draw() <= from_seconds(available_s) ? 1 : 0;
    EXPECT_NEAR(estimate.probability_within(from_seconds(available_s), 500ms, 0.1), within / 5000.0,
                0.1)
        << available_s;
  }
}

// Slow for long enough to be believed, then not seen any more.
ServiceTimeEstimate shunned(TimePoint last_seen) {
  ServiceTimeEstimate estimate;
  for (int i = 0; i < 200; ++i) estimate.observe(1500ms, 500ms);
  estimate.age(last_seen);
  return estimate;
}

TEST(ServiceTime, what_is_in_use_is_not_doubted) {
  ServiceTimeEstimate estimate;
  for (TimePoint now{}; now < TimePoint{} + 1h; now += 30s) {
    estimate.observe(1500ms, 500ms);
    estimate.age(now);
    EXPECT_FALSE(estimate.is_doubtful());
  }
  EXPECT_GT(estimate.confidence(), 0.8) << "two answers a minute are enough to learn from";
}

TEST(ServiceTime, old_evidence_is_believed_but_for_whoever_gives_the_benefit_of_the_doubt) {
  const TimePoint last_seen{100s};
  ServiceTimeEstimate estimate = shunned(last_seen);
  const double believed = estimate.probability_within(1s, 500ms, 0.05);
  EXPECT_LT(believed, 0.11);
  estimate.age(last_seen + ServiceTimeEstimate::kFresh);
  EXPECT_FALSE(estimate.is_doubtful());
  estimate.age(last_seen + ServiceTimeEstimate::kFresh + 20 * ServiceTimeEstimate::kHalfLife);
  EXPECT_TRUE(estimate.is_doubtful());
  EXPECT_EQ(estimate.probability_within(1s, 500ms, 0.05), believed);
  EXPECT_GT(estimate.probability_in_doubt(1s, 500ms, 0.05), 0.99) << "the profile speaks again";
  EXPECT_LT(estimate.mean_in_doubt(500ms), 501ms);
  EXPECT_LT(estimate.confidence(), 0.01);
}

TEST(ServiceTime, doubt_grows_with_time) {
  const TimePoint last_seen{100s};
  ServiceTimeEstimate estimate = shunned(last_seen);
  double before = estimate.probability_within(1s, 500ms, 0.05);
  for (Duration since = 2min; since <= 15min; since += 1min) {
    estimate.age(last_seen + since);
    const double in_doubt = estimate.probability_in_doubt(1s, 500ms, 0.05);
    EXPECT_GT(in_doubt, before);
    before = in_doubt;
  }
}

TEST(ServiceTime, doubt_never_speaks_against_a_unit) {
  ServiceTimeEstimate estimate;
  for (int i = 0; i < 200; ++i) estimate.observe(400ms, 500ms);  // better than its profile
  estimate.age(TimePoint{100s});
  estimate.age(TimePoint{2h});
  ASSERT_TRUE(estimate.is_doubtful());
  EXPECT_EQ(estimate.probability_in_doubt(450ms, 500ms, 0.05),
            estimate.probability_within(450ms, 500ms, 0.05));
  EXPECT_EQ(estimate.mean_in_doubt(500ms), estimate.mean(500ms));
}

TEST(ServiceTime, what_has_faded_does_not_come_back_with_the_next_answer) {
  const TimePoint last_seen{100s};
  ServiceTimeEstimate estimate = shunned(last_seen);
  estimate.age(last_seen + 15min);
  estimate.observe(500ms, 500ms);
  EXPECT_GT(estimate.probability_within(1s, 500ms, 0.05), 0.99);
  estimate = shunned(last_seen);
  estimate.age(last_seen + 15min);
  estimate.observe(1500ms, 500ms);
  EXPECT_LT(estimate.probability_within(1s, 500ms, 0.05), 0.96) << "as slow as ever";
}

TEST(ServiceTime, a_profile_that_was_carried_over_yields_to_a_few_observations) {
  ServiceTimeEstimate measured(20.0), carried_over(5.0);
  for (int i = 0; i < 10; ++i) {
    measured.observe(2s, 1s);
    carried_over.observe(2s, 1s);
  }
  EXPECT_LT(carried_over.probability_within(1500ms, 1s, 0.05),
            0.6 * measured.probability_within(1500ms, 1s, 0.05));
  EXPECT_GT(carried_over.confidence(), measured.confidence());
}

}  // namespace
}  // namespace signalbox::core
