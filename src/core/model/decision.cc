// SPDX-License-Identifier: Apache-2.0
//
// Reading a decision's explanation, and the words its enums are known by.
#include "core/model/decision.h"

#include "core/model/request.h"

namespace signalbox::core {

const Candidate* Decision::chosen() const {
  for (const auto& candidate : candidates) {
    if (candidate.verdict == Verdict::kChosen) return &candidate;
  }
  return nullptr;
}

const Candidate* Decision::runner_up() const {
  const Candidate* best = nullptr;
  const auto better = [](const Candidate& a, const Candidate& b) {
    const bool a_qualifies = a.verdict == Verdict::kDearer;
    const bool b_qualifies = b.verdict == Verdict::kDearer;
    if (a_qualifies != b_qualifies) return a_qualifies;
    return a_qualifies ? a.cost_usd < b.cost_usd : a.predicted < b.predicted;
  };
  for (const auto& candidate : candidates) {
    const bool could_serve =
        candidate.verdict == Verdict::kDearer || candidate.verdict == Verdict::kSlower ||
        candidate.verdict == Verdict::kTooSlow || candidate.verdict == Verdict::kNotDrawn ||
        candidate.verdict == Verdict::kPassedOver;
    if (could_serve && (best == nullptr || better(candidate, *best))) best = &candidate;
  }
  return best;
}

const char* to_string(Action action) {
  switch (action) {
    case Action::kForward:
      return "forward";
    case Action::kHold:
      return "hold";
    case Action::kReject:
      return "reject";
  }
  return "?";
}

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kChosen:
      return "chosen";
    case Verdict::kDearer:
      return "dearer";
    case Verdict::kSlower:
      return "slower";
    case Verdict::kTooSlow:
      return "too_slow";
    case Verdict::kNotDrawn:
      return "not_drawn";
    case Verdict::kPassedOver:
      return "passed_over";
    case Verdict::kAlreadyTried:
      return "already_tried";
    case Verdict::kBusy:
      return "busy";
    case Verdict::kUnavailable:
      return "unavailable";
    case Verdict::kForbidden:
      return "forbidden";
    case Verdict::kTooSmall:
      return "too_small";
  }
  return "?";
}

const char* to_string(RejectReason reason) {
  switch (reason) {
    case RejectReason::kNone:
      return "none";
    case RejectReason::kNoService:
      return "no_service";
    case RejectReason::kQueueFull:
      return "queue_full";
    case RejectReason::kLate:
      return "late";
    case RejectReason::kPatienceEnded:
      return "patience_ended";
    case RejectReason::kAttemptsEnded:
      return "attempts_ended";
    case RejectReason::kNotReplayable:
      return "not_replayable";
    case RejectReason::kServiceRemoved:
      return "service_removed";
    case RejectReason::kForbidden:
      return "forbidden";
    case RejectReason::kTooLarge:
      return "too_large";
    case RejectReason::kOverShare:
      return "over_share";
    case RejectReason::kOverBudget:
      return "over_budget";
    case RejectReason::kDeadline:
      return "deadline";
  }
  return "?";
}

const char* to_string(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kCompleted:
      return "completed";
    case OutcomeKind::kErrorAnswer:
      return "error_answer";
    case OutcomeKind::kUnreachable:
      return "unreachable";
    case OutcomeKind::kConnectTimeout:
      return "connect_timeout";
    case OutcomeKind::kDied:
      return "died";
    case OutcomeKind::kTimedOut:
      return "timed_out";
    case OutcomeKind::kBroken:
      return "broken";
    case OutcomeKind::kInvalid:
      return "invalid";
  }
  return "?";
}

}  // namespace signalbox::core
