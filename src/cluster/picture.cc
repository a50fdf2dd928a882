// SPDX-License-Identifier: Apache-2.0
//
// Where each object goes, and what of it concerns which replica. See picture.h; prices, limits and
// places are in picture_of_units.cc.
#include "cluster/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "cluster/quantity.h"
#include "cluster/requirements.h"

namespace signalbox::cluster {

namespace {

WorkloadKind workload_kind(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kStatefulSet:
      return WorkloadKind::kStatefulSet;
    case ObjectKind::kInferencePool:
      return WorkloadKind::kInferencePool;
    default:
      return WorkloadKind::kDeployment;
  }
}

constexpr Duration kLookAtUnits = 5s;  // as a whole: prices and limits change slowly

// Who says that no node can be had for a pod, when he says so. The scheduler says the same as long
// as a node is on its way, which is no refusal.
struct Naysayer {
  std::string_view reporter, reason;
};
constexpr std::array kNaysayers = {
    Naysayer{"karpenter", "FailedScheduling"},
    Naysayer{"cluster-autoscaler", "NotTriggerScaleUp"},
};

const char* kind_in_words(const Binding& binding) {
  switch (binding.kind) {
    case WorkloadKind::kDeployment:
      return "Deployment";
    case WorkloadKind::kStatefulSet:
      return "StatefulSet";
    case WorkloadKind::kInferencePool:
      return "InferencePool";
    case WorkloadKind::kService:
      return "Service";
  }
  return "workload";
}

}  // namespace

ClusterPicture::ClusterPicture(std::vector<Binding> bindings,
                               std::function<void(const std::string&)> tell)
    : membership_(std::move(bindings)), tell_(std::move(tell)) {}

void ClusterPicture::put(ObjectKind kind, const wire::KubeObject& object, TimePoint now) {
  const std::string key = wire::key_of(*object);
  switch (kind) {
    case ObjectKind::kPod:
      return put_pod(object, now);
    case ObjectKind::kDeployment:
    case ObjectKind::kStatefulSet:
      return membership_.put_workload(workload_kind(kind), object);
    case ObjectKind::kInferencePool:
      membership_.put_workload(WorkloadKind::kInferencePool, object);
      return look_at_pool(object, now);
    case ObjectKind::kEndpointSlice:
      membership_.put_slice(key, object);
      return look_at_service(Membership::service_of(*object), now);
    case ObjectKind::kNode:
      return put_node(object, now);
    case ObjectKind::kEvent:
      return hear(*object, now);
    case ObjectKind::kNodeClaim:
      return refuse(claims_.put(object, now));
    case ObjectKind::kNodePool:
      node_pools_[key] = object;
      return;
    case ObjectKind::kNodeOverlay:
      return prices_.put_overlay(object);
  }
}

void ClusterPicture::remove(ObjectKind kind, const wire::KubeObject& object, TimePoint now) {
  const std::string key = wire::key_of(*object);
  switch (kind) {
    case ObjectKind::kPod:
      return remove_pod(object);
    case ObjectKind::kDeployment:
    case ObjectKind::kStatefulSet:
      return membership_.remove_workload(workload_kind(kind), *object);
    case ObjectKind::kInferencePool:
      // What it selected goes on serving: a pool that is made anew must not empty a fleet.
      return membership_.remove_workload(WorkloadKind::kInferencePool, *object);
    case ObjectKind::kEndpointSlice:
      membership_.put_slice(key, nullptr);
      return look_at_service(Membership::service_of(*object), now);
    case ObjectKind::kNode:
      return remove_node(key);
    case ObjectKind::kEvent:
      return;
    case ObjectKind::kNodeClaim:
      return claims_.remove(*object, now);
    case ObjectKind::kNodePool:
      node_pools_.erase(key);
      return;
    case ObjectKind::kNodeOverlay:
      return prices_.remove_overlay(*object);
  }
}

void ClusterPicture::put_pod(const wire::KubeObject& object, TimePoint now) {
  PodFacts facts = read_pod(*object);
  if (facts.uid.empty()) return;
  Pod& pod = pods_[facts.uid];
  if (!facts.node.empty()) on_node_[facts.node].insert(facts.uid);
  pod.object = object;
  pod.facts = std::move(facts);
  scaling_.see(pod.facts);
  look_at_pod(pod, now);
}

void ClusterPicture::look_at_pod(const Pod& pod, TimePoint now) {
  const std::string& uid = pod.facts.uid;
  if (pod.facts.is_over) {
    replicas_.lose(uid, reason_of_end(*pod.object));
    return scaling_.ended(uid);
  }
  const Replicas::Replica* known = replicas_.find(uid);
  const Binding* of = known == nullptr ? nullptr : membership_.binding(known->unit);
  if (of != nullptr && of->kind == WorkloadKind::kService) {
    // Its slices say the rest, a moment later.
    if (pod.facts.is_leaving) replicas_.leave(uid, now);
  } else if (const auto place = membership_.place_of(pod.facts, *pod.object)) {
    replicas_.see(place->unit, place->facts, now);
  } else if (of != nullptr && of->kind != WorkloadKind::kInferencePool) {
    replicas_.lose(uid,
                   fmt::format("no longer of {} {}/{}", kind_in_words(*of), of->space, of->name));
  } else if (of != nullptr && membership_.workload(*of) != nullptr) {
    replicas_.lose(uid, fmt::format("no longer selected by the pool {}/{}", of->space, of->name));
  }
  const auto ending = ending_nodes_.find(pod.facts.node);
  if (ending != ending_nodes_.end()) replicas_.leave(uid, ending->second.by);
}

void ClusterPicture::remove_pod(const wire::KubeObject& object) {
  const std::string uid(wire::uid_of(*object));
  replicas_.lose(uid, reason_of_end(*object));
  scaling_.ended(uid);
  const auto at = pods_.find(uid);
  if (at == pods_.end()) return;
  const auto node = on_node_.find(at->second.facts.node);
  if (node != on_node_.end()) {
    node->second.erase(uid);
    if (node->second.empty()) on_node_.erase(node);
  }
  pods_.erase(at);
}

// Any pod of the namespace may be one of a pool's: it is a matter of labels.
void ClusterPicture::look_at_pool(const wire::KubeObject& pool, TimePoint now) {
  for (const auto& [uid, pod] : pods_) {
    if (pod.facts.space == wire::namespace_of(*pool)) look_at_pod(pod, now);
  }
}

void ClusterPicture::look_at_service(const std::string& service, TimePoint now) {
  for (const Binding& binding : membership_.bindings()) {
    if (binding.kind != WorkloadKind::kService) continue;
    if (binding.space + "/" + binding.name != service) continue;
    std::set<std::string> present;
    for (const ReplicaFacts& facts : membership_.replicas_of(binding)) {
      present.insert(facts.uid);
      replicas_.see(binding.unit, facts, now);
      const auto pod = pods_.find(facts.uid);
      if (pod != pods_.end()) look_at_pod(pod->second, now);
    }
    std::vector<std::string> gone;
    for (const std::string& uid : replicas_.of(binding.unit)) {
      if (!present.contains(uid)) gone.push_back(uid);
    }
    for (const std::string& uid : gone) {
      replicas_.lose(uid, fmt::format("no longer an endpoint of the Service {}", service));
    }
  }
}

void ClusterPicture::put_node(const wire::KubeObject& node, TimePoint now) {
  const std::string name(wire::name_of(*node));
  nodes_[name] = node;
  const auto taint = ending_taint(*node);
  const auto known = ending_nodes_.find(name);
  // A notice gives minutes; a taint says that it begins.
  if (!taint.empty() && (known == ending_nodes_.end() || known->second.by > now)) {
    tell_(fmt::format("node {} is about to end ({}): its replicas get no more requests", name,
                      taint));
    node_ends(name, {now, true});
  } else if (taint.empty() && known != ending_nodes_.end() && known->second.by_taint) {
    tell_(fmt::format("node {} stays after all", name));
    ending_nodes_.erase(known);
    for (const std::string& uid : on_node_[name]) {
      const auto pod = pods_.find(uid);
      if (pod != pods_.end() && !pod->second.facts.is_leaving) {
        replicas_.leave(uid, TimePoint::max());
      }
    }
  }
}

void ClusterPicture::remove_node(const std::string& name) {
  nodes_.erase(name);
  ending_nodes_.erase(name);
}

void ClusterPicture::node_ends(const std::string& node, Ending ending) {
  const auto [at, is_new] = ending_nodes_.try_emplace(node, ending);
  at->second.by = std::min(at->second.by, ending.by);
  const auto pods = on_node_.find(node);
  if (pods == on_node_.end()) return;
  for (const std::string& uid : pods->second) replicas_.leave(uid, ending.by);
}

void ClusterPicture::hear(const json::object& event, TimePoint now) {
  const EventFacts facts = read_event(event);
  hear_of_node(facts, now);
  hear_of_pod(facts);
  refuse(claims_.hear(event, now));
}

void ClusterPicture::hear_of_node(const EventFacts& event, TimePoint now) {
  const auto notice = notice_of(event);
  if (!notice) return;
  std::string node = event.name;
  if (event.kind == "NodeClaim") {
    const json::object* claim = claims_.find(event.name);
    node = claim == nullptr ? "" : wire::text_at(*claim, {"status", "nodeName"});
  }
  if (node.empty()) return;
  tell_(fmt::format("node {}: {}: {}", node, event.reason, event.message));
  if (!notice->only_told) node_ends(node, {now + notice->left, false});
}

void ClusterPicture::hear_of_pod(const EventFacts& event) {
  if (event.kind != "Pod") return;
  for (const Naysayer& naysayer : kNaysayers) {
    if (event.reporter != naysayer.reporter || event.reason != naysayer.reason) continue;
    replicas_.refuse(event.uid, fmt::format("{}: {}", event.reporter, event.message));
  }
}

void ClusterPicture::refuse(const std::optional<ClaimRefusal>& refusal) {
  if (!refusal) return;
  const std::string words =
      fmt::format("{} (NodeClaim {})", refusal->words, wire::name_of(*refusal->claim));
  if (refuse_pending(*refusal, words) || refuse_awaited(*refusal, words)) return;
  tell_(fmt::format("{}: no replica that waits for a node would fit it", words));
}

// The pods that the claim was made for wait for a node and fit it. A node of several accelerators
// was for several of them.
bool ClusterPicture::refuse_pending(const ClaimRefusal& refusal, const std::string& words) {
  std::vector<const Pod*> waiting;
  for (const auto& [uid, pod] : pods_) {
    const Replicas::Replica* replica = replicas_.find(uid);
    if (replica == nullptr || replica->refused || !pod.facts.is_pending()) continue;
    const json::object* spec = wire::object_at(*pod.object, {"spec"});
    if (spec != nullptr && may_hold(*refusal.claim, *spec)) waiting.push_back(&pod);
  }
  const auto by_age = [&](const Pod* a, const Pod* b) {
    const auto* x = replicas_.find(a->facts.uid);
    const auto* y = replicas_.find(b->facts.uid);
    return std::tuple(x->found_at, a->facts.uid) < std::tuple(y->found_at, b->facts.uid);
  };
  std::sort(waiting.begin(), waiting.end(), by_age);
  if (waiting.empty()) return false;
  const UnitId unit = replicas_.find(waiting.front()->facts.uid)->unit;
  const json::object& spec = *wire::object_at(*waiting.front()->object, {"spec"});
  const std::string accelerator(accelerator_resource(spec));
  const double each = accelerator.empty() ? 0.0 : requested(spec, accelerator);
  const double all =
      read_quantity(wire::value_at(*refusal.claim, {"spec", "resources", "requests", accelerator}))
          .value_or(0.0);
  int left = each > 0.0 ? std::max(1, static_cast<int>(std::min(all / each + 1e-9, 1000.0))) : 1;
  for (const Pod* pod : waiting) {
    if (left == 0) break;
    if (replicas_.find(pod->facts.uid)->unit != unit) continue;
    if (replicas_.refuse(pod->facts.uid, words)) --left;
  }
  return true;
}

// No pod is seen yet, but one was asked for whose template fits.
bool ClusterPicture::refuse_awaited(const ClaimRefusal& refusal, const std::string& words) {
  for (const Binding& binding : membership_.bindings()) {
    if (replicas_.launches(binding.unit) == 0) continue;
    const json::object* spec = pod_spec_of(binding);
    if (spec == nullptr || !may_hold(*refusal.claim, *spec)) continue;
    return replicas_.refuse_launch(binding.unit, words);
  }
  return false;
}

void ClusterPicture::launch(EndpointId id, UnitId unit, TimePoint now) {
  replicas_.launch(id, unit, now);
}

void ClusterPicture::stop(EndpointId id, TimePoint) {
  if (!replicas_.stop(id)) return;
  const std::string uid = replicas_.uid_of(id);
  const auto pod = pods_.find(uid);
  if (pod != pods_.end()) scaling_.stop(replicas_.find(uid)->unit, pod->second.facts);
}

std::string ClusterPicture::why_no_pod_came(UnitId unit) const {
  const Binding* binding = membership_.binding(unit);
  if (binding == nullptr) return "no pod came: the unit is bound to nothing in the cluster";
  const std::string name =
      fmt::format("{} {}/{}", kind_in_words(*binding), binding->space, binding->name);
  const json::object* workload = membership_.workload(*binding);
  if (workload == nullptr && binding->kind != WorkloadKind::kService) {
    return fmt::format("no pod came: there is no {}", name);
  }
  const std::int64_t stands =
      workload == nullptr ? -1 : wire::integer_at(*workload, {"spec", "replicas"}, -1);
  return fmt::format("no pod came within {:.0f} s{}: {}", to_seconds(Replicas::kLaunchPatience),
                     stands < 0 ? "" : fmt::format("; {} stands at {} replicas", name, stands),
                     binding->scaling == Scaling::kKeda
                         ? "does a ScaledObject ask signalbox about it, and may KEDA scale so far?"
                         : "does something else set its number of replicas?");
}

void ClusterPicture::tick(TimePoint now) {
  replicas_.expire(now, [this](UnitId unit) { return why_no_pod_came(unit); });
  claims_.forget_old(now);
  if (units_looked_at_ != TimePoint::min() && now - units_looked_at_ < kLookAtUnits) return;
  units_looked_at_ = now;
  say_prices(now);
  say_limits();
}

std::vector<News> ClusterPicture::take_news() {
  std::vector<News> news = replicas_.take();
  for (News& one : std::exchange(other_news_, {})) news.push_back(std::move(one));
  return news;
}

}  // namespace signalbox::cluster
