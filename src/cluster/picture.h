// SPDX-License-Identifier: Apache-2.0
//
// The cluster as Signalbox sees it: objects go in as they are added, changed and removed, commands
// of the Controller go in as they are given, and out come signals for the Controller and actions
// for the cluster. It is a state machine like those of core: no clock, no socket, time is an
// argument, and so every trap of a real cluster is a test of a few lines.
//
// What is to be seen of a pod is looked at when the pod, its node or its workload changes, never by
// going through all of them: a cluster has thousands, and each changes many times as it starts.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/action.h"
#include "cluster/claims.h"
#include "cluster/membership.h"
#include "cluster/node_notices.h"
#include "cluster/pod_facts.h"
#include "cluster/prices.h"
#include "cluster/replicas.h"
#include "cluster/scaling.h"

namespace signalbox::cluster {

enum class ObjectKind {
  kPod,
  kDeployment,
  kStatefulSet,
  kInferencePool,
  kEndpointSlice,
  kNode,
  kEvent,
  kNodeClaim,
  kNodePool,
  kNodeOverlay,
};

// What the nodes under a unit's replicas are; empty where they differ or are not known.
struct UnitPlace {
  std::string instance_type, accelerator, zone, capacity_type, node_pool;
  bool operator==(const UnitPlace&) const = default;
};

class ClusterPicture {
 public:
  // `tell` is for the log: what happens and is no signal.
  ClusterPicture(std::vector<Binding> bindings, std::function<void(const std::string&)> tell);

  void put(ObjectKind kind, const wire::KubeObject& object, TimePoint now);
  void remove(ObjectKind kind, const wire::KubeObject& object, TimePoint now);

  void launch(EndpointId id, UnitId unit, TimePoint now);
  void stop(EndpointId id, TimePoint now);
  // UnitView.wanted of a unit.
  void want(UnitId unit, int replicas) { scaling_.want(unit, replicas); }

  // Karpenter's page of metrics; see prices.h.
  Result<std::size_t> take_prices(std::string_view page) { return prices_.take_page(page); }

  // Each second or so: launches that waited too long; now and then prices and limits.
  void tick(TimePoint now);

  // Since they were asked for last.
  std::vector<News> take_news();
  std::vector<Action> take_actions(TimePoint now) { return scaling_.due(membership_, now); }

  UnitPlace place(UnitId unit) const;
  const Replicas& replicas() const { return replicas_; }

 private:
  struct Pod {
    wire::KubeObject object;
    PodFacts facts;
  };

  struct Ending {
    TimePoint by{};
    bool by_taint = false;  // over once the taint is taken off
  };

  void put_pod(const wire::KubeObject& object, TimePoint now);
  void remove_pod(const wire::KubeObject& object);
  void look_at_pod(const Pod& pod, TimePoint now);
  void look_at_pool(const wire::KubeObject& pool, TimePoint now);
  void look_at_service(const std::string& service, TimePoint now);
  void put_node(const wire::KubeObject& node, TimePoint now);
  void remove_node(const std::string& name);
  void node_ends(const std::string& node, Ending ending);
  void hear(const json::object& event, TimePoint now);
  void hear_of_node(const EventFacts& event, TimePoint now);
  void hear_of_pod(const EventFacts& event);
  void refuse(const std::optional<ClaimRefusal>& refusal);
  bool refuse_pending(const ClaimRefusal& refusal, const std::string& words);
  bool refuse_awaited(const ClaimRefusal& refusal, const std::string& words);
  std::string why_no_pod_came(UnitId unit) const;
  void say_prices(TimePoint now);
  void say_limits();
  std::optional<double> price_of(const Binding& binding) const;
  // What pods take in each pool of each resource that its limits name, by unit.
  using PoolUse = std::map<std::string, std::map<std::string, std::map<UnitId, double>>>;
  PoolUse pool_use() const;
  std::optional<int> limit_of(const Binding& binding, const PoolUse& use) const;
  const json::object* labels_under(const Pod& pod) const;
  const json::object* pod_spec_of(const Binding& binding) const;

  Membership membership_;
  Replicas replicas_;
  Claims claims_;
  Prices prices_;
  ReplicaScaling scaling_;
  std::function<void(const std::string&)> tell_;

  std::map<std::string, Pod> pods_;                       // by uid
  std::map<std::string, std::set<std::string>> on_node_;  // uids of pods by node
  std::map<std::string, wire::KubeObject> nodes_;         // by name
  std::map<std::string, Ending> ending_nodes_;            // by name
  std::map<std::string, wire::KubeObject> node_pools_;    // by name
  std::map<UnitId, double> said_price_;
  std::map<UnitId, int> said_limit_;
  TimePoint units_looked_at_ = TimePoint::min();
  TimePoint prices_said_at_ = TimePoint::min();
  std::vector<News> other_news_;
};

}  // namespace signalbox::cluster
