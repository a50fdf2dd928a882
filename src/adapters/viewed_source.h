// SPDX-License-Identifier: Apache-2.0
//
// A source that is told of the fleet: which units there are, and where their endpoints are. Its
// signals name units and endpoints by the ids of the latest view.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/http_prober.h"
#include "adapters/source_clock.h"
#include "control/ports.h"
#include "core/model/fleet_view.h"

namespace signalbox::adapters {

// What all of them are made with.
struct SourceOptions {
  std::string name;                // as its signals and complaints carry it
  std::vector<std::string> units;  // that it speaks of; empty = see each source
  Duration interval = 5s;          // > 0
  Duration timeout = 2s;           // of one question, > 0
  std::uint64_t seed = 1;          // of its pauses
  std::function<void(const std::string&)> tell = [](const std::string&) {};
  SourceClock clock = {};
};

// Lives on one event loop, as its sink.
class ViewedSource : public control::SignalSource {
 public:
  // To be called with each view published, also before start().
  virtual void on_view(const std::shared_ptr<const core::FleetView>& view) = 0;

  // How endpoints are spoken to from now on, by the name of the unit; see HttpProber. Of no matter
  // to a source that asks none.
  virtual void on_links(const std::map<std::string, ProbeLink>& /*links*/) {}
};

}  // namespace signalbox::adapters
