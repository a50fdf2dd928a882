// SPDX-License-Identifier: Apache-2.0
//
// The tick and what sets it off; see control_loop.h.
#include "control/control_loop.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "control/beat.h"

namespace signalbox::control {

ControlLoop::ControlLoop(asio::io_context& io, std::shared_ptr<const core::FleetSpec> spec,
                         Ports ports)
    : ControlLoop(io, std::move(spec), ports, ports.now()) {}

ControlLoop::ControlLoop(asio::io_context& io, std::shared_ptr<const core::FleetSpec> spec,
                         Ports ports, TimePoint now)
    : io_(io),
      ports_(std::move(ports)),
      controller_(std::move(spec), now),
      beat_(io),
      self_(std::make_shared<ControlLoop*>(this)) {
  SIGNALBOX_ASSERT(ports_.publish && ports_.digest);
  check_ports(controller_.spec());
  if (ports_.inputs != nullptr) ports_.inputs->controller_started(controller_.spec(), now);
}

ControlLoop::~ControlLoop() { stop(); }

void ControlLoop::start() {
  SIGNALBOX_ASSERT(!running_);
  running_ = true;
  first_beat_ = ports_.now();
  tick();
  await_beat();
}

void ControlLoop::stop() {
  running_ = false;
  beat_.cancel();
}

void ControlLoop::take(std::span<const core::Signal> batch) {
  for (const core::Signal& signal : batch) take_one(signal);
}

core::SignalVerdict ControlLoop::take_one(const core::Signal& signal) {
  const TimePoint now = ports_.now();
  core::SignalVerdict verdict = controller_.on_signal(signal, now);
  if (ports_.inputs != nullptr) ports_.inputs->controller_signal(signal, now);
  if (!verdict.refused.empty() && ports_.on_refused) ports_.on_refused(signal, verdict.refused);
  if (verdict.urgent) tick_soon();
  return verdict;
}

void ControlLoop::adopt(std::shared_ptr<const core::FleetSpec> spec) {
  SIGNALBOX_ASSERT(running_);
  check_ports(*spec);
  first_beat_ = ports_.now();
  controller_.on_spec(std::move(spec), first_beat_);
  if (ports_.inputs != nullptr) ports_.inputs->controller_spec(controller_.spec(), first_beat_);
  tick();
  await_beat();
}

// The config admits managed units only together with something that can start them.
void ControlLoop::check_ports(const core::FleetSpec& spec) const {
  const bool managed = std::any_of(spec.units.begin(), spec.units.end(),
                                   [](const core::UnitSpec& unit) { return unit.managed; });
  SIGNALBOX_ASSERT(!managed || ports_.actuator != nullptr);
  SIGNALBOX_ASSERT(spec.control.tick > Duration::zero());
}

void ControlLoop::tick() {
  const TimePoint now = ports_.now();
  controller_.on_digest(ports_.digest(), now);
  if (ports_.inputs != nullptr) ports_.inputs->controller_digest(now, 0);
  const core::Plan& plan = controller_.tick(now);
  if (ports_.inputs != nullptr) ports_.inputs->controller_tick(now, plan);
  ports_.publish(controller_.view());
  if (ports_.on_plan) ports_.on_plan(plan);
  for (const core::Command& command : plan.commands) execute(command);
}

void ControlLoop::execute(const core::Command& command) {
  SIGNALBOX_ASSERT(ports_.actuator != nullptr);
  if (const auto* launch = std::get_if<core::LaunchEndpoint>(&command)) {
    ports_.actuator->launch(launch->endpoint, launch->unit, controller_.spec().unit(launch->unit));
  } else {
    ports_.actuator->stop(std::get<core::StopEndpoint>(command).endpoint);
  }
}

// Posted, so that whatever else of the same news is already on its way is decided on together.
void ControlLoop::tick_soon() {
  if (!running_ || std::exchange(tick_posted_, true)) return;
  asio::post(io_, [weak = std::weak_ptr(self_)] {
    const auto self = weak.lock();
    if (!self) return;
    (*self)->tick_posted_ = false;
    if ((*self)->running_) (*self)->tick();
  });
}

void ControlLoop::await_beat() {
  const TimePoint now = ports_.now();
  beat_.expires_after(next_beat(first_beat_, controller_.spec().control.tick, now) - now);
  beat_.async_wait([weak = std::weak_ptr(self_)](const error_code& cancelled) {
    const auto self = weak.lock();
    if (cancelled || !self || !(*self)->running_) return;
    (*self)->tick();
    (*self)->await_beat();
  });
}

}  // namespace signalbox::control
