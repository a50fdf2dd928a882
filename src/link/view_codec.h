// SPDX-License-Identifier: Apache-2.0
//
// A fleet view as messages, whole or as what changed since another. The configuration is not part
// of it: that travels as text, and ids mean something under its version only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/model/fleet_view.h"
#include "core/scale/slot_leases.h"
#include "link/link.pb.h"

namespace signalbox::link {

using core::RouterId;

// The version of a configuration: a hash of its text, so that it is the same under every
// controller.
std::uint64_t spec_version(std::string_view text);

// The side that sends: keeps the latest view in pieces, to tell what of the next is different.
class ViewEncoder {
 public:
  // `spec` is the version of the view's configuration. Returns the change from the view before, or
  // nothing when there is none to speak of: the first, or one of another configuration.
  std::optional<v1::View> advance(const core::FleetView& view, std::uint64_t spec);
  // The latest, whole. REQUIRES: advance() was called.
  v1::View snapshot() const;
  std::uint64_t number() const { return number_; }

 private:
  struct Pieces {
    std::vector<v1::View::Unit> units;
    std::vector<v1::View::Service> services;
    std::map<std::uint64_t, v1::View::Endpoint> endpoints;
    v1::View::Sources sources;
  };

  v1::View head_;  // of the latest: all but the pieces
  Pieces pieces_;
  core::SharedList<core::EndpointView> endpoints_;  // that `pieces_` holds
  std::uint64_t number_ = 0;                        // of the latest; 0 = none yet
};

// The side that hears: puts views together again.
class ViewDecoder {
 public:
  // Takes a whole view or a change. An error means that it does not follow from what was heard
  // before, or cannot be: ask for the whole. `spec` is the configuration of the version it names.
  // `now` is when it came: times are moved by what the two clocks differ.
  Result<std::shared_ptr<core::FleetView>> take(const v1::View& view,
                                                std::shared_ptr<const core::FleetSpec> spec,
                                                TimePoint now);
  // Everything heard before is void.
  void forget() { latest_ = nullptr; }

 private:
  std::shared_ptr<const core::FleetView> latest_;
  std::uint64_t number_ = 0;
  std::uint64_t spec_ = 0;
  std::uint64_t endpoints_version_ = 0;
  Duration clocks_differ_by_{};
};

v1::Leases encode(const core::LeaseTable& table);
// What cannot be - unordered ids, lists of different lengths - is an error.
Result<core::LeaseTable> decode(const v1::Leases& leases);

}  // namespace signalbox::link
