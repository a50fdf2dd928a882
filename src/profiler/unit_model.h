// SPDX-License-Identifier: Apache-2.0
//
// A unit as the profiler understands it: how it groups work, how long its work takes, how much that
// varies. Answers the questions that two minutes of measuring cannot: what a 99th percentile is at
// a rate, and at which rate an objective ceases to hold.
#pragma once

#include <optional>
#include <vector>

#include "core/estimate/served_line.h"
#include "core/estimate/single_server_queue.h"
#include "core/model/service.h"
#include "profiler/stage.h"

namespace signalbox::profiler {

// What a request takes at a rate of Poisson arrivals.
struct ExpectedTimes {
  double mean_s = 0.0;
  double quantile_s = 0.0;
};

class UnitModel {
 public:
  // One request at a time, with these times in service, all > 0.
  static UnitModel single(std::vector<double> service_s, double overhead_s);

  // Anything else. `sizes` of requests have mean 1; none = all of size 1; `like` says how many
  // tokens a request has.
  static UnitModel shared(core::ServerModel server, std::vector<double> sizes,
                          core::Arrival like = {});

  // The same unit, all its times `factor` times as long.
  UnitModel scaled(double factor) const;

  // The rate it serves when it is never without work.
  double plateau_per_s() const;

  // REQUIRES: 0 < rate < plateau, 0 < quantile < 1.
  ExpectedTimes expected(double rate_per_s, double quantile) const;
  // The share of requests for which all that the objective owes holds; of work 1.
  double share_in_time(double rate_per_s, const core::Objective& objective) const;
  // The highest rate at which that share is at least the objective's; 0 if at none.
  double breaking_rate(const core::Objective& objective) const;

  // What each of these requests should have taken, in order of arrival, had the unit been this.
  // REQUIRES: records in order of `due_s`.
  std::vector<core::ServedTimes> replay(const std::vector<Record>& by_due) const;

  const core::ServerModel& server() const { return server_; }
  bool is_single() const { return single_.has_value(); }

 private:
  std::vector<core::ServedTimes> simulate(double rate_per_s) const;

  core::ServerModel server_;
  std::vector<double> sizes_;
  core::Arrival like_;
  std::optional<core::SingleServerQueue> single_;
};

// Whether a request with these times is in time.
bool in_time(double latency_s, double first_token_s, int output_tokens,
             const core::Objective& objective);

// The mean of the largest of `k` draws from `sizes`; 1 for none.
double mean_largest(const std::vector<double>& sizes, int k);

}  // namespace signalbox::profiler
