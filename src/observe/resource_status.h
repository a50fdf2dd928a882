// SPDX-License-Identifier: Apache-2.0
//
// The status of a RoutedService and of a DeploymentUnit: what `kubectl get` and `describe` show of
// the view and the plan in force. Figures are texts of few digits, so that a status changes when
// something happened, not with every tick.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "core/model/fleet_view.h"
#include "observe/mode_history.h"
#include "observe/wall_time.h"

namespace signalbox::observe {

// Whether the object's spec is in force; `reason` in CamelCase, `message` for people.
struct Acceptance {
  bool is_in_force = true;  // some spec of it is
  bool is_accepted = true;  // the present one is
  std::string reason = "Valid";
  std::string message;
};

// What a status is made of.
struct StatusFacts {
  const core::FleetView& view;  // REQUIRES: view.spec is set
  const ModeHistory& history;
  WallOffset wall;
  std::int64_t generation = 0;  // of the spec
  const Acceptance& acceptance;
  // The status before, whose conditions keep their time of transition where they still hold.
  const boost::json::object& before;
};

// REQUIRES, of both: an object in force is in the view under `name`.
boost::json::object service_status(const StatusFacts& facts, const std::string& name);
boost::json::object unit_status(const StatusFacts& facts, const std::string& name);

// Whether a change from `before` to `after` is news (another mode, count or condition), or only
// figures that moved and can wait.
bool is_news(const boost::json::object& before, const boost::json::object& after);

}  // namespace signalbox::observe
