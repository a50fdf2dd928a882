// SPDX-License-Identifier: Apache-2.0
//
// What limits or ends capacity, as documents of JSON: quotas, and notices that a machine will be
// taken back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace signalbox::wire {

// {"quotas": [{"unit": "sd21-g5", "max_replicas": 12}]}; null lifts the limit.
struct UnitQuota {
  std::string unit;
  std::optional<int> max_replicas;
};

Result<std::vector<UnitQuota>> read_quotas(std::string_view document);

// When a machine is taken back. `endpoint` is "host:port", and empty where the document is the
// machine's own.
struct SpotNotice {
  std::string endpoint;
  std::string action;  // "terminate", "stop", "hibernate"
  std::int64_t unix_nanos = 0;
};

// {"notices": [{"endpoint": "10.0.0.7:8000", "action": "terminate", "time": "..."}]}, of many
// machines.
Result<std::vector<SpotNotice>> read_spot_notices(std::string_view document);

// {"action": "terminate", "time": "2025-03-26T09:43:07Z"}, as EC2's instance metadata has it under
// /latest/meta-data/spot/instance-action.
Result<SpotNotice> read_instance_action(std::string_view document);

}  // namespace signalbox::wire
