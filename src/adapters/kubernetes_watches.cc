// SPDX-License-Identifier: Apache-2.0
//
// See kubernetes_watches.h.
#include "adapters/kubernetes_watches.h"

#include <set>

namespace signalbox::adapters {

namespace {

using cluster::ObjectKind;
using cluster::WorkloadKind;

kube::Resource events_of(const std::string& selector) {
  return {"", "v1", "events", "", "", selector};
}

void add_workloads(const std::vector<cluster::Binding>& bindings,
                   std::vector<KubernetesWatch>& watches) {
  std::set<std::pair<WorkloadKind, std::string>> done;
  for (const auto& binding : bindings) {
    const std::string& space = binding.space;
    if (binding.kind == WorkloadKind::kService) {
      watches.push_back({ObjectKind::kEndpointSlice,
                         {"discovery.k8s.io", "v1", "endpointslices", space,
                          "kubernetes.io/service-name=" + binding.name},
                         true});
      continue;
    }
    if (!done.emplace(binding.kind, space).second) continue;
    switch (binding.kind) {
      case WorkloadKind::kDeployment:
        watches.push_back({ObjectKind::kDeployment, {"apps", "v1", "deployments", space}, true});
        break;
      case WorkloadKind::kStatefulSet:
        watches.push_back({ObjectKind::kStatefulSet, {"apps", "v1", "statefulsets", space}, true});
        break;
      case WorkloadKind::kInferencePool:
        // A cluster has one of the two; the other is not there.
        watches.push_back({ObjectKind::kInferencePool,
                           {"inference.networking.k8s.io", "v1", "inferencepools", space}});
        watches.push_back({ObjectKind::kInferencePool,
                           {"inference.networking.x-k8s.io", "v1alpha2", "inferencepools", space}});
        break;
      case WorkloadKind::kService:
        break;
    }
  }
}

}  // namespace

std::vector<KubernetesWatch> watches_for(const std::vector<cluster::Binding>& bindings,
                                         bool karpenter) {
  std::vector<KubernetesWatch> watches;
  add_workloads(bindings, watches);
  std::set<std::string> spaces;
  for (const auto& binding : bindings) spaces.insert(binding.space);
  for (const auto& space : spaces) {
    watches.push_back({ObjectKind::kPod, {"", "v1", "pods", space}, true});
  }
  if (watches.empty()) return watches;
  watches.push_back({ObjectKind::kNode, {"", "v1", "nodes"}});
  watches.push_back({ObjectKind::kEvent, events_of("involvedObject.kind=Node")});
  watches.push_back(
      {ObjectKind::kEvent, events_of("involvedObject.kind=Pod,reason=NotTriggerScaleUp")});
  if (!karpenter) return watches;
  watches.push_back(
      {ObjectKind::kEvent, events_of("involvedObject.kind=Pod,reason=FailedScheduling")});
  watches.push_back({ObjectKind::kEvent, events_of("involvedObject.kind=NodeClaim")});
  watches.push_back({ObjectKind::kNodeClaim, {"karpenter.sh", "v1", "nodeclaims"}});
  watches.push_back({ObjectKind::kNodePool, {"karpenter.sh", "v1", "nodepools"}});
  watches.push_back({ObjectKind::kNodeOverlay, {"karpenter.sh", "v1alpha1", "nodeoverlays"}});
  return watches;
}

}  // namespace signalbox::adapters
