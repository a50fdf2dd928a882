// SPDX-License-Identifier: Apache-2.0
//
// See scaling.h;
// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost
#include "cluster/scaling.h"

namespace signalbox::cluster {

namespace {

bool is_due(TimePoint last, TimePoint now) {
  return last == TimePoint::min() || now - last >= ReplicaScaling::kAgain;
}

// The workload that made a pod, whichever way its unit finds it.
const json::object* maker_of_pod(const Membership& membership, const PodFacts& pod) {
  const auto kind =
      pod.owner_kind == "StatefulSet" ? WorkloadKind::kStatefulSet : WorkloadKind::kDeployment;
  if (pod.owner_kind.empty()) return nullptr;
  return membership.workload(kind, pod.space + "/" + pod.owner);
}

bool is_patchable(WorkloadKind kind) {
  return kind == WorkloadKind::kDeployment || kind == WorkloadKind::kStatefulSet;
}

}  // namespace

void ReplicaScaling::stop(UnitId unit, const PodFacts& pod) {
  auto& stopping = stopping_[pod.uid];
  stopping.unit = unit;
  stopping.pod = pod;
}

void ReplicaScaling::see(const PodFacts& pod) {
  const auto at = stopping_.find(pod.uid);
  if (at != stopping_.end()) at->second.pod = pod;
}

void ReplicaScaling::ended(const std::string& uid) { stopping_.erase(uid); }

void ReplicaScaling::want(UnitId unit, int replicas) { wanted_[unit].replicas = replicas; }

void ReplicaScaling::end_stopping(const Membership& membership, TimePoint now,
                                  std::vector<Action>& actions) {
  for (auto& [uid, stopping] : stopping_) {
    const PodFacts& pod = stopping.pod;
    if (pod.is_leaving) continue;
    // Once is enough: the mark stays on the pod.
    if (stopping.marked_at == TimePoint::min()) {
      stopping.marked_at = now;
      actions.push_back({Action::Kind::kMarkPod, stopping.unit, pod.space, pod.name, uid});
      continue;
    }
    const auto wanted = wanted_.find(stopping.unit);
    const json::object* maker = maker_of_pod(membership, pod);
    if (wanted == wanted_.end() || maker == nullptr || !is_due(stopping.removed_at, now)) continue;
    // Absent means one (apps/v1).
    const auto asked = wire::integer_at(*maker, {"spec", "replicas"}, 1);
    if (asked > wanted->second.replicas) continue;
    // It was told, but has not acted yet: the marked pod goes first, and were we to remove one
    // meanwhile, two would go.
    if (wire::integer_at(*maker, {"status", "replicas"}, 0) > asked) continue;
    stopping.removed_at = now;
    actions.push_back({Action::Kind::kRemovePod, stopping.unit, pod.space, pod.name, uid});
  }
}

std::vector<Action> ReplicaScaling::due(const Membership& membership, TimePoint now) {
  std::vector<Action> actions;
  end_stopping(membership, now, actions);
  for (auto& [unit, wanted] : wanted_) {
    const Binding* binding = membership.binding(unit);
    if (binding == nullptr || binding->scaling != Scaling::kDirect) continue;
    const json::object* workload = membership.workload(*binding);
    if (workload == nullptr || !is_patchable(binding->kind)) continue;
    if (wire::integer_at(*workload, {"spec", "replicas"}, 1) == wanted.replicas) continue;
    if (wanted.told == wanted.replicas && !is_due(wanted.told_at, now)) continue;
    wanted.told = wanted.replicas;
    wanted.told_at = now;
    actions.push_back({Action::Kind::kScale,
                       unit,
                       binding->space,
                       binding->name,
                       {},
                       binding->kind,
                       wanted.replicas});
  }
  return actions;
}

}  // namespace signalbox::cluster
