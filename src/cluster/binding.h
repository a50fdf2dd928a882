// SPDX-License-Identifier: Apache-2.0
//
// Which objects of a cluster are the replicas of a unit, and who changes their number.
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace signalbox::cluster {

enum class WorkloadKind { kDeployment, kStatefulSet, kInferencePool, kService };

enum class Scaling {
  kKeda,    // KEDA asks us how many there shall be, and scales
  kDirect,  // we set the number of replicas ourselves
  kNone,    // somebody else's business; we only watch
};

struct Binding {
  UnitId unit;
  std::string unit_name;
  WorkloadKind kind = WorkloadKind::kDeployment;
  std::string space, name;
  std::uint16_t port = 0;  // 0 = what the pod, the pool or the service says
  Scaling scaling = Scaling::kKeda;
  bool operator==(const Binding&) const = default;
};

}  // namespace signalbox::cluster
