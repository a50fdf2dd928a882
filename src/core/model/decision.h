// SPDX-License-Identifier: Apache-2.0
//
// What the Router says of one request, with its whole explanation inside: every unit considered,
// what was predicted there, what it would have cost, and why it was or was not taken. Console,
// journal, `explain` and golden tests read this one record. Fixed size, so that explaining costs no
// allocation.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bounded_vector.h"
#include "base/ids.h"
#include "base/time.h"
#include "core/model/service.h"

namespace signalbox::core {

inline constexpr std::size_t kMaxCandidates = 16;
inline constexpr std::size_t kMaxFallbacks = 3;

enum class Action : std::uint8_t { kForward, kHold, kReject };

// Why a candidate was taken or passed over.
enum class Verdict : std::uint8_t {
  kChosen,
  kDearer,        // qualifies, but another that qualifies costs less
  kSlower,        // capacity mode, or nobody qualifies: another is expected to answer sooner
  kTooSlow,       // would probably miss the objective
  kNotDrawn,      // the weighted draw fell on another unit
  kPassedOver,    // a plain balancer took an endpoint of another unit
  kAlreadyTried,  // failed this request before, and another unit has room
  kBusy,          // every slot of the unit is taken
  kUnavailable,   // no endpoint is ready and trusted
  kForbidden,     // lacks a label that the service or the class of the data demands
  kTooSmall,      // the request is larger than it serves
};

struct Candidate {
  UnitId unit;
  Verdict verdict = Verdict::kUnavailable;
  EndpointId endpoint;       // 0 when the unit had none to offer
  Duration predicted{};      // mean time to completion if sent there now
  double probability = 0.0;  // P(completion <= deadline); of a busy unit, if a slot freed now
  double cost_usd = 0.0;     // long-run marginal cost of this request there
  double weight = 0.0;       // share under a weighted policy, else 0
};

enum class RejectReason : std::uint8_t {
  kNone,
  kNoService,       // nothing in the configuration answers this path and model: 404
  kQueueFull,       // the hold queue is at its bound: 429
  kLate,            // cannot meet its objective and the service refuses late work: 503
  kPatienceEnded,   // held as long as the service allows: 503
  kAttemptsEnded,   // every attempt failed: 502, 503 or 504 by the last failure
  kNotReplayable,   // failed, and may not or cannot be sent again: 502 or 504
  kServiceRemoved,  // its service left the configuration before it was answered: 503
  kForbidden,       // no unit of the configuration may see data of its class: 403
  kTooLarge,        // none of those that may is made for its size: 413
  kOverShare,       // the hold queue is full, and its tenant held more than its share: 429
  kOverBudget,      // its tenant has used up what it may per second, at once or per hour: 429
  kDeadline,        // its client's own time limit ended before it could be answered: 504
};

struct Decision {
  Decision() {}  // said here, or Decision{} would first clear the room for all its candidates

  RequestId request;
  ServiceId service;
  Action action = Action::kReject;
  Mode mode = Mode::kCostOptimized;
  RoutingPolicy routing = RoutingPolicy::kSignalbox;
  std::uint8_t attempt = 1;        // 1 = first time decided; re-decisions count up
  bool late = false;               // forwarded although the objective will probably be missed
  bool hedge = false;              // a second copy: the first one stays where it is
  bool panic = false;              // too few endpoints are trusted, so distrust is put aside
  std::uint64_t view_version = 0;  // the fleet view it was taken under
  TimePoint at{};
  TimePoint arrival{};
  TimePoint deadline{};  // arrival + the latency owed to a request of its work; where time to
                         // first token is owed, that of the first token

  // kForward
  UnitId unit;
  EndpointId endpoint;
  BoundedVector<EndpointId, kMaxFallbacks> fallbacks;  // best first, other units first

  // kReject
  RejectReason reason = RejectReason::kNone;
  int status = 0;
  Duration retry_after{};  // zero = no Retry-After header

  BoundedVector<Candidate, kMaxCandidates> candidates;  // one per unit, in the service's order

  // The candidate that was taken, or nullptr.
  const Candidate* chosen() const;
  // The next best candidate that could have served it, or nullptr: cheapest of the other qualified
  // ones in cost mode, soonest otherwise.
  const Candidate* runner_up() const;
};

const char* to_string(Action action);
const char* to_string(Verdict verdict);
const char* to_string(RejectReason reason);

}  // namespace signalbox::core
