// SPDX-License-Identifier: Apache-2.0
//
// One timed observation of price, capacity, load, latency or life and death of an endpoint, with
// its source. What our own requests showed arrives in bulk as the Router's digest (digest.h);
// everything else is a Signal.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/unit.h"

namespace signalbox::core {

struct PriceQuote {
  UnitId unit;
  double usd_per_hour;
};

// The unit's pool can hold at most this many replicas right now; negative lifts the limit.
struct CapacityLimit {
  UnitId unit;
  int max_replicas;
};

struct LaunchRefused {  // insufficient capacity, quota or any other "no" of the provider
  EndpointId endpoint;
  UnitId unit;
  std::string reason;
};

struct EndpointReady {
  EndpointId endpoint;
  Address address;
};

// A replica that an orchestrator started under a name of its own: the one that was asked for as
// `instead_of`, which is `endpoint` from here on, or (0) one that nobody here asked for - it stood
// before us, or somebody scaled by hand. It boots until EndpointReady and is ours to stop.
// Ids from outside have the highest bit set, so they never meet those the Controller issues.
struct EndpointFound {
  EndpointId endpoint;
  UnitId unit;
  EndpointId instead_of;
};
inline constexpr std::uint64_t kFoundEndpointBit = 1ULL << 63U;
inline bool is_found(EndpointId id) { return (id.value & kFoundEndpointBit) != 0; }

// The provider will take the replica back at `by` (a spot interruption notice, a host's
// retirement). A later notice replaces an earlier one; TimePoint::max() withdraws it.
struct EndpointLeaving {
  EndpointId endpoint;
  TimePoint by;
};

struct EndpointGone {
  EndpointId endpoint;
  std::string reason;  // "stopped" after our own stop; otherwise what took it
};

struct ProbeResult {
  EndpointId endpoint;
  bool healthy;
};

// What a server says it has to do, whoever sent it. Beyond what we sent ourselves, others use it.
struct LoadReport {
  EndpointId endpoint;
  double running;  // requests being served
  double waiting;  // and queued in the server
};

// Mean time in service of what one unit's servers finished since their report before.
struct LatencyReport {
  UnitId unit;
  Duration mean;
  double requests;  // that the mean is of
};

// Replicas as an orchestrator counts them.
struct ReplicaReport {
  UnitId unit;
  int ready;
  int pending;  // asked for, and not there yet
};

// What one replica draws, accelerator and all that is counted with it.
struct PowerReport {
  UnitId unit;
  double watts;
};

struct Signal {
  TimePoint at;
  std::string
      source;  // who says so: "actuator", "probe", "admin", or a source of the configuration
  std::variant<PriceQuote, CapacityLimit, LaunchRefused, EndpointReady, EndpointGone, ProbeResult,
               EndpointLeaving, LoadReport, LatencyReport, ReplicaReport, PowerReport,
               EndpointFound>
      body;
};

}  // namespace signalbox::core
