// SPDX-License-Identifier: Apache-2.0
//
// Prices of instances at one instant, on demand and spot, per zone: a table as SkyPilot's public
// catalogue publishes it, or cut from it. docs/traces.md says how to get it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signalbox::sim {

struct InstancePrice {
  std::string instance;
  std::string region;
  std::string zone;
  std::optional<double> on_demand_usd_per_hour;  // none: not offered so
  std::optional<double> spot_usd_per_hour;
};

// In the file's order. The columns, with their names in the catalogue, are instance|InstanceType,
// region|Region, az|AvailabilityZone, on_demand_usd_h|Price and spot_usd_h|SpotPrice.
Result<std::vector<InstancePrice>> read_price_snapshot(const std::string& path);

// The row of an instance in a zone, or in the first zone of the file when `zone` is empty; nullptr
// when there is none.
const InstancePrice* find_price(const std::vector<InstancePrice>& prices, std::string_view instance,
                                std::string_view zone = {});

}  // namespace signalbox::sim
