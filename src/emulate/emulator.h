// SPDX-License-Identifier: Apache-2.0
//
// Accelerators emulated on one event loop: a cloud to launch them from, one real HTTP server per
// replica, and a control API to drive both. Service times, boots and refusals are emulated;
// sockets, queues, crashes and clients are real, so that whatever is directed at it is tested as it
// will run.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "core/model/fleet_spec.h"
#include "emulate/control_api.h"
#include "emulate/fleet.h"
#include "http/server.h"
#include "net/asio.h"
#include "sim/engine/service_model.h"

namespace signalbox::emulate {

struct EmulatorOptions {
  core::Address control{"127.0.0.1", 0};       // of the control API; port 0 takes any free one
  std::vector<sim::ServiceShape> shapes = {};  // by UnitId; missing ones serve request by request
  std::uint64_t seed = 1;                      // of boot times, reclaims and emulated errors
};

// Runs on the loop's thread: construct, call and destroy it there (or before the loop runs and
// after it stopped).
class Emulator {
 public:
  Emulator(asio::io_context& io, core::FleetSpec spec, EmulatorOptions options);

  // Binds the control API and the fixed endpoints of unmanaged units; returns the control address.
  // REQUIRES: called once.
  Result<core::Address> start();

  // To do directly what the control API does.
  Fleet& fleet() { return fleet_; }

 private:
  EmulatorOptions options_;
  Fleet fleet_;
  ControlApi api_;
  http::Server control_;
};

}  // namespace signalbox::emulate
