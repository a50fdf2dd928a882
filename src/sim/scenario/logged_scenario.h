// SPDX-License-Identifier: Apache-2.0
//
// An input log as a scenario: who asked for what and when is what the log says, how long serving
// takes is modelled on what serving took. So another policy can be put before traffic that really
// was - and what it would have cost and missed is a model's answer, never a measurement.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "journal/input_log_reader.h"
#include "sim/run/scenario.h"

namespace signalbox::sim {

struct LoggedScenario {
  Scenario scenario;
  std::uint64_t requests = 0;
  std::uint64_t measured = 0;  // whose size was taken from the time they really took
  // What really became of them, as the log has it.
  std::uint64_t answered = 0;          // with a status below 400
  std::uint64_t within_objective = 0;  // of those
};

// A request's size is its time in service against the profile's of the unit that served it, at the
// load it found there; where none was seen, the size it declared. The fleet is the log's first, and
// begins with no replica of the units that are launched. Launches always succeed: refusals are not
// arrivals. An error when the log has no request or cannot be read.
Result<LoggedScenario> logged_scenario(journal::InputLogReader& log);

}  // namespace signalbox::sim
