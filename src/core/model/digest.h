// SPDX-License-Identifier: Apache-2.0
//
// What a Router tells: each tick to the Controller the bare counts it decides on (the digest), and
// to whoever draws pages the same with latencies (the report). Counters are cumulative since the
// Router started, so a lost digest loses no information; rates are the reader's business.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/latency_histogram.h"
#include "base/time.h"

namespace signalbox::core {

struct ServiceDigest {
  std::uint64_t arrivals = 0;
  double work = 0.0;            // of all that arrived, in requests of the profiles' reference size
  double work_squared = 0.0;    // sum of the squares of each request's work
  std::uint64_t completed = 0;  // 2xx-4xx responses delivered in full
  std::uint64_t failed = 0;     // 5xx, broken or timed out in the client's eyes
  std::uint64_t rejected = 0;   // answered 429 or 503 by ourselves
  std::uint64_t abandoned = 0;  // the client left
  std::uint64_t missed = 0;     // completed after the objective, failed or rejected
  std::uint64_t redecided = 0;  // sent to another endpoint after a failure
  std::uint64_t retried = 0;    // tried again after an answer of 5xx or a timeout
  // Answered 403 or 413, since no unit may or can serve them: in none of the other counts.
  std::uint64_t unservable = 0;
  // Answered 429, since their tenant's budget was used up: likewise. What nobody may have is no
  // demand to plan for.
  std::uint64_t over_budget = 0;
  std::uint64_t hedged = 0;      // sent to a second endpoint beside the first
  std::uint64_t hedges_won = 0;  // of these, answered by the second
  bool panic = false;            // distrust of its endpoints is put aside: too few are left
  int held = 0;                  // waiting now
  Duration longest_hold{};       // ever
};

struct UnitDigest {
  int in_flight = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  double slowdown = 1.0;    // observed service time / profile's, smoothed
  double confidence = 0.0;  // 0 = profile only, towards 1 with fresh evidence
  // Of completed requests the time in service over what the profile says, which drift is seen by:
  // how many, and their sum. One request counts as ten at most.
  std::uint64_t ratios = 0;
  double ratio_sum = 0.0;
  // Times as slow with all slots taken as the profile says, against the same at the usual load.
  double full_load_ratio = 1.0;
};

struct EndpointDigest {
  EndpointId endpoint;
  UnitId unit;
  int in_flight = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t failed = 0;
  bool ejected = false;  // the Router keeps traffic away after failures it saw itself
  int foreign = 0;       // requests of others there, as far as ours feel them
};

struct RouterDigest {
  TimePoint at{};
  std::uint64_t view_version = 0;         // the view these numbers were counted under
  std::uint64_t leases_version = 0;       // and the slot leases obeyed since then
  std::vector<ServiceDigest> services;    // indexed by ServiceId
  std::vector<UnitDigest> units;          // indexed by UnitId
  std::vector<EndpointDigest> endpoints;  // ordered by id
};

// Per service and unit: the traffic share and the latency its clients saw there.
struct ServiceUnitDigest {
  ServiceId service;
  UnitId unit;
  std::uint64_t forwarded = 0;
  LatencyHistogram latency;  // arrival to last byte, completed requests
};

// Of a tenant that the operator named; those that clients name would be as many as they like.
struct TenantDigest {
  std::string name;
  int in_flight = 0;       // held ones included
  double spent_usd = 0.0;  // in the last hour, where money is bounded
  // Requests refused for want of budget, by what was used up:
  std::uint64_t over_rate = 0;
  std::uint64_t over_in_flight = 0;
  std::uint64_t over_cost = 0;
};

struct RouterReport : RouterDigest {
  std::vector<ServiceUnitDigest> service_units;
  std::vector<TenantDigest> tenants;
  std::vector<LatencyHistogram> endpoint_latency;  // forward to last byte; parallel to `endpoints`
};

}  // namespace signalbox::core
