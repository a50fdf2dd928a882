// SPDX-License-Identifier: Apache-2.0
//
// What is to be done in the cluster, as data: the picture decides it, whoever leads does it.
#pragma once

#include <string>

#include "base/ids.h"
#include "cluster/binding.h"

namespace signalbox::cluster {

struct Action {
  enum class Kind {
    kMarkPod,    // a low controller.kubernetes.io/pod-deletion-cost: this one goes first
    kRemovePod,  // the pod with this uid, and no later one of its name
    kScale,      // the workload has `replicas` from now on
  };

  Kind kind;
  UnitId unit;  // actions of one unit are done in order
  std::string space, name;
  std::string uid{};  // of a pod
  WorkloadKind workload = WorkloadKind::kDeployment;
  int replicas = 0;
  bool operator==(const Action&) const = default;
};

}  // namespace signalbox::cluster
