// SPDX-License-Identifier: Apache-2.0
//
// What directs a simulated fleet, as a port with the Controller's own surface: signals and digests
// in, plans with commands out, a view for the Router. The core's Controller stands behind it, and
// so does every policy it is compared with; the loop that drives them cannot tell which.
#pragma once

#include <memory>
#include <utility>

#include "base/time.h"
#include "core/model/digest.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"
#include "core/model/signal.h"
#include "core/scale/controller.h"

namespace signalbox::sim {

class Control {
 public:
  virtual ~Control() = default;

  // True when the fleet should tick at once.
  virtual bool on_signal(const core::Signal& signal, TimePoint now) = 0;
  virtual void on_digest(const core::RouterDigest& digest, TimePoint now) = 0;
  // The plan's commands are given once and are to be carried out.
  virtual const core::Plan& tick(TimePoint now) = 0;
  // The snapshot after the last tick. REQUIRES: tick() was called.
  virtual std::shared_ptr<const core::FleetView> view() const = 0;
};

// The product itself.
class SignalboxControl final : public Control {
 public:
  SignalboxControl(std::shared_ptr<const core::FleetSpec> spec, TimePoint now)
      : controller_(std::move(spec), now) {}

  bool on_signal(const core::Signal& signal, TimePoint now) override {
    return controller_.on_signal(signal, now).urgent;
  }
  void on_digest(const core::RouterDigest& digest, TimePoint now) override {
    controller_.on_digest(digest, now);
  }
  const core::Plan& tick(TimePoint now) override { return controller_.tick(now); }
  std::shared_ptr<const core::FleetView> view() const override { return controller_.view(); }

 private:
  core::Controller controller_;
};

}  // namespace signalbox::sim
