// SPDX-License-Identifier: Apache-2.0
//
// Prices as documents of JSON: our own short form, and what `aws ec2 describe-spot-price-history`
// prints. Bytes to values; whether a price can be believed is for others to say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signalbox::wire {

// {"prices": [{"unit": "sd21-g5", "usd_per_hour": 1.006, "at": "2025-03-26T09:41:07Z"}]}
struct UnitPrice {
  std::string unit;
  double usd_per_hour = 0.0;
  std::optional<std::int64_t> unix_nanos;  // when it was so, where the feed says it
};

Result<std::vector<UnitPrice>> read_unit_prices(std::string_view document);

// One market's price: the newest that the history has of it. A spot price holds until the next one
// is listed, so the newest is the present one, however old it is.
struct SpotPrice {
  std::string instance_type;  // "g5.xlarge"
  std::string zone;           // "us-west-2a"
  std::string product;        // "Linux/UNIX"
  double usd_per_hour = 0.0;
  std::int64_t unix_nanos = 0;  // since when
};

Result<std::vector<SpotPrice>> read_aws_spot_prices(std::string_view document);

}  // namespace signalbox::wire
