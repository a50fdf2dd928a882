// SPDX-License-Identifier: Apache-2.0
#include "sim/workload/token_marks.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/workload/poisson.h"
#include "sim/workload/test_streams.h"

namespace signalbox::sim {
namespace {

std::unique_ptr<ArrivalStream> times() {
  return std::make_unique<ConstantWorkload>(ConstantRate{100.0},
                                            ConstantWorkload::Options{TimePoint{}, 500s, 0.05, 1});
}

TEST(TokenMarks, a_factor_is_work_against_that_of_the_mean_request) {
  // Means 200 and 30: the mean request is 200 + 10 * 30 = 500.
  const TokenMarks marks({{100, 20}, {300, 40}}, {1.0, 10.0});
  EXPECT_EQ(marks.mean_prompt(), 200.0);
  EXPECT_EQ(marks.mean_output(), 30.0);
  Prng prng(1);
  for (int i = 0; i < 20; ++i) {
    Arrival arrival;
    marks.mark(arrival, prng);
    if (arrival.prompt_tokens == 100) {
      EXPECT_EQ(arrival.output_tokens, 20);
      EXPECT_DOUBLE_EQ(arrival.factor, (100.0 + 200.0) / 500.0);
      EXPECT_DOUBLE_EQ(arrival.declared, (100.0 + 300.0) / 500.0);
    } else {
      EXPECT_EQ(arrival.output_tokens, 40);
      EXPECT_DOUBLE_EQ(arrival.factor, (300.0 + 400.0) / 500.0);
      EXPECT_DOUBLE_EQ(arrival.declared, (300.0 + 300.0) / 500.0);
    }
  }
}

TEST(TokenMarks, factors_average_one_and_so_do_declared_sizes) {
  const auto pairs = draw_token_pairs({{1155, 0.985, 14'050}, {211, 0.859, 1000}}, 20'000, 7);
  const auto marks = std::make_shared<const TokenMarks>(pairs, TokenCost{1.0, 15.0});
  std::vector<double> factors, declared;
  for (const auto& a : all_of(TokenStream(times(), marks, 2))) {
    factors.push_back(a.factor);
    declared.push_back(a.declared);
  }
  const double n = static_cast<double>(factors.size());
  EXPECT_NEAR(mean_of(factors), 1.0, 4.0 * std::sqrt(variance_of(factors) / n));
  EXPECT_NEAR(mean_of(declared), 1.0, 4.0 * std::sqrt(variance_of(declared) / n));
  EXPECT_LT(variance_of(declared), variance_of(factors));  // the answer's length is not in it
}

TEST(TokenMarks, leave_times_alone_and_are_reproduced_by_their_seed) {
  const auto marks = std::make_shared<const TokenMarks>(
      std::vector<TokenPair>{{1, 2}, {3, 4}, {5, 6}}, TokenCost{});
  const auto plain = all_of(*times());
  const auto marked = all_of(TokenStream(times(), marks, 3));
  ASSERT_EQ(plain.size(), marked.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(plain[i].at, marked[i].at);
  EXPECT_TRUE(same(marked, all_of(TokenStream(times(), marks, 3))));
  EXPECT_FALSE(same(marked, all_of(TokenStream(times(), marks, 4))));
}

TEST(LognormalTokens, have_their_mean_and_stay_within_their_bounds) {
  const auto pairs = draw_token_pairs({{1155, 0.985, 14'050}, {211, 0.859, 100'000}}, 50'000, 8);
  std::vector<double> prompts, outputs;
  for (const auto& pair : pairs) {
    EXPECT_GE(pair.prompt, 1);
    EXPECT_LE(pair.prompt, 14'050);
    prompts.push_back(pair.prompt);
    outputs.push_back(pair.output);
  }
  const double deviation = 211.0 * std::sqrt(std::exp(0.859 * 0.859) - 1.0);
  EXPECT_NEAR(mean_of(outputs), 211.0, 4.0 * deviation / std::sqrt(50'000.0));
  EXPECT_NEAR(mean_of(prompts), 1155.0, 50.0);  // the bound cuts a little
}

}  // namespace
}  // namespace signalbox::sim
