// SPDX-License-Identifier: Apache-2.0
//
// Rows to prices; see trace_price_snapshot.h.
#include "sim/workload/trace_price_snapshot.h"

#include <algorithm>

#include "sim/workload/csv.h"

namespace signalbox::sim {

namespace {

constexpr double kMostUsdPerHour = 1e5;

}  // namespace

Result<std::vector<InstancePrice>> read_price_snapshot(const std::string& path) {
  auto table =
      CsvTable::open(path, {"instance|InstanceType", "region|Region", "az|AvailabilityZone",
                            "on_demand_usd_h|Price", "spot_usd_h|SpotPrice"});
  if (!table) return table.error();
  std::vector<InstancePrice> prices;
  while (true) {
    const auto row = table->next();
    if (!row) return row.error();
    if (!*row) return prices;
    if (table->text(0).empty()) return table->bad(0, "the name of an instance type");
    const auto on_demand = table->number_or_none(3, 0.0, kMostUsdPerHour);
    if (!on_demand) return on_demand.error();
    const auto spot = table->number_or_none(4, 0.0, kMostUsdPerHour);
    if (!spot) return spot.error();
    prices.push_back({std::string(table->text(0)), std::string(table->text(1)),
                      std::string(table->text(2)), *on_demand, *spot});
  }
}

const InstancePrice* find_price(const std::vector<InstancePrice>& prices, std::string_view instance,
                                std::string_view zone) {
  const auto found = std::find_if(prices.begin(), prices.end(), [&](const InstancePrice& price) {
    return price.instance == instance && (zone.empty() || price.zone == zone);
  });
  return found == prices.end() ? nullptr : &*found;
}

}  // namespace signalbox::sim
