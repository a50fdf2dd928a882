// SPDX-License-Identifier: Apache-2.0
//
// What a run came to, counted as it goes: totals over the reporting window by arrival, and a
// history in slots when somebody wants to plot it. Nothing here grows with the number of requests.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/fleet_view.h"
#include "sim/run/latency_record.h"
#include "sim/run/run_result.h"

namespace signalbox::sim {

class Recorder {
 public:
  struct Options {
    TimePoint report_from;
    TimePoint end;
    std::size_t units = 0;
    double quantile = 0.99;  // a minute in which fewer make it counts as a violation
    bool history = false;
    Duration slot = 60s;
  };
  // How a request ended.
  struct Ending {
    TimePoint arrival, deadline;
    double work = 1.0;
    int status = 200;
    bool refused = false;  // by ourselves, before any replica answered
    Duration in_replica{};
    UnitId unit;  // that answered; only with a status of its own
    // Where tokens are owed: whether they came in time. Else the deadline says it.
    std::optional<bool> kept_tokens{};
  };

  explicit Recorder(const Options& options);

  void on_arrival(TimePoint now, double work);
  void on_forward(UnitId unit);
  void on_end(const Ending& ending, TimePoint now);
  void on_never_answered(TimePoint arrival, double work);

  // Closes the slot that ends now. REQUIRES: history.
  void close_slot(const core::FleetView& view, double cost_usd_per_hour, TimePoint now);

  // The totals, and the history if there is one. Cost and fleet events are the caller's to add.
  RunResult result() const;

 private:
  struct Minute {
    std::uint32_t requests = 0;
    std::uint32_t missed = 0;
  };
  bool counts(TimePoint arrival) const {
    return arrival >= options_.report_from && arrival < options_.end;
  }
  Minute& minute_of(TimePoint arrival);

  Options options_;
  RunTotals totals_;
  LatencyRecord latency_;
  double in_replica_s_ = 0.0;
  std::vector<Minute> minutes_;  // of the reporting window, by arrival
  HistorySlot open_;
  std::vector<Duration> open_latencies_;
  std::vector<double> open_in_replica_s_;     // by unit
  std::vector<std::uint64_t> open_answered_;  // by unit
  std::vector<HistorySlot> history_;
};

}  // namespace signalbox::sim
