// SPDX-License-Identifier: Apache-2.0
//
// Objectives in tokens, as the Router keeps them: the choice, the wait, what counts as missed, and
// the length of answers that it learns.
#include <gtest/gtest.h>

#include <memory>

#include "core/route/testdata/router_rig.h"

namespace signalbox::core {
namespace {

using testdata::make_service;
using testdata::make_unit;
using testdata::RouterRig;
using testdata::view_of;

constexpr UnitId kCheap{0};
constexpr UnitId kFast{1};

UnitSpec language_unit(const char* name, double price, Duration per_prompt_token) {
  UnitSpec unit = make_unit(name, price, 60);
  LanguageProfile language;
  language.first_token_base = 50ms;
  language.per_prompt_token = per_prompt_token;
  language.per_output_token = Profile::measured({{1, 20ms}, {8, 60ms}}, 0.05);
  language.prompt_tokens = 1000;
  language.output_tokens = 100;
  unit.language = language;
  unit.slots = 8;
  return unit;
}

// The cheap one reads 5,000 tokens a second, the fast one 50,000.
FleetSpec chat() {
  FleetSpec spec;
  spec.units = {language_unit("cheap", 1.0, 200us), language_unit("fast", 4.0, 20us)};
  spec.services = {make_service("chat", {kCheap, kFast})};
  spec.services[0].objective.first_token = 500ms;
  spec.services[0].objective.per_token = 50ms;
  return spec;
}

RequestFacts prompt_of(int tokens, int most_output = 0) {
  RequestFacts facts;
  facts.path = "/genimage";
  facts.prompt_tokens = tokens;
  facts.output_tokens = most_output;
  return facts;
}

Outcome answered(Duration first, int tokens) {
  Outcome outcome = testdata::completed();
  outcome.time_to_first_byte = first;
  outcome.output_tokens = tokens;
  return outcome;
}

TEST(RouterTokens, a_prompt_too_long_for_the_cheap_units_pace_goes_to_the_fast_one) {
  RouterRig rig(view_of(chat(), {1, 1}));
  const Decision brief = rig.ask(1, prompt_of(1000));
  EXPECT_EQ(brief.unit, kCheap);
  EXPECT_EQ(brief.deadline - brief.arrival, 500ms) << "the first token's";
  EXPECT_EQ(rig.ask(2, prompt_of(4000)).unit, kFast);
}

TEST(RouterTokens, a_batch_that_would_slow_every_token_is_not_joined) {
  RouterRig rig(view_of(chat(), {1, 1}));
  int cheap = 0;
  while (rig.ask(static_cast<std::uint64_t>(100 + cheap), prompt_of(100)).unit == kCheap) ++cheap;
  EXPECT_EQ(cheap, 5) << "20 ms alone and 60 among 8: the sixth would write 48.6 ms +- 5 % a token";
}

TEST(RouterTokens, with_nothing_free_it_waits_no_longer_than_its_prompt_can_still_be_read) {
  FleetSpec spec = chat();
  spec.units[0].slots = spec.units[1].slots = 1;
  spec.services[0].when_late = WhenLate::kRefuse;
  RouterRig rig(view_of(spec, {1, 1}));
  rig.ask(1, prompt_of(100));
  rig.ask(2, prompt_of(100));
  const Decision held = rig.ask(3, prompt_of(10'000));
  ASSERT_EQ(held.action, Action::kHold);
  // The fast unit reads it in 200 ms after a base of 50 ms and two deviations: 245 ms are left.
  EXPECT_TRUE(rig.wait(244ms).empty());
  const auto refused = rig.wait(2ms);
  EXPECT_EQ(RouterRig::only(refused, 3).reason, RejectReason::kLate);
}

TEST(RouterTokens, both_promises_count_in_what_was_missed) {
  RouterRig rig(view_of(chat(), {1, 1}));
  const auto answer = [&](std::uint64_t id, Duration first, Duration rest, int tokens) {
    const auto before = rig.counts().missed;
    rig.ask(id, prompt_of(100));
    rig.now += first + rest;
    rig.end(id, answered(first, tokens));
    return rig.counts().missed - before;
  };
  EXPECT_EQ(answer(1, 400ms, 99 * 50ms, 100), 0U) << "five seconds in all, and all in time";
  EXPECT_EQ(answer(2, 501ms, 0ms, 1), 1U);
  EXPECT_EQ(answer(3, 100ms, 10 * 51ms, 11), 1U);
}

TEST(RouterTokens, the_length_of_answers_is_learned_and_never_above_what_may_be_written) {
  RouterRig rig(view_of(chat(), {1, 0}));
  const Decision before = rig.ask(1, prompt_of(1000));
  for (std::uint64_t id = 1; id < 50; ++id) {
    rig.now += 60ms;
    rig.end(id, answered(50ms, 11));
    rig.ask(id + 1, prompt_of(1000));
  }
  rig.cancel(50);
  const Decision after = rig.ask(60, prompt_of(1000));
  EXPECT_LT(after.candidates[0].predicted, before.candidates[0].predicted / 2);
}

TEST(RouterTokens, a_unit_is_not_sent_more_than_its_context_holds) {
  FleetSpec spec = chat();
  spec.units[0].max_tokens = 2048;
  RouterRig rig(view_of(spec, {1, 1}));
  EXPECT_EQ(rig.ask(1, prompt_of(1000, 1000)).unit, kCheap);
  EXPECT_EQ(rig.ask(2, prompt_of(1000, 1100)).unit, kFast);
}

}  // namespace
}  // namespace signalbox::core
