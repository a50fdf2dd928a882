// SPDX-License-Identifier: Apache-2.0
//
// The other side of control's ports, for tests: an actuator that remembers what it was told and
// says nothing by itself, and a sink that keeps what it is given.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control/ports.h"

namespace signalbox::control {

class FakeActuator final : public Actuator {
 public:
  void launch(EndpointId id, UnitId, const core::UnitSpec& spec) override {
    launched.emplace_back(id, spec.name);
  }
  void stop(EndpointId id) override { stopped.push_back(id); }

  std::vector<std::pair<EndpointId, std::string>> launched;  // with the unit's name
  std::vector<EndpointId> stopped;
};

class FakeSink final : public SignalSink {
 public:
  void take(std::span<const core::Signal> batch) override {
    batch_sizes.push_back(batch.size());
    signals.insert(signals.end(), batch.begin(), batch.end());
  }

  // The signals of one kind, in the order they came.
  template <class Body>
  std::vector<Body> all() const {
    std::vector<Body> found;
    for (const core::Signal& signal : signals) {
      if (const Body* body = std::get_if<Body>(&signal.body)) found.push_back(*body);
    }
    return found;
  }

  std::vector<core::Signal> signals;
  std::vector<std::size_t> batch_sizes;
};

}  // namespace signalbox::control
