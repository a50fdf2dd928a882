// SPDX-License-Identifier: Apache-2.0
//
// Where signals come from, as the operator declared it: whom to believe where two contradict each
// other, and for how long. Sources nobody declared (the admin page, probes, the actuator) are ours,
// speak once about what stays true, and are believed until they say otherwise.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace signalbox::core {

struct SourceSpec {
  std::string name;    // as its signals carry it
  int rank = 10;       // of two that contradict each other the lower is believed, >= 0
  Duration ttl = 60s;  // what it said last is used no longer than this, > 0
};

enum class SourceStanding : std::uint8_t {
  kSilent,       // was not heard yet
  kTrusted,      // says what is used
  kStale,        // was not heard for its ttl
  kQuarantined,  // said what cannot be; not used until it has been sound for a while
};

const char* to_string(SourceStanding standing);

}  // namespace signalbox::core
