// SPDX-License-Identifier: Apache-2.0
//
// Spot price history as `aws ec2 describe-spot-price-history` prints it: one entry per change of a
// price, newest first, of any number of instance types and zones. docs/traces.md gives the command.
#pragma once

#include <compare>
#include <map>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "sim/workload/step_series.h"

namespace signalbox::sim {

struct SpotPool {
  std::string instance;  // "inf2.xlarge"
  std::string zone;      // "us-west-2a"

  auto operator<=>(const SpotPool&) const = default;
};

struct SpotPriceHistory {
  Duration origin{};  // of all the series' times: the earliest entry, since 1970 in UTC
  std::map<SpotPool, StepSeries<double>> usd_per_hour;
};

// Entries of another product (Windows, SUSE) than `product` are left out; an empty one takes all,
// which makes sense when the file holds one product.
Result<SpotPriceHistory> read_spot_prices(const std::string& path,
                                          const std::string& product = "Linux/UNIX");

}  // namespace signalbox::sim
