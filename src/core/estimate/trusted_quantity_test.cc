// SPDX-License-Identifier: Apache-2.0
//
// One value from several sources: who is believed, for how long, how quickly it moves, and how sure
// it is.
#include "core/estimate/trusted_quantity.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace signalbox::core {
namespace {

struct Market {
  TrustedQuantity price{1.0};
  TimePoint now{};

  // Each source says its value every second for so long.
  struct Voice {
    SourceSpec source;
    double value;
  };
  void hear(const std::vector<Voice>& voices, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      now += 1s;
      for (const Voice& voice : voices) {
        price.observe(voice.source, voice.value, std::nullopt, now);
      }
      price.advance(now);
    }
  }
};

const SourceSpec kCloud{"cloud", 1, 60s};
const SourceSpec kMirror{"mirror", 2, 60s};

SourceSpec equal(const std::string& name) { return {name, 1, 60s}; }

TEST(TrustedQuantity, is_the_operators_word_until_a_source_speaks) {
  Market market;
  market.hear({}, 3);
  EXPECT_EQ(market.price.value(), 1.0);
  EXPECT_EQ(market.price.confidence(), 1.0);
  EXPECT_EQ(market.price.estimate(market.now).from, "");
}

TEST(TrustedQuantity, follows_a_source_by_bounded_steps) {
  Market market;
  market.hear({{kCloud, 1.5}}, 3);
  EXPECT_GT(market.price.value(), 1.1);
  EXPECT_LT(market.price.value(), 1.35);
  market.hear({{kCloud, 1.5}}, 5);
  EXPECT_EQ(market.price.value(), 1.5);
  EXPECT_EQ(market.price.estimate(market.now).from, "cloud");
}

TEST(TrustedQuantity, B64_a_hundredfold_price_moves_it_a_tenth_a_second) {
  Market market;
  market.hear({{kCloud, 1.0}}, 10);
  const double before = market.price.value();
  market.hear({{kCloud, 100.0}}, 2);
  EXPECT_EQ(market.price.value(), before) << "a spike of two words is none";
  market.hear({{kCloud, 100.0}}, 1);
  EXPECT_NEAR(market.price.value(), 1.1, 1e-9);
  market.hear({{kCloud, 100.0}}, 9);
  EXPECT_LT(market.price.value(), 2.6);
  EXPECT_LT(market.price.confidence(), 0.05) << "and is hardly relied on";
}

TEST(TrustedQuantity, B63_the_declared_precedence_decides_and_the_contradiction_is_told) {
  Market market;
  market.hear({{kMirror, 3.2}, {kCloud, 1.0}}, 10);
  EXPECT_EQ(market.price.value(), 1.0);
  EXPECT_EQ(market.price.contradiction(), "mirror says 3.2, against 1 of cloud, which is believed");
  EXPECT_LT(market.price.confidence(), 0.5);
}

TEST(TrustedQuantity, of_three_equals_one_may_lie) {
  Market market;
  market.hear({{equal("a"), 1.1}, {equal("b"), 9.0}, {equal("c"), 1.2}}, 20);
  EXPECT_EQ(market.price.value(), 1.2);
}

TEST(TrustedQuantity, falls_back_to_a_lower_rank_and_then_to_the_operators_word) {
  Market market;
  market.hear({{kCloud, 0.8}, {kMirror, 0.9}}, 10);
  EXPECT_EQ(market.price.value(), 0.8);
  market.hear({{kMirror, 0.9}}, 62);
  EXPECT_EQ(market.price.value(), 0.9);
  EXPECT_EQ(market.price.estimate(market.now).from, "mirror");
  market.hear({}, 63);
  EXPECT_EQ(market.price.value(), 1.0);
  EXPECT_EQ(market.price.confidence(), TrustedQuantity::kConfidenceStale);
}

TEST(TrustedQuantity, the_last_good_value_is_held_to_the_end_of_its_time_and_trusted_less) {
  Market market;
  market.hear({{kCloud, 0.8}}, 10);
  const double sure = market.price.confidence();
  market.hear({}, 59);
  EXPECT_EQ(market.price.value(), 0.8);
  EXPECT_LT(market.price.confidence(), sure);
  market.hear({}, 2);
  EXPECT_GT(market.price.value(), 0.8);
}

TEST(TrustedQuantity, one_word_far_from_the_operators_is_relied_on_less_than_two) {
  Market alone, pair;
  alone.hear({{kCloud, 0.2}}, 60);
  pair.hear({{equal("a"), 0.2}, {equal("b"), 0.2}}, 60);
  EXPECT_EQ(alone.price.value(), 0.2);
  EXPECT_EQ(pair.price.value(), 0.2);
  EXPECT_LT(alone.price.confidence(), 0.5);
  EXPECT_EQ(pair.price.confidence(), 1.0);
}

TEST(TrustedQuantity, a_word_of_our_own_hand_holds_at_once_and_before_all) {
  Market market;
  market.hear({{kCloud, 1.0}}, 5);
  market.price.set(7.0, "admin", market.now);
  EXPECT_EQ(market.price.value(), 7.0);
  market.hear({{kCloud, 1.0}}, 100);
  EXPECT_EQ(market.price.value(), 7.0);
  market.price.reconfigure(2.0);
  EXPECT_EQ(market.price.value(), 2.0);
  market.hear({{kCloud, 1.0}}, 20);
  EXPECT_EQ(market.price.value(), 1.0);
}

TEST(TrustedQuantity, can_rise_from_nothing) {
  Market market;
  market.price.set(0.0, "admin", market.now);
  market.price.reconfigure(1.5);
  market.hear({{kCloud, 1.4}}, 10);
  EXPECT_EQ(market.price.value(), 1.4);
}

RC_GTEST_PROP(TrustedQuantity, one_liar_among_three_equals_never_leaves_the_range_of_the_honest,
              ()) {
  Market market;
  const auto lies = *rc::gen::container<std::vector<double>>(
      80, rc::gen::map(rc::gen::inRange(1, 100000), [](int cents) { return cents / 100.0; }));
  market.hear({{equal("a"), 1.0}, {equal("b"), 1.1}}, 5);
  for (const double lie : lies) {
    market.hear({{equal("a"), 1.0}, {equal("b"), 1.1}, {equal("liar"), lie}}, 1);
    RC_ASSERT(market.price.value() >= 1.0 - 1e-9);
    RC_ASSERT(market.price.value() <= 1.1 + 1e-9);
  }
}

RC_GTEST_PROP(TrustedQuantity, never_moves_more_than_a_tenth_a_second, ()) {
  Market market;
  const auto words = *rc::gen::container<std::vector<int>>(100, rc::gen::inRange(1, 5000));
  for (const int word : words) {
    const double before = market.price.value();
    market.hear({{kCloud, word / 100.0}}, 1);
    const double after = market.price.value();
    RC_ASSERT(std::abs(after - before) <=
              TrustedQuantity::kStepPerSecond * std::max(before, 0.1) + 1e-9);
    RC_ASSERT(market.price.confidence() >= 0.0);
    RC_ASSERT(market.price.confidence() <= 1.0);
  }
}

}  // namespace
}  // namespace signalbox::core
