// SPDX-License-Identifier: Apache-2.0
//
// The signal shell: gives the Controller a clock and hands. It ticks on a fixed beat, and at once
// when a signal says that capacity changed; each tick reads the Router's digest, lets the
// Controller decide, publishes the fleet view and only then carries out the commands, so that the
// request path knows of a draining endpoint before its replica is told to stop.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/time.h"
#include "control/ports.h"
#include "core/scale/controller.h"
#include "journal/input_sink.h"
#include "net/asio.h"
#include "net/clock.h"

namespace signalbox::control {

// Lives on one event loop: construct it before the loop runs or on its thread, call it there.
class ControlLoop final : public SignalSink {
 public:
  // What the loop is connected to; all of it is called on the loop's thread.
  struct Ports {
    std::function<void(std::shared_ptr<const core::FleetView>)> publish;
    std::function<core::RouterDigest()> digest;
    Actuator* actuator = nullptr;  // outlives the loop; needed once a unit is managed
    // After each publish, before the plan's commands are carried out.
    std::function<void(const core::Plan&)> on_plan = {};
    // A signal that was not believed or not understood, and why.
    std::function<void(const core::Signal&, const std::string&)> on_refused = {};
    journal::InputSink* inputs = nullptr;  // hears every call of the Controller
    std::function<TimePoint()> now = net::now;
  };

  // REQUIRES: publish and digest are set; an actuator, if a unit of `spec` is managed.
  ControlLoop(asio::io_context& io, std::shared_ptr<const core::FleetSpec> spec, Ports ports);

  // As stop().
  ~ControlLoop() override;
  ControlLoop(const ControlLoop&) = delete;
  ControlLoop& operator=(const ControlLoop&) = delete;

  // Ticks at once, so that a view is published before this returns, and then every control.tick;
  // beats that could not be kept are skipped, not made up for. REQUIRES: not started before.
  void start();

  // No tick comes after this. Signals are still taken, for whoever asks for the verdict.
  void stop();

  void take(std::span<const core::Signal> batch) override;

  // As take() for one signal; says what became of it.
  core::SignalVerdict take_one(const core::Signal& signal);

  // A reload: from here on the fleet is `spec`; a view that says so is published before this
  // returns. REQUIRES: started; an actuator, if a unit of `spec` is managed.
  void adopt(std::shared_ptr<const core::FleetSpec> spec);

  const core::Controller& controller() const { return controller_; }

 private:
  ControlLoop(asio::io_context& io, std::shared_ptr<const core::FleetSpec> spec, Ports ports,
              TimePoint now);
  void check_ports(const core::FleetSpec& spec) const;
  void tick();
  void execute(const core::Command& command);
  void tick_soon();
  void await_beat();

  asio::io_context& io_;
  Ports ports_;
  core::Controller controller_;
  TimePoint first_beat_{};
  asio::steady_timer beat_;
  bool running_ = false;
  bool tick_posted_ = false;            // an urgent tick is on its way
  std::shared_ptr<ControlLoop*> self_;  // posts and timers hold it weakly
};

}  // namespace signalbox::control
