// SPDX-License-Identifier: Apache-2.0
//
// Who watches a run: told of everything that happens in it, changes nothing. Invariants are checked
// here rather than in the loop, so that the loop stays what it measures.
#pragma once

#include <cstddef>
#include <memory>

#include "base/ids.h"
#include "base/time.h"
#include "core/model/decision.h"
#include "core/model/fleet_view.h"
#include "core/model/plan.h"

namespace signalbox::sim {

class Witness {
 public:
  virtual ~Witness() = default;

  virtual void on_arrival(RequestId, std::size_t /*traffic*/, TimePoint /*now*/) {}
  virtual void on_decision(const core::Decision&, TimePoint /*now*/) {}
  // A request's answer, ours or a replica's, as its client sees it.
  virtual void on_answer(RequestId, int /*status*/, TimePoint /*now*/) {}
  // A replica began to serve it; the replica really serves `in_service` requests now.
  virtual void on_serving(RequestId, EndpointId, int /*in_service*/, TimePoint /*now*/) {}
  // After each tick, with what was really there.
  virtual void on_tick(const core::Plan&, const std::shared_ptr<const core::FleetView>&,
                       TimePoint /*now*/) {}
  // A command was carried out; of a launch whether the provider took it.
  virtual void on_launch(EndpointId, UnitId, bool /*accepted*/, TimePoint /*now*/) {}
  virtual void on_gone(EndpointId, TimePoint /*now*/) {}
};

}  // namespace signalbox::sim
