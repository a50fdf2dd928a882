// SPDX-License-Identifier: Apache-2.0
//
// What a controller and its gateways tell each other, as either could say it.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/model/testdata/fleets.h"
#include "fuzz/target.h"
#include "link/link.pb.h"
#include "link/report_codec.h"
#include "link/view_codec.h"

namespace signalbox::fuzz {

namespace {

const std::shared_ptr<const core::FleetSpec>& two_units() {
  static const auto spec = std::make_shared<const core::FleetSpec>(core::testdata::two_units());
  return spec;
}

link::v1::View whole_of(const core::FleetView& view) {
  link::ViewEncoder encoder;
  encoder.advance(view, 1);
  return encoder.snapshot();
}

bool in_order(const core::LeaseTable& table) {
  return std::ranges::is_sorted(table.leases, {}, &core::SlotLease::endpoint);
}

}  // namespace

void link_to_gateway(std::string_view bytes) {
  link::v1::ToGateway message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  if (const auto table = link::decode(message.leases()); table.ok()) {
    require(in_order(*table), "leases out of order");
    const auto again = link::decode(link::encode(*table));
    require(again.ok() && again->leases == table->leases, "other leases");
  }
  link::ViewDecoder decoder;
  const auto heard = decoder.take(message.view(), two_units(), TimePoint{});
  if (!heard.ok()) return;
  for (const auto& endpoint : std::as_const((*heard)->endpoints)) {
    require(endpoint.unit.index() < two_units()->units.size(), "an endpoint of no unit");
  }
  // Told on once, times that nobody could mean are bounded; from then on it is the same.
  std::string told;
  std::shared_ptr<const core::FleetView> view = *heard;
  for (int generation = 0; generation < 3; ++generation) {
    const link::v1::View whole = whole_of(*view);
    require(generation < 2 || whole.SerializeAsString() == told, "another view");
    told = whole.SerializeAsString();
    link::ViewDecoder other;
    const auto again = other.take(whole, two_units(), TimePoint{});
    require(again.ok(), "what was heard cannot be told on");
    view = *again;
  }
}

void link_from_gateway(std::string_view bytes) {
  link::v1::FromGateway message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const link::v1::Report& report =
      message.has_hello() ? message.hello().report() : std::as_const(message).report();
  link::ReportDecoder decoder;
  const core::RouterDigest heard = decoder.take(report, TimePoint{});
  require(std::ranges::is_sorted(heard.endpoints, {}, &core::EndpointDigest::endpoint),
          "endpoints out of order");
  for (const auto& endpoint : heard.endpoints) require(endpoint.in_flight >= 0, "fewer than none");
  link::ReportDecoder other;
  const auto told = link::ReportEncoder().encode(heard, 1);
  const auto again = link::ReportEncoder().encode(other.take(told, TimePoint{}), 1);
  require(again.SerializeAsString() == told.SerializeAsString(), "another report");
}

}  // namespace signalbox::fuzz
