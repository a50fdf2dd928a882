// SPDX-License-Identifier: Apache-2.0
//
// Is this one of the values there are? For every enum that is written down as a number: a log from
// another version may hold a number that means nothing here, and no switch of the core expects one.
// A value added to the core does not compile here until it is added to its switch.
#pragma once

#include "core/model/decision.h"
#include "core/model/request.h"
#include "core/model/service.h"
#include "core/model/unit.h"
#include "journal/input_record.h"

namespace signalbox::journal {

constexpr bool known(core::Mode value) {
  switch (value) {
    case core::Mode::kCostOptimized:
    case core::Mode::kCapacityOptimized:
      return true;
  }
  return false;
}
constexpr bool known(core::Policy value) {
  switch (value) {
    case core::Policy::kCostFirst:
    case core::Policy::kCapacityFirst:
      return true;
  }
  return false;
}
constexpr bool known(core::RoutingPolicy value) {
  switch (value) {
    case core::RoutingPolicy::kSignalbox:
    case core::RoutingPolicy::kPaperWeighted:
    case core::RoutingPolicy::kPaperEqual:
    case core::RoutingPolicy::kPaperBinary:
    case core::RoutingPolicy::kRoundRobin:
    case core::RoutingPolicy::kLeastRequest:
    case core::RoutingPolicy::kPowerOfTwo:
      return true;
  }
  return false;
}
constexpr bool known(core::Resilience value) {
  switch (value) {
    case core::Resilience::kNone:
    case core::Resilience::kZone:
    case core::Resilience::kUnit:
      return true;
  }
  return false;
}
constexpr bool known(core::Tier value) {
  switch (value) {
    case core::Tier::kOnDemand:
    case core::Tier::kSpot:
    case core::Tier::kReserved:
    case core::Tier::kOwned:
      return true;
  }
  return false;
}
constexpr bool known(core::ObjectiveClass value) {
  switch (value) {
    case core::ObjectiveClass::kInteractive:
    case core::ObjectiveClass::kBatch:
    case core::ObjectiveClass::kCritical:
      return true;
  }
  return false;
}
constexpr bool known(core::WhenLate value) {
  switch (value) {
    case core::WhenLate::kServe:
    case core::WhenLate::kRefuse:
      return true;
  }
  return false;
}
constexpr bool known(core::Action value) {
  switch (value) {
    case core::Action::kForward:
    case core::Action::kHold:
    case core::Action::kReject:
      return true;
  }
  return false;
}
constexpr bool known(core::Verdict value) {
  switch (value) {
    case core::Verdict::kChosen:
    case core::Verdict::kDearer:
    case core::Verdict::kSlower:
    case core::Verdict::kTooSlow:
    case core::Verdict::kNotDrawn:
    case core::Verdict::kPassedOver:
    case core::Verdict::kAlreadyTried:
    case core::Verdict::kBusy:
    case core::Verdict::kUnavailable:
    case core::Verdict::kForbidden:
    case core::Verdict::kTooSmall:
      return true;
  }
  return false;
}
constexpr bool known(core::RejectReason value) {
  switch (value) {
    case core::RejectReason::kNone:
    case core::RejectReason::kNoService:
    case core::RejectReason::kQueueFull:
    case core::RejectReason::kLate:
    case core::RejectReason::kPatienceEnded:
    case core::RejectReason::kAttemptsEnded:
    case core::RejectReason::kNotReplayable:
    case core::RejectReason::kServiceRemoved:
    case core::RejectReason::kForbidden:
    case core::RejectReason::kTooLarge:
    case core::RejectReason::kOverShare:
    case core::RejectReason::kOverBudget:
    case core::RejectReason::kDeadline:
      return true;
  }
  return false;
}
constexpr bool known(core::OutcomeKind value) {
  switch (value) {
    case core::OutcomeKind::kCompleted:
    case core::OutcomeKind::kUnreachable:
    case core::OutcomeKind::kConnectTimeout:
    case core::OutcomeKind::kDied:
    case core::OutcomeKind::kTimedOut:
    case core::OutcomeKind::kBroken:
    case core::OutcomeKind::kInvalid:
    case core::OutcomeKind::kErrorAnswer:
      return true;
  }
  return false;
}

constexpr bool known(LogEnd value) {
  switch (value) {
    case LogEnd::kClosed:
    case LogEnd::kFull:
    case LogEnd::kOverflowed:
    case LogEnd::kFailed:
      return true;
  }
  return false;
}

}  // namespace signalbox::journal
