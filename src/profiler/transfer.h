// SPDX-License-Identifier: Apache-2.0
//
// What a measured unit leads one to expect of another size of the same hardware, before that was
// measured: all its times scaled by how much faster it is said to be, and everything less sure. A
// prior, not a profile: the router gives way to a few live outcomes (`profile_weight`), and a
// measurement replaces it.
#pragma once

#include <string>

#include "profiler/unit_profile.h"

namespace signalbox::profiler {

struct Transfer {
  std::string name;
  std::string hardware = {};  // empty = not stated
  double price_usd_per_hour = 0.0;
  double speed = 1.0;  // how many times as fast, > 0
  // How far the speed itself may be off, as a standard deviation relative to it, > 0.
  double doubt = 0.2;
};

// Observations that such a profile counts as, where a measured one counts as twenty.
inline constexpr int kTransferredWeight = 5;

// REQUIRES: `from` has a curve; a unit that serves tokens keeps its lengths.
UnitProfile transferred(const UnitProfile& from, const Transfer& to);

}  // namespace signalbox::profiler
