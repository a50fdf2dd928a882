// SPDX-License-Identifier: Apache-2.0
//
// See membership.h. Slices:
// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/ Pools:
// https://gateway-api-inference-extension.sigs.k8s.io/api-types/inferencepool/
#include "cluster/membership.h"

#include <boost/json/array.hpp>
#include <utility>

#include "cluster/requirements.h"

namespace signalbox::cluster {

namespace {

using wire::array_at;
using wire::flag_at;
using wire::integer_at;
using wire::object_at;
using wire::text_at;

// A pool's version from before it was v1.
bool is_older(const json::object& object) {
  return text_at(object, {"apiVersion"}).find(".x-k8s.io/") != std::string_view::npos;
}

std::string key_of(const Binding& binding) { return binding.space + "/" + binding.name; }

std::uint16_t as_port(std::int64_t number) {
  return number > 0 && number < 65536 ? static_cast<std::uint16_t>(number) : 0;
}

// v1 has spec.selector.matchLabels; the older v1alpha2 the labels themselves.
bool pool_selects(const json::object& pool, const json::object* labels) {
  const auto* selector = object_at(pool, {"spec", "selector"});
  if (selector == nullptr) return false;
  if (selector->contains("matchLabels") || selector->contains("matchExpressions")) {
    return selects(*selector, labels);
  }
  return selects({{"matchLabels", *selector}}, labels);
}

std::uint16_t pool_port(const json::object& pool) {
  const auto* ports = array_at(pool, {"spec", "targetPorts"});
  if (ports != nullptr && !ports->empty() && ports->front().is_object()) {
    return as_port(integer_at(ports->front().get_object(), {"number"}, 0));
  }
  return as_port(integer_at(pool, {"spec", "targetPortNumber"}, 0));
}

std::uint16_t slice_port(const json::object& slice) {
  const auto* ports = array_at(slice, {"ports"});
  if (ports == nullptr || ports->empty() || !ports->front().is_object()) return 0;
  return as_port(integer_at(ports->front().get_object(), {"port"}, 0));
}

// Whether it is ready is unknown where nothing is said, and then it is.
std::optional<ReplicaFacts> endpoint(const json::object& slice, const json::object& endpoint,
                                     std::uint16_t port) {
  const auto* addresses = array_at(endpoint, {"addresses"});
  if (addresses == nullptr || addresses->empty() || !addresses->front().is_string()) return {};
  ReplicaFacts facts;
  facts.address = {std::string(addresses->front().get_string()),
                   port != 0 ? port : slice_port(slice)};
  facts.uid = text_at(endpoint, {"targetRef", "uid"});
  if (facts.uid.empty()) {
    facts.uid = Membership::service_of(slice) + " at " + core::to_string(facts.address);
  }
  const bool terminating = flag_at(endpoint, {"conditions", "terminating"}, false);
  const bool ready = flag_at(endpoint, {"conditions", "ready"}, true);
  // One that is ending is never ready, and may serve what it has.
  const bool serving = flag_at(endpoint, {"conditions", "serving"}, ready);
  facts.is_ready = terminating ? serving : ready;
  facts.is_leaving = terminating;
  return facts;
}

}  // namespace

void Membership::put_workload(WorkloadKind kind, const wire::KubeObject& object) {
  wire::KubeObject& known = workloads_[{kind, wire::key_of(*object)}];
  if (!known || !is_older(*object) || is_older(*known)) known = object;
}

void Membership::remove_workload(WorkloadKind kind, const json::object& object) {
  const auto known = workloads_.find({kind, wire::key_of(object)});
  if (known == workloads_.end() || is_older(*known->second) != is_older(object)) return;
  workloads_.erase(known);
}

std::string Membership::service_of(const json::object& slice) {
  return std::string(wire::namespace_of(slice)) + "/" +
         std::string(wire::label_of(slice, "kubernetes.io/service-name"));
}

void Membership::put_slice(const std::string& key, wire::KubeObject object) {
  for (auto& [service, slices] : slices_) slices.erase(key);
  if (object) slices_[service_of(*object)][key] = std::move(object);
  std::erase_if(slices_, [](const auto& entry) { return entry.second.empty(); });
}

const Binding* Membership::binding(UnitId unit) const {
  for (const Binding& binding : bindings_) {
    if (binding.unit == unit) return &binding;
  }
  return nullptr;
}

const json::object* Membership::workload(const Binding& binding) const {
  return workload(binding.kind, key_of(binding));
}

const json::object* Membership::workload(WorkloadKind kind, const std::string& key) const {
  const auto at = workloads_.find({kind, key});
  return at == workloads_.end() ? nullptr : at->second.get();
}

std::optional<Membership::Place> Membership::place_of(const PodFacts& pod,
                                                      const json::object& object) const {
  for (const Binding& binding : bindings_) {
    if (binding.space != pod.space) continue;
    std::uint16_t port = binding.port;
    bool is_member = false;
    switch (binding.kind) {
      case WorkloadKind::kDeployment:
        is_member = pod.owner_kind == "Deployment" && pod.owner == binding.name;
        break;
      case WorkloadKind::kStatefulSet:
        is_member = pod.owner_kind == "StatefulSet" && pod.owner == binding.name;
        break;
      case WorkloadKind::kInferencePool: {
        const json::object* pool = workload(binding);
        is_member =
            pool != nullptr && pool_selects(*pool, object_at(object, {"metadata", "labels"}));
        if (is_member && port == 0) port = pool_port(*pool);
        break;
      }
      case WorkloadKind::kService:
        break;
    }
    if (!is_member) continue;
    if (port == 0) port = pod.first_port;
    const bool serves = pod.is_ready && !pod.ip.empty() && port != 0;
    return Place{binding.unit, {pod.uid, serves, {pod.ip, port}, pod.is_leaving}};
  }
  return {};
}

// While a replica moves from one slice to another it may stand in both; the one that says it serves
// is the newer.
std::vector<ReplicaFacts> Membership::replicas_of(const Binding& service) const {
  std::map<std::string, ReplicaFacts> merged;
  const auto slices = slices_.find(key_of(service));
  if (slices == slices_.end()) return {};
  for (const auto& [key, slice] : slices->second) {
    const auto* endpoints = array_at(*slice, {"endpoints"});
    if (endpoints == nullptr) continue;
    for (const auto& one : *endpoints) {
      if (!one.is_object()) continue;
      auto facts = endpoint(*slice, one.get_object(), service.port);
      if (!facts) continue;
      ReplicaFacts& place = merged[facts->uid];
      const bool is_newer = place.uid.empty() || (facts->is_ready && !facts->is_leaving);
      if (is_newer) place = std::move(*facts);
    }
  }
  std::vector<ReplicaFacts> out;
  for (auto& [uid, facts] : merged) out.push_back(std::move(facts));
  return out;
}

}  // namespace signalbox::cluster
