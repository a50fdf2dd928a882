// SPDX-License-Identifier: Apache-2.0
//
// Which pods are replicas of which unit, and where they serve. A Deployment's and a StatefulSet's
// pods say themselves whose they are; an InferencePool selects them by label; of a Service the
// EndpointSlices say it, several for one Service, each with its own share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cluster/binding.h"
#include "cluster/pod_facts.h"
#include "cluster/replicas.h"

namespace signalbox::cluster {

class Membership {
 public:
  explicit Membership(std::vector<Binding> bindings) : bindings_(std::move(bindings)) {}

  // `kind` is the object's: Deployment, StatefulSet, InferencePool. Of a pool that is there in both
  // of its versions, as while a cluster moves from one to the other, the newer counts.
  void put_workload(WorkloadKind kind, const wire::KubeObject& object);
  void remove_workload(WorkloadKind kind, const json::object& object);
  void put_slice(const std::string& key, wire::KubeObject object);

  // The unit that a pod is a replica of, and how it is as such. Not of a Service's: see
  // replicas_of().
  struct Place {
    UnitId unit;
    ReplicaFacts facts;
  };
  std::optional<Place> place_of(const PodFacts& pod, const json::object& object) const;

  // Of a unit whose replicas are a Service's: all of them, by its slices.
  std::vector<ReplicaFacts> replicas_of(const Binding& service) const;

  // The Service that a slice belongs to, as "namespace/name".
  static std::string service_of(const json::object& slice);

  const std::vector<Binding>& bindings() const { return bindings_; }
  const Binding* binding(UnitId unit) const;
  // The object that a binding names; null while it is not known.
  const json::object* workload(const Binding& binding) const;
  const json::object* workload(WorkloadKind kind, const std::string& key) const;

 private:
  std::vector<Binding> bindings_;
  std::map<std::pair<WorkloadKind, std::string>, wire::KubeObject> workloads_;  // by kind and key
  std::map<std::string, std::map<std::string, wire::KubeObject>> slices_;  // by service, by key
};

}  // namespace signalbox::cluster
