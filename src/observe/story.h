// SPDX-License-Identifier: Apache-2.0
//
// The life of one request as recorded: each decision with the very view it was taken under (views
// are immutable and shared, so keeping them is cheap) and what came of it. Everything `explain`
// says is derived from this record; nothing is re-computed with today's knowledge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/request.h"
#include "observe/wall_time.h"

namespace signalbox::observe {

struct StoryStep {
  core::Decision decision;
  std::shared_ptr<const core::FleetView> view;  // never null; its spec is set
  std::optional<core::Outcome> outcome;         // of a forward, once it is known
};

struct RequestStory {
  std::string request_id;  // the hex id from the access log and the response header
  std::string method;
  std::string path;  // without query
  UnixNanos started_at = 0;
  std::vector<StoryStep> steps;  // in order; never empty
  int status = 0;                // what the client got; 0 = nothing (yet, or it left)
  bool finished = false;
  Duration time_to_first_byte{};  // since arrival; 0 = none
  Duration duration{};            // arrival to last byte, when finished
};

}  // namespace signalbox::observe
