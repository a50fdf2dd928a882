// SPDX-License-Identifier: Apache-2.0
//
// Strong identifiers. A unit index passed where an endpoint is meant must not compile. Service and
// unit ids are dense positions in the FleetSpec (so they index vectors); endpoint ids are issued
// once and never reused (so a late outcome can never be credited to a successor).
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace signalbox {

template <class Tag, class Rep>
struct Id {
  Rep value{};

  constexpr Id() = default;
  constexpr explicit Id(Rep v) : value(v) {}
  constexpr auto operator<=>(const Id&) const = default;
  // Position in a vector indexed by this id.
  constexpr std::size_t index() const { return static_cast<std::size_t>(value); }
};

using ServiceId = Id<struct ServiceTag, std::uint32_t>;
using UnitId = Id<struct UnitTag, std::uint32_t>;
using EndpointId = Id<struct EndpointTag, std::uint64_t>;
using RequestId = Id<struct RequestTag, std::uint64_t>;

}  // namespace signalbox

template <class Tag, class Rep>
struct std::hash<signalbox::Id<Tag, Rep>> {
  std::size_t operator()(signalbox::Id<Tag, Rep> id) const noexcept {
    // Fibonacci hashing: consecutive ids land far apart.
    return static_cast<std::size_t>(static_cast<std::uint64_t>(id.value) * 0x9E3779B97F4A7C15ULL);
  }
};
