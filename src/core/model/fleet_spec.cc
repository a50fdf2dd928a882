// SPDX-License-Identifier: Apache-2.0
//
// Look-ups by name, and the words the model's enums are known by in config, metrics and pages.
#include "core/model/fleet_spec.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace signalbox::core {

namespace {

template <class IdType, class Specs>
std::optional<IdType> find_by_name(const Specs& specs, std::string_view name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  if (found == specs.end()) return std::nullopt;
  return IdType(static_cast<std::uint32_t>(found - specs.begin()));
}

}  // namespace

std::optional<UnitId> FleetSpec::find_unit(std::string_view name) const {
  return find_by_name<UnitId>(units, name);
}

std::optional<ServiceId> FleetSpec::find_service(std::string_view name) const {
  return find_by_name<ServiceId>(services, name);
}

std::string to_string(const Address& address) {
  constexpr std::size_t kBrackets = 2, kColonAndPort = 6;
  const bool ipv6 = address.host.find(':') != std::string::npos;
  std::array<char, 8> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), address.port).ptr;
  std::string text;
  text.reserve(address.host.size() + kBrackets + kColonAndPort);
  if (ipv6) text += '[';
  text += address.host;
  if (ipv6) text += ']';
  text += ':';
  text.append(digits.data(), end);
  return text;
}

const char* to_string(Mode mode) {
  return mode == Mode::kCostOptimized ? "cost_optimized" : "capacity_optimized";
}

const char* to_string(Policy policy) {
  return policy == Policy::kCostFirst ? "cost_first" : "capacity_first";
}

const char* to_string(Resilience resilience) {
  switch (resilience) {
    case Resilience::kNone:
      return "none";
    case Resilience::kZone:
      return "zone";
    case Resilience::kUnit:
      return "unit";
  }
  return "?";
}

const char* to_string(ObjectiveClass objective_class) {
  switch (objective_class) {
    case ObjectiveClass::kInteractive:
      return "interactive";
    case ObjectiveClass::kBatch:
      return "batch";
    case ObjectiveClass::kCritical:
      return "critical";
  }
  return "?";
}

const char* to_string(SourceStanding standing) {
  switch (standing) {
    case SourceStanding::kSilent:
      return "silent";
    case SourceStanding::kTrusted:
      return "trusted";
    case SourceStanding::kStale:
      return "stale";
    case SourceStanding::kQuarantined:
      return "quarantined";
  }
  return "?";
}

const char* to_string(Tier tier) {
  switch (tier) {
    case Tier::kOnDemand:
      return "on-demand";
    case Tier::kSpot:
      return "spot";
    case Tier::kReserved:
      return "reserved";
    case Tier::kOwned:
      return "owned";
  }
  return "?";
}

const char* to_string(RoutingPolicy routing) {
  switch (routing) {
    case RoutingPolicy::kSignalbox:
      return "signalbox";
    case RoutingPolicy::kPaperWeighted:
      return "paper-weighted";
    case RoutingPolicy::kPaperEqual:
      return "paper-equal";
    case RoutingPolicy::kPaperBinary:
      return "paper-binary";
    case RoutingPolicy::kRoundRobin:
      return "round-robin";
    case RoutingPolicy::kLeastRequest:
      return "least-request";
    case RoutingPolicy::kPowerOfTwo:
      return "p2c";
  }
  return "?";
}

}  // namespace signalbox::core
