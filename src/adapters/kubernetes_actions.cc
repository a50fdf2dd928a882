// SPDX-License-Identifier: Apache-2.0
//
// See kubernetes_actions.h.
#include "adapters/kubernetes_actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace signalbox::adapters {

namespace {

using cluster::Action;

// Any number below that of pods nobody marked, which is 0.
constexpr const char* kFirstToGo = "-1000";

const kube::Resource kPods{"", "v1", "pods"};

}  // namespace

kube::ApiCall call_of(const Action& action) {
  switch (action.kind) {
    case Action::Kind::kMarkPod:
      return kube::merge_call(
          kPods, action.space, action.name,
          {{"metadata",
            {{"uid", action.uid},
             {"annotations", {{"controller.kubernetes.io/pod-deletion-cost", kFirstToGo}}}}}});
    case Action::Kind::kRemovePod:
      return kube::remove_call(kPods, action.space, action.name, action.uid);
    case Action::Kind::kScale:
      break;
  }
  const bool is_set = action.workload == cluster::WorkloadKind::kStatefulSet;
  return kube::scale_call({"apps", "v1", is_set ? "statefulsets" : "deployments"}, action.space,
                          action.name, action.replicas);
}

KubernetesActions::KubernetesActions(kube::ApiClient& client, std::function<bool()> may_write,
                                     std::function<void(const std::string&)> tell)
    : client_(client),
      may_write_(std::move(may_write)),
      tell_(tell),
      trouble_(std::move(tell), "kubernetes") {}

void KubernetesActions::add(const Action& action) {
  auto& queue = waiting_[action.unit];
  if (std::find(queue.begin(), queue.end(), action) != queue.end()) return;
  queue.push_back(action);
  begin(action.unit);
}

void KubernetesActions::begin(UnitId unit) {
  auto& queue = waiting_[unit];
  if (queue.empty() || under_way_.contains(unit)) return;
  const Action action = queue.front();
  queue.pop_front();
  if (!may_write_()) {
    queue.clear();
    return;
  }
  under_way_[unit] = client_.call(
      call_of(action), [this, action, alive = std::weak_ptr(alive_)](const auto& answer) {
        if (alive.expired()) return;
        under_way_.erase(action.unit);
        on_answer(action, answer);
        begin(action.unit);
      });
}

void KubernetesActions::on_answer(const Action& action,
                                  const Result<kube::json::object, kube::ApiError>& answer) {
  if (answer.ok()) {
    trouble_.end();
    if (action.kind == Action::Kind::kScale) {
      tell_(fmt::format("{}/{} has {} replicas from now on", action.space, action.name,
                        action.replicas));
    } else if (action.kind == Action::Kind::kRemovePod) {
      tell_(fmt::format("pod {}/{} is removed, to be replaced", action.space, action.name));
    }
    return;
  }
  // A pod that is gone, or another by now, needs nothing any more. That a patch names another uid
  // is "invalid", where a deletion is a conflict.
  const bool is_another = action.kind == Action::Kind::kMarkPod && answer.error().code == 422;
  if (answer.error().is_not_found() || answer.error().is_conflict() || is_another) return;
  trouble_.begin({fmt::format("{} {}", answer.error().code, action.name), answer.error().message});
}

}  // namespace signalbox::adapters
