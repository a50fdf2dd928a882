// SPDX-License-Identifier: Apache-2.0
//
// The parts of a scenario file, each first checked and then built. Checks compare what was read
// without complaint and leave out what was not, so that one mistake is one message; building needs
// a file in which the checks found nothing, and can still fail for a trace that cannot be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "config/diagnostics.h"
#include "config/fields.h"
#include "core/model/fleet_spec.h"
#include "sim/run/scenario.h"
#include "sim/workload/trace_directory.h"

namespace signalbox::sim {

// What the parts are read against.
struct FileContext {
  const core::FleetSpec* fleet;    // nullptr: it cannot be read, so nothing is compared with it
  std::optional<Duration> length;  // of the scenario; nullopt: it was refused
  std::string folder;              // to which paths in the file are relative
  const TraceDirectory& traces;
  config::Report& report;

  // `path` as this process can open it.
  std::string located(const std::string& path) const;
  // Reports the time under `key` if it is not within the scenario.
  void check_time(const config::Fields& fields, std::string_view key) const;
};

void check_traffic(const config::Fields& root, const FileContext& context);
void check_pools(const config::Fields& root, const FileContext& context);
void check_faults(const config::Fields& root, const FileContext& context);
void check_sources(const config::Fields& root, const FileContext& context);
// Reports an `until` that is not after `at`, or not within the scenario.
void check_until(const config::Fields& fields, const FileContext& context);

// REQUIRES of all below: shape and checks found nothing. What building itself finds is reported.

// `invented` is set when something synthetic stands in for a trace that is not here.
std::vector<Traffic> build_traffic(const config::Fields& root, const FileContext& context,
                                   bool& invented);
// By unit, all of them.
std::vector<PoolSpec> build_pools(const config::Fields& root, const FileContext& context);
// By time; those of one instant in the file's order.
std::vector<ScheduledFault> build_faults(const config::Fields& root, const FileContext& context);
std::vector<ScheduledSignalFault> build_signal_faults(const config::Fields& root,
                                                      const FileContext& context);
// Who watches, how far each is believed, and what is wrong with them.
void build_sources(const config::Fields& root, const FileContext& context, Scenario& scenario);

}  // namespace signalbox::sim
