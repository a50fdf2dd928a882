// SPDX-License-Identifier: Apache-2.0
//
// GET /fleet: the view and the plan in force as one JSON page for people and scripts. Every figure
// carries its unit in its key, every name is spelled out, and the plan's reasons stand beside its
// numbers, so that the page answers "what runs, and why" without a second look elsewhere.
#pragma once

#include <boost/json/object.hpp>

#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "observe/mode_history.h"
#include "observe/wall_time.h"

namespace signalbox::observe {

struct FleetReport {
  const core::FleetView& view;  // REQUIRES: view.spec is set
  const core::RouterReport& digest;
  // An older digest of the same Router: traffic shares and rates are then those since it. Without
  // one they are averages since the Router started.
  const core::RouterReport* earlier = nullptr;
  const ModeHistory& history;
  WallOffset wall;
};

// Render with json_text(..., Layout::kIndented).
boost::json::object fleet_json(const FleetReport& report);

}  // namespace signalbox::observe
