// SPDX-License-Identifier: Apache-2.0
//
// See pod_facts.h; https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
#include "cluster/pod_facts.h"

#include <boost/json/array.hpp>
#include <string_view>

namespace signalbox::cluster {

namespace {

using wire::array_at;
using wire::text_at;

// The condition of a type, or null.
const json::object* condition(const json::object& pod, std::string_view type) {
  const auto* conditions = array_at(pod, {"status", "conditions"});
  if (conditions == nullptr) return nullptr;
  for (const auto& one : *conditions) {
    if (one.is_object() && text_at(one.get_object(), {"type"}) == type) return &one.get_object();
  }
  return nullptr;
}

bool holds(const json::object* of) { return of != nullptr && text_at(*of, {"status"}) == "True"; }

std::uint16_t as_port(std::int64_t number) {
  return number > 0 && number < 65536 ? static_cast<std::uint16_t>(number) : 0;
}

template <class Visit>
void each_container_port(const json::object& pod, const Visit& visit) {
  const auto* containers = array_at(pod, {"spec", "containers"});
  if (containers == nullptr) return;
  for (const auto& container : *containers) {
    if (!container.is_object()) continue;
    const auto* ports = array_at(container.get_object(), {"ports"});
    if (ports == nullptr) continue;
    for (const auto& port : *ports) {
      if (port.is_object() && visit(port.get_object())) return;
    }
  }
}

std::string joined(std::string_view reason, std::string_view message) {
  std::string text(reason);
  if (!message.empty()) text.append(": ").append(message);
  return text;
}

// A Deployment's pods belong to a ReplicaSet, whose name is the Deployment's and the hash of the
// template that it made the pods from.
void read_owner(const json::object& pod, PodFacts& facts) {
  const auto* owners = array_at(pod, {"metadata", "ownerReferences"});
  if (owners == nullptr) return;
  for (const auto& one : *owners) {
    if (!one.is_object() || !wire::flag_at(one.get_object(), {"controller"}, false)) continue;
    const auto kind = text_at(one.get_object(), {"kind"});
    std::string_view name = text_at(one.get_object(), {"name"});
    if (kind == "StatefulSet") {
      facts.owner_kind = kind;
      facts.owner = name;
    } else if (kind == "ReplicaSet") {
      const auto hash = wire::label_of(pod, "pod-template-hash");
      const std::string end = "-" + std::string(hash);
      if (hash.empty() || !name.ends_with(end)) return;
      name.remove_suffix(end.size());
      facts.owner_kind = "Deployment";
      facts.owner = name;
    }
    return;
  }
}

}  // namespace

PodFacts read_pod(const json::object& pod) {
  PodFacts facts;
  facts.uid = wire::uid_of(pod);
  facts.space = wire::namespace_of(pod);
  facts.name = wire::name_of(pod);
  const auto phase = text_at(pod, {"status", "phase"});
  facts.is_over = phase == "Failed" || phase == "Succeeded";
  facts.is_ready = !facts.is_over && holds(condition(pod, "Ready"));
  facts.is_leaving = wire::is_being_deleted(pod);
  facts.node = text_at(pod, {"spec", "nodeName"});
  facts.ip = text_at(pod, {"status", "podIP"});
  each_container_port(pod, [&](const json::object& port) {
    facts.first_port = as_port(wire::integer_at(port, {"containerPort"}, 0));
    return facts.first_port != 0;
  });
  read_owner(pod, facts);
  return facts;
}

// What Kubernetes wrote of the whole pod says more than what a container's exit says.
std::string reason_of_end(const json::object& pod) {
  const auto reason = text_at(pod, {"status", "reason"});
  if (!reason.empty()) return joined(reason, text_at(pod, {"status", "message"}));
  if (const json::object* target = condition(pod, "DisruptionTarget"); holds(target)) {
    return joined(text_at(*target, {"reason"}), text_at(*target, {"message"}));
  }
  const auto* containers = array_at(pod, {"status", "containerStatuses"});
  if (containers != nullptr) {
    for (const auto& one : *containers) {
      if (!one.is_object()) continue;
      for (const char* state : {"state", "lastState"}) {
        const auto why = text_at(one.get_object(), {state, "terminated", "reason"});
        if (!why.empty() && why != "Completed") return std::string(why);
      }
    }
  }
  const auto phase = text_at(pod, {"status", "phase"});
  return phase == "Failed" || phase == "Succeeded" ? std::string(phase) : "deleted";
}

}  // namespace signalbox::cluster
