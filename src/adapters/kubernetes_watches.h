// SPDX-License-Identifier: Apache-2.0
//
// Which objects of the cluster are watched for a set of units: their workloads, the pods of their
// namespaces, the slices of their Services, and what is the whole cluster's - nodes, the Events
// that matter, Karpenter's objects. As few as possible: each watch is memory here and work there.
#pragma once

#include <string>
#include <vector>

#include "cluster/binding.h"
#include "cluster/picture.h"
#include "kube/resource.h"

namespace signalbox::adapters {

struct KubernetesWatch {
  cluster::ObjectKind kind;
  kube::Resource resource;
  bool is_needed = false;  // without it nobody can say which replicas there are
};

std::vector<KubernetesWatch> watches_for(const std::vector<cluster::Binding>& bindings,
                                         bool karpenter);

}  // namespace signalbox::adapters
