// SPDX-License-Identifier: Apache-2.0
//
// Instances of the codec for whole values; see core_codec.h.
#include "journal/core_codec.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "journal/describe.h"

namespace signalbox::journal {

// A Profile keeps its points to itself: it is written as what it is made of, and made again by the
// same factory, whose requirements are checked first.
void describe(Encoder& io, const core::Profile& value) { io(value.points(), value.spread()); }

void describe(Decoder& io, core::Profile& value) {
  std::vector<core::Profile::Point> points;
  double spread = 0.0;
  io(points, spread);
  bool sound = !points.empty() && std::isfinite(spread) && spread >= 0.0;
  for (std::size_t i = 0; sound && i < points.size(); ++i) {
    sound = points[i].latency > Duration::zero() &&
            points[i].in_flight > (i == 0 ? 0 : points[i - 1].in_flight);
  }
  if (!sound) return io.bytes().fail();
  value = core::Profile::measured(std::move(points), spread);
}

namespace {

bool is_sound(const core::FleetSpec& spec) {
  const auto unit_exists = [&](UnitId unit) { return unit.index() < spec.units.size(); };
  const auto service_is_sound = [&](const core::ServiceSpec& service) {
    return std::all_of(service.units.begin(), service.units.end(), unit_exists) &&
           service.units.size() <= core::kMaxCandidates && service.max_held >= 0 &&
           (service.weights.empty() || service.weights.size() == service.units.size());
  };
  const core::Tenancy& tenancy = spec.tenancy;
  return spec.data.classes.size() <= core::kMaxDataClasses && tenancy.default_weight > 0.0 &&
         std::all_of(tenancy.named.begin(), tenancy.named.end(),
                     [](const core::TenantShare& tenant) { return tenant.weight > 0.0; }) &&
         std::all_of(spec.services.begin(), spec.services.end(), service_is_sound) &&
         std::all_of(spec.units.begin(), spec.units.end(),
                     [](const core::UnitSpec& unit) { return unit.slots >= 1; }) &&
         spec.control.tick > Duration::zero();
}

template <class T>
void encode_any(const T& value, std::string& out) {
  Encoder encoder(out);
  encoder(value);
}

template <class T>
Result<T> decode_any(std::string_view bytes, const char* what) {
  Decoder decoder(bytes);
  T value{};
  decoder(value);
  if (!decoder.bytes().ok() || !decoder.bytes().at_end()) {
    return Error{std::string("these bytes are no ") + what + " of this version"};
  }
  return value;
}

}  // namespace

void encode(const core::FleetSpec& spec, std::string& out) { encode_any(spec, out); }
void encode(const core::Signal& signal, std::string& out) { encode_any(signal, out); }
void encode(const core::Decision& decision, std::string& out) { encode_any(decision, out); }
void encode(const core::Plan& plan, std::string& out) { encode_any(plan, out); }

Result<core::FleetSpec> decode_spec(std::string_view bytes) {
  auto spec = decode_any<core::FleetSpec>(bytes, "fleet spec");
  if (spec.ok() && !is_sound(*spec)) return Error{"this fleet spec contradicts itself"};
  return spec;
}

Result<core::Signal> decode_signal(std::string_view bytes) {
  return decode_any<core::Signal>(bytes, "signal");
}

Result<core::Decision> decode_decision(std::string_view bytes) {
  return decode_any<core::Decision>(bytes, "decision");
}

}  // namespace signalbox::journal
