// SPDX-License-Identifier: Apache-2.0
//
// A random fleet with random clients and a storm of faults, drawn from a seed. What makes a failure
// small is not another seed but the same one with parts left out, so a case is a seed and a list of
// reductions, and its name says both: "4711" or "4711-f2-u0-h".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run/scenario.h"

namespace signalbox::sim {

// One part left out. Numbers are those of the case that all earlier reductions have left.
struct Reduction {
  enum class Kind : char {
    kFault = 'f',        // drop fault `which`
    kSignalFault = 's',  // drop signal fault `which`
    kSourceFault = 'l',  // drop source fault `which`
    kUnit = 'u',         // drop unit `which`, wherever it is named; a service keeps at least one
    kService = 'c',      // drop service `which` and its clients; one stays
    kHalve = 'h',        // half the length
    kThin = 't',         // half the traffic
    kPool = 'p',         // make pool `which` an unlimited on-demand one
  };
  Kind kind;
  std::size_t which = 0;
};

struct FuzzCase {
  std::uint64_t seed = 0;
  std::vector<Reduction> reductions;

  std::string name() const;
  // nullopt when the text names no case.
  static std::optional<FuzzCase> parse(std::string_view name);
};

// The scenario of a case. Reductions that no longer apply are passed over.
Scenario scenario_of(const FuzzCase& fuzz_case);

// Every single reduction that would make the case smaller, the largest first.
std::vector<Reduction> possible_reductions(const Scenario& scenario);

// The fleet, its clients and its faults in words, for a person to read.
std::string describe(const Scenario& scenario);

}  // namespace signalbox::sim
