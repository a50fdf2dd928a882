// SPDX-License-Identifier: Apache-2.0
//
// What one run of a scenario under one policy came to, and how it went minute by minute. Everything
// shown of a simulation - table, JSON, page, benchmark - is read from here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "core/model/plan.h"
#include "core/model/service.h"

namespace signalbox::sim {

// Counted over [report_from, end) of the scenario, by arrival.
struct RunTotals {
  std::uint64_t requests = 0;
  std::uint64_t answered = 0;          // 2xx
  std::uint64_t refused = 0;           // 429 or 503 of our own
  std::uint64_t failed = 0;            // 5xx, broken or never answered: lost to the client
  std::uint64_t within_objective = 0;  // answered, and in time
  double work = 0.0;                   // sum of the requests' factors
  double missed_work = 0.0;            // of those that were not answered in time
  double cost_usd = 0.0;               // as billed by the provider in this window
  Duration mean_in_replica{};          // the paper's latency: time in service
  Duration p50{}, p95{}, p99{}, p999{};
  Duration longest_hold{};
  int violation_minutes = 0;  // minutes in which fewer than the objective's quantile made it
  std::uint64_t mode_switches = 0;
  std::uint64_t launches = 0, refused_launches = 0, lost_replicas = 0;

  // Refusals, failures and late answers are all misses.
  double slo_attainment() const {
    return requests == 0 ? 1.0
                         : static_cast<double>(within_objective) / static_cast<double>(requests);
  }
};

// One slot of the run's history, for plots. Vectors are indexed by unit.
struct HistorySlot {
  TimePoint from;
  std::uint64_t arrivals = 0, within_objective = 0, refused = 0, failed = 0;
  double work = 0.0;
  std::vector<std::uint64_t> forwarded;
  std::vector<double> mean_in_replica_s;  // of requests answered in the slot; 0 when none
  std::vector<int> ready, booting;        // at the slot's end
  double p50_s = 0.0, p99_s = 0.0;        // of answers in the slot, from arrival
  double cost_usd_per_hour = 0.0;         // of everything billed, at the slot's end
  core::Mode mode = core::Mode::kCostOptimized;
  double bound_usd_per_hour = 0.0;  // the clairvoyant's cost rate; 0 when it was not computed
};

struct RunResult {
  std::string scenario, policy;
  std::uint64_t seed = 0;
  RunTotals totals;
  std::vector<core::ModeChange> mode_changes;
  // Parallel: from the evidence to the first decision under the new mode; zero if there was none.
  std::vector<Duration> reactions;
  std::vector<std::uint64_t> forwarded;  // by unit, the whole run
  double ledger_usd = 0.0;               // the whole run, as counted by the policy itself
  double billed_usd = 0.0;               // the whole run, as billed by the provider
  Duration slot = 60s;
  std::vector<HistorySlot> history;  // empty unless asked for
  std::vector<std::string> units;    // names, by unit
  std::uint64_t decisions = 0;
  std::uint64_t fingerprint = 0;  // of every decision in order: equal runs have equal ones
};

}  // namespace signalbox::sim
