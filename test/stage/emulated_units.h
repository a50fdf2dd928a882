// SPDX-License-Identifier: Apache-2.0
//
// The emulator on a thread of its own, for tests whose units shall behave like accelerators: slots,
// service times, streams, boots and faults as ordered.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "emulate/emulator.h"
#include "net/loop_thread.h"

namespace signalbox::stage {

class EmulatedUnits {
 public:
  explicit EmulatedUnits(core::FleetSpec spec, std::vector<sim::ServiceShape> shapes = {})
      : thread_("emulator"),
        emulator_(thread_.io(), std::move(spec), {.shapes = std::move(shapes)}) {
    const auto control = emulator_.start();
    EXPECT_TRUE(control.ok()) << (control.ok() ? "" : control.error().message);
    if (control.ok()) control_ = *control;
    thread_.start();
  }
  ~EmulatedUnits() { thread_.stop(); }

  const core::Address& control() const { return control_; }

  // Runs on the emulator's thread and waits for it.
  void on_loop(const std::function<void(emulate::Fleet&)>& action) {
    std::promise<void> done;
    asio::post(thread_.io(), [&] {
      action(emulator_.fleet());
      done.set_value();
    });
    done.get_future().get();
  }

  // Where the unit's first replica listens. REQUIRES: it has one.
  core::Address address(UnitId unit) {
    core::Address found;
    on_loop([&](emulate::Fleet& fleet) {
      for (const auto& replica : fleet.replicas()) {
        if (replica.unit == unit && found.port == 0) found = replica.address;
      }
    });
    EXPECT_NE(found.port, 0);
    return found;
  }

 private:
  net::LoopThread thread_;
  emulate::Emulator emulator_;
  core::Address control_;
};

}  // namespace signalbox::stage
