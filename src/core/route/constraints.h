// SPDX-License-Identifier: Apache-2.0
//
// Hard rules: which of a service's units may serve a request at all. By label - what the service
// demands, and what the class of the request's data demands - and by size. They follow from the
// configuration, so for labels the answers are worked out once, as one bit per unit: a rule costs a
// request one look-up, and nothing that comes later (price, mode, a shortage) can talk it away.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "core/model/fleet_spec.h"

namespace signalbox::core {

// Bit i stands for a service's i-th unit.
using UnitMask = std::uint32_t;
inline constexpr UnitMask kEveryUnit = ~UnitMask{0};

constexpr bool has_unit(UnitMask mask, std::size_t place) { return (mask >> place & 1U) != 0; }

// True when the unit has every label demanded, each with the same value.
bool has_labels(const UnitSpec& unit, std::span<const Label> demanded);

class Constraints {
 public:
  Constraints() = default;
  // REQUIRES: `spec` outlives this.
  explicit Constraints(const FleetSpec& spec);

  // The strictest for a name that is empty or unknown.
  DataClassIndex class_of(std::string_view name) const;
  // The units of the service that may see data of this class. REQUIRES: one that class_of() gave.
  UnitMask permitted(ServiceId service, DataClassIndex data_class) const {
    return permitted_[service.index() * classes_ + data_class];
  }
  // The units of the service that are made for so much work and so many tokens, prompt and answer
  // together; 0 tokens = unknown, and fits everywhere.
  UnitMask fitting(ServiceId service, double work, int tokens) const {
    return has_limits_[service.index()] ? within_limits(service, work, tokens) : kEveryUnit;
  }

 private:
  UnitMask within_limits(ServiceId service, double work, int tokens) const;

  const FleetSpec* spec_ = nullptr;
  std::size_t classes_ = 1;
  std::vector<UnitMask> permitted_;  // by service, then by class
  std::vector<bool> has_limits_;     // by service
};

}  // namespace signalbox::core
