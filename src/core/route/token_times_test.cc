// SPDX-License-Identifier: Apache-2.0
//
// What an answer is predicted to take token by token, and what counts as kept.
#include "core/route/token_times.h"

#include <gtest/gtest.h>

#include "core/model/testdata/fleets.h"

namespace signalbox::core {
namespace {

using testdata::at;

// 100 ms for an empty prompt and 100 us for each token of it; 20 ms a token alone, 50 ms among 11.
LanguageProfile profile(double spread = 0.0) {
  LanguageProfile made;
  made.first_token_base = 100ms;
  made.per_prompt_token = 100us;
  made.per_output_token = Profile::measured({{1, 20ms}, {11, 50ms}}, spread);
  made.prompt_tokens = 1000;
  made.output_tokens = 101;
  return made;
}

TEST(TokenTimes, the_prompt_delays_the_first_token_and_the_batch_all_others) {
  const LiveUnit unit;
  const TokensAsked asked{.prompt = 4000, .output = 11};
  EXPECT_EQ(predict_tokens(profile(), unit, asked, 1, at(0s)).whole, 500ms + 10 * 20ms);
  EXPECT_EQ(predict_tokens(profile(), unit, asked, 11, at(0s)).whole, 500ms + 10 * 50ms);
}

TEST(TokenTimes, unknown_lengths_are_those_the_profile_was_measured_with) {
  const LiveUnit unit;
  EXPECT_EQ(predict_tokens(profile(), unit, {}, 1, at(0s)).whole, 200ms + 100 * 20ms);
}

TEST(TokenTimes, both_promises_must_be_kept) {
  const LiveUnit unit;
  const auto kept = [&](Duration first_within, Duration per_token, int in_flight) {
    const TokensAsked asked{
        .prompt = 1000, .first_by = at(10s) + first_within, .per_token = per_token};
    return predict_tokens(profile(), unit, asked, in_flight, at(10s)).probability;
  };
  EXPECT_EQ(kept(200ms, 50ms, 11), 1.0);
  EXPECT_EQ(kept(199ms, 50ms, 11), 0.0) << "the first comes too late";
  EXPECT_EQ(kept(200ms, 49ms, 11), 0.0) << "the others come too slowly";
  EXPECT_EQ(kept(200ms, 49ms, 1), 1.0) << "but not on an idle replica";
}

TEST(TokenTimes, what_is_not_owed_cannot_be_missed) {
  const LiveUnit unit;
  EXPECT_EQ(predict_tokens(profile(), unit, {.per_token = 50ms}, 1, at(0s)).probability, 1.0);
  EXPECT_EQ(predict_tokens(profile(), unit, {.first_by = at(1s)}, 1, at(0s)).probability, 1.0);
}

TEST(TokenTimes, two_uncertain_promises_are_less_certain_than_either) {
  const LiveUnit unit;
  const LanguageProfile spread = profile(0.1);
  // One deviation each: 0.8413 for either, so at least 0.6827 for both.
  const TokensAsked asked{.prompt = 1000, .first_by = at(220ms), .per_token = 22ms};
  EXPECT_NEAR(predict_tokens(spread, unit, asked, 1, at(0s)).probability, 2 * 0.8413 - 1, 1e-3);
}

TEST(TokenTimes, what_a_unit_shows_of_each_corrects_each) {
  LiveUnit unit;
  for (int i = 0; i < 500; ++i) unit.first_token.observe(400ms, 200ms);
  const TokensAsked asked{.prompt = 1000, .output = 11, .first_by = at(300ms), .per_token = 20ms};
  const TokenTimes times = predict_tokens(profile(), unit, asked, 1, at(0s));
  EXPECT_NEAR(to_seconds(times.whole), 0.4 + 10 * 0.02, 0.01) << "prompts are read at half pace";
  EXPECT_LT(times.probability, 0.2);
}

TEST(TokenTimes, an_answer_is_in_time_when_its_first_and_its_further_tokens_are) {
  const Objective owed{.first_token = 500ms, .per_token = 50ms};
  EXPECT_TRUE(keeps_token_promises(owed, 500ms, 10 * 50ms, 11));
  EXPECT_FALSE(keeps_token_promises(owed, 501ms, 10 * 50ms, 11));
  EXPECT_FALSE(keeps_token_promises(owed, 500ms, 10 * 50ms + 1ns, 11));
  EXPECT_TRUE(keeps_token_promises(owed, 500ms, 1h, 0)) << "nobody counted, nobody can judge";
  EXPECT_TRUE(keeps_token_promises(owed, 500ms, 0ns, 1)) << "there is no further token";
}

}  // namespace
}  // namespace signalbox::core
