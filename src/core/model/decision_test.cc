// SPDX-License-Identifier: Apache-2.0
//
// Reading a decision's explanation: who was chosen, who came second, and that no enum is nameless.
#include "core/model/decision.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/model/fleet_view.h"
#include "core/model/request.h"

namespace signalbox::core {
namespace {

Candidate candidate(std::uint32_t unit, Verdict verdict, double cost_usd, Duration predicted) {
  Candidate made;
  made.unit = UnitId(unit);
  made.endpoint = EndpointId(unit + 1);
  made.verdict = verdict;
  made.cost_usd = cost_usd;
  made.predicted = predicted;
  return made;
}

TEST(Decision, without_candidates_nobody_was_chosen_and_nobody_came_second) {
  const Decision decision;
  EXPECT_EQ(decision.chosen(), nullptr);
  EXPECT_EQ(decision.runner_up(), nullptr);
}

TEST(Decision, in_cost_mode_the_cheapest_of_the_dearer_ones_came_second) {
  Decision decision;
  decision.candidates.push_back(candidate(0, Verdict::kChosen, 0.10, 500ms));
  decision.candidates.push_back(candidate(1, Verdict::kDearer, 0.30, 100ms));
  decision.candidates.push_back(candidate(2, Verdict::kDearer, 0.20, 900ms));
  decision.candidates.push_back(candidate(3, Verdict::kTooSlow, 0.01, 50ms));
  ASSERT_NE(decision.chosen(), nullptr);
  EXPECT_EQ(decision.chosen()->unit, UnitId(0));
  ASSERT_NE(decision.runner_up(), nullptr);
  EXPECT_EQ(decision.runner_up()->unit, UnitId(2));
}

TEST(Decision, in_capacity_mode_the_soonest_of_the_slower_ones_came_second) {
  Decision decision;
  decision.candidates.push_back(candidate(0, Verdict::kSlower, 0.10, 900ms));
  decision.candidates.push_back(candidate(1, Verdict::kChosen, 0.30, 100ms));
  decision.candidates.push_back(candidate(2, Verdict::kSlower, 0.20, 400ms));
  EXPECT_EQ(decision.runner_up()->unit, UnitId(2));
}

TEST(Decision, what_could_not_serve_cannot_come_second) {
  Decision decision;
  decision.candidates.push_back(candidate(0, Verdict::kChosen, 0.10, 500ms));
  decision.candidates.push_back(candidate(1, Verdict::kBusy, 0.01, 1ms));
  decision.candidates.push_back(candidate(2, Verdict::kUnavailable, 0.01, 1ms));
  decision.candidates.push_back(candidate(3, Verdict::kAlreadyTried, 0.01, 1ms));
  EXPECT_EQ(decision.runner_up(), nullptr);
}

template <class Enum>
void expect_names(std::initializer_list<Enum> values) {
  for (const Enum value : values) EXPECT_STRNE(to_string(value), "?");
}

TEST(Decision, every_word_it_uses_has_a_name) {
  expect_names({Action::kForward, Action::kHold, Action::kReject});
  expect_names({Verdict::kChosen, Verdict::kDearer, Verdict::kSlower, Verdict::kTooSlow,
                Verdict::kNotDrawn, Verdict::kPassedOver, Verdict::kAlreadyTried, Verdict::kBusy,
                Verdict::kUnavailable, Verdict::kForbidden, Verdict::kTooSmall});
  expect_names({RejectReason::kNone, RejectReason::kNoService, RejectReason::kQueueFull,
                RejectReason::kLate, RejectReason::kPatienceEnded, RejectReason::kAttemptsEnded,
                RejectReason::kNotReplayable, RejectReason::kServiceRemoved,
                RejectReason::kForbidden, RejectReason::kTooLarge, RejectReason::kOverShare});
  expect_names({OutcomeKind::kCompleted, OutcomeKind::kUnreachable, OutcomeKind::kConnectTimeout,
                OutcomeKind::kDied, OutcomeKind::kTimedOut, OutcomeKind::kBroken,
                OutcomeKind::kInvalid});
  expect_names({EndpointState::kBooting, EndpointState::kReady, EndpointState::kUnhealthy,
                EndpointState::kDraining});
}

}  // namespace
}  // namespace signalbox::core
