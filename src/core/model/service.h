// SPDX-License-Identifier: Apache-2.0
//
// A service is what clients call: names it answers to, the latency it owes, the operator's policy
// and the units that can serve it. `policy` is all an operator must choose; the rest has defaults.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/unit.h"

namespace signalbox::core {

// Cost-optimized prefers what is cheap and meets the objective; capacity-optimized drops price and
// spreads load by expected delay over everything that is available.
enum class Mode { kCostOptimized, kCapacityOptimized };

// The operator's choice. Cost first switches modes by itself; capacity first stays in the second.
enum class Policy { kCostFirst, kCapacityFirst };

// How a unit is picked among those that can serve: our own rule, or one to compare it with. All of
// them hold requests while nothing is free, which is more than the others do where they come from.
enum class RoutingPolicy {
  kSignalbox,
  // Drawn by weight, as in arXiv 2503.20074:
  kPaperWeighted,  // by cost, whatever the mode
  kPaperEqual,     // equally among the units that are up, whatever the mode
  kPaperBinary,    // by cost in cost mode, equally in capacity mode
  // Over the endpoints of all units, as plain load balancers do:
  kRoundRobin,    // in the order of ids, the next one that has a free slot
  kLeastRequest,  // the least share of slots in use
  kPowerOfTwo,    // the less loaded of two drawn at random
};
inline constexpr RoutingPolicy kRoutingPolicies[] = {
    RoutingPolicy::kSignalbox,   RoutingPolicy::kPaperWeighted, RoutingPolicy::kPaperEqual,
    RoutingPolicy::kPaperBinary, RoutingPolicy::kRoundRobin,    RoutingPolicy::kLeastRequest,
    RoutingPolicy::kPowerOfTwo,
};

constexpr bool draws_by_weight(RoutingPolicy routing) {
  return routing == RoutingPolicy::kPaperWeighted || routing == RoutingPolicy::kPaperEqual ||
         routing == RoutingPolicy::kPaperBinary;
}
constexpr bool balances_endpoints(RoutingPolicy routing) {
  return routing == RoutingPolicy::kRoundRobin || routing == RoutingPolicy::kLeastRequest ||
         routing == RoutingPolicy::kPowerOfTwo;
}

// What may be lost at once and still leave enough capacity: nothing, all that stands in any one
// zone, or any one unit (model x hardware x framework, in all its zones and tiers).
enum class Resilience { kNone, kZone, kUnit };

// What becomes of a request that can no longer meet its objective.
enum class WhenLate { kServe, kRefuse };

// What kind of answer its clients wait for.
enum class ObjectiveClass {
  kInteractive,  // somebody waits: in time, at the least cost
  kBatch,        // nobody does: waits for a cheap unit while its deadline leaves slack
  kCritical,     // never waits while anything can start it, and is the first to be started
};

// `quantile` of the requests shall complete within `latency` of their arrival.
struct Objective {
  Duration latency = 2s;
  double quantile = 0.99;
  // `latency` is owed to a request of work 1, and to others in proportion to their work: four
  // images may take four times as long as one.
  bool per_work = false;
  // Of a language model, beside `latency`: the answer begins this long after the request's arrival,
  // and each further token takes this long on average. 0 = not owed.
  Duration first_token{};
  Duration per_token{};

  bool in_tokens() const { return first_token > Duration::zero() || per_token > Duration::zero(); }
  // What is owed to a request of so much work.
  Duration latency_of(double work) const { return per_work ? scale(latency, work) : latency; }
};

// A second copy of a request that takes unusually long, at another endpoint: the first answer wins.
// Dean and Barroso, "The Tail at Scale" (CACM 56(2), 2013): after the 95th percentile, so that it
// costs a few per cent of load.
struct HedgeRule {
  double after = 0.0;    // quantile of the predicted time in service, 0..1; 0 = never
  double budget = 0.05;  // copies per request, at most
};

// Trying again after an answer of 5xx or a timeout, which costs the fleet a second serving of what
// may fail again. So: none unless asked for, spread out by a jittered pause, and within a budget.
// What never reached an endpoint, or died before its first byte, is re-decided outside of it.
struct RetryRule {
  int attempts = 0;              // further ones of a request; 0 = never
  double budget = 0.2;           // share of the requests in flight that may be such (Envoy)
  int floor = 3;                 // of which so many are always allowed (Envoy)
  Duration backoff = 25ms;       // drawn from 0 up to this, doubled with every further attempt
  Duration max_backoff = 250ms;  // but not beyond this
};

struct ServiceSpec {
  std::string name;
  std::vector<std::string> paths;   // exact paths, or prefixes when they end in '*'
  std::vector<std::string> models;  // values of the body's `model` field; empty = any
  std::vector<UnitId> units;        // in the operator's order

  Objective objective;
  Policy policy = Policy::kCostFirst;
  Resilience resilience = Resilience::kNone;
  RoutingPolicy routing = RoutingPolicy::kSignalbox;
  // Hand-set shares for kPaperWeighted and kPaperBinary, parallel to `units`; empty = the paper's
  // efficiency formula.
  std::vector<double> weights;

  WhenLate when_late = WhenLate::kServe;
  Duration patience = 30s;       // longest a request is held before it is rejected
  int max_held = 1024;           // bound of the hold queue
  Duration timeout = 60s;        // longest wait for the first response byte
  Duration idle_timeout = 300s;  // longest silence inside a response
  bool retry_safe = true;        // may be sent again when no response byte was seen

  ObjectiveClass objective_class = ObjectiveClass::kInteractive;
  std::vector<Label> require;  // labels that a unit must have for any of its requests

  HedgeRule hedge;
  RetryRule retry;
  // When a smaller share of its endpoints is trusted, distrust is put aside: what is left would
  // drown in the whole load. Envoy's healthy_panic_threshold; 0 = never.
  double panic_threshold = 0.5;
};

const char* to_string(Mode mode);
const char* to_string(Policy policy);
const char* to_string(Resilience resilience);
const char* to_string(RoutingPolicy routing);
const char* to_string(ObjectiveClass objective_class);

}  // namespace signalbox::core
