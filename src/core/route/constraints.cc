// SPDX-License-Identifier: Apache-2.0
//
// Labels compared once per configuration; see constraints.h.
#include "core/route/constraints.h"

#include <algorithm>

#include "core/model/decision.h"

namespace signalbox::core {

namespace {

// Nobody looks at a service's units beyond those that a decision has room for.
std::size_t places(const ServiceSpec& service) {
  return std::min(service.units.size(), kMaxCandidates);
}

template <class Predicate>
UnitMask units_where(const FleetSpec& spec, const ServiceSpec& service, Predicate&& holds) {
  UnitMask mask = 0;
  for (std::size_t i = 0; i < places(service); ++i) {
    if (holds(spec.unit(service.units[i]))) mask |= UnitMask{1} << i;
  }
  return mask;
}

bool has_limit(const UnitSpec& unit) { return unit.max_work > 0.0 || unit.max_tokens > 0; }

}  // namespace

bool has_labels(const UnitSpec& unit, std::span<const Label> demanded) {
  return std::all_of(demanded.begin(), demanded.end(), [&](const Label& label) {
    return std::find(unit.labels.begin(), unit.labels.end(), label) != unit.labels.end();
  });
}

Constraints::Constraints(const FleetSpec& spec)
    : spec_(&spec), classes_(std::max<std::size_t>(1, spec.data.classes.size())) {
  const DataClass no_demands;
  for (const auto& service : spec.services) {
    for (std::size_t c = 0; c < classes_; ++c) {
      const DataClass& data = spec.data.classes.empty() ? no_demands : spec.data.classes[c];
      permitted_.push_back(units_where(spec, service, [&](const UnitSpec& unit) {
        return has_labels(unit, service.require) && has_labels(unit, data.require);
      }));
    }
    has_limits_.push_back(units_where(spec, service, has_limit) != 0);
  }
}

DataClassIndex Constraints::class_of(std::string_view name) const {
  if (name.empty() || spec_ == nullptr) return kStrictest;
  const auto& classes = spec_->data.classes;
  const auto named = std::find_if(classes.begin(), classes.end(),
                                  [&](const DataClass& data) { return data.name == name; });
  return named == classes.end() ? kStrictest : static_cast<DataClassIndex>(named - classes.begin());
}

UnitMask Constraints::within_limits(ServiceId service, double work, int tokens) const {
  return units_where(*spec_, spec_->service(service), [&](const UnitSpec& unit) {
    return (unit.max_work <= 0.0 || work <= unit.max_work) &&
           (unit.max_tokens <= 0 || tokens <= unit.max_tokens);
  });
}

}  // namespace signalbox::core
