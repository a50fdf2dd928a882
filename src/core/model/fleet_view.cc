// SPDX-License-Identifier: Apache-2.0
//
// The words endpoint states are known by in metrics and pages.
#include "core/model/fleet_view.h"

namespace signalbox::core {

const char* to_string(EndpointState state) {
  switch (state) {
    case EndpointState::kBooting:
      return "booting";
    case EndpointState::kReady:
      return "ready";
    case EndpointState::kUnhealthy:
      return "unhealthy";
    case EndpointState::kDraining:
      return "draining";
  }
  return "?";
}

}  // namespace signalbox::core
