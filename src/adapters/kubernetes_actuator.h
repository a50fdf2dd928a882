// SPDX-License-Identifier: Apache-2.0
//
// Signalbox's hand in a Kubernetes cluster. Watches bring the objects, the picture
// (cluster/picture.h) makes signals of them, and what it wants done is done - by the one process
// that leads. A launch starts nothing here: it is answered by the pod that comes when KEDA, or our
// own patch, has raised the number of replicas to what the view says is wanted.
//
// Nothing is written before all that must be known is known and was told to the Controller: a
// process that starts into a running cluster sees no replicas for a moment, and would scale to
// none.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kubernetes_actions.h"
#include "adapters/kubernetes_watches.h"
#include "adapters/trouble.h"
#include "adapters/viewed_source.h"
#include "cluster/picture.h"
#include "control/ports.h"
#include "http/client.h"
#include "kube/api_client.h"
#include "kube/informer.h"
#include "kube/schedule.h"
#include "kube/snapshot_file.h"

namespace signalbox::adapters {

struct KubernetesOptions {
  std::vector<cluster::Binding> bindings;
  bool karpenter = true;  // its objects and Events are read
  // Asked for prices now and then, once a NodePool is known. Karpenter's chart puts it there; port
  // 0 = never.
  core::Address karpenter_metrics{"karpenter.kube-system.svc", 8080};
  std::string snapshot{};  // file of the last objects seen; empty = none
  // Asked before each write, beside set_leading(): Election::is_leading().
  std::function<bool()> may_write = [] { return true; };
  std::function<void(const std::string&)> tell = [](const std::string&) {};
  std::uint64_t seed = 1;
};

// Lives on one event loop, as its sink. Signals come from source "kubernetes", timed at receipt.
class KubernetesActuator final : public control::Actuator, public ViewedSource {
 public:
  using Options = KubernetesOptions;

  // `client` and `schedule` outlive it.
  KubernetesActuator(asio::io_context& io, kube::ApiClient& client, kube::Schedule& schedule,
                     Options options);
  // As stop().
  ~KubernetesActuator() override;
  KubernetesActuator(const KubernetesActuator&) = delete;
  KubernetesActuator& operator=(const KubernetesActuator&) = delete;

  void start(control::SignalSink& sink) override;
  // Leaves the cluster as it is. Nothing is written or reported afterwards.
  void stop() override;

  void launch(EndpointId id, UnitId unit, const core::UnitSpec& spec) override;
  void stop(EndpointId id) override;

  // How many replicas of each unit are wanted. A view of before is_complete() says nothing of it.
  void on_view(const std::shared_ptr<const core::FleetView>& view) override;

  // Whether this process writes. At first it does not.
  void set_leading(bool leads);

  // A reload: the units' ids and workloads are these from now on.
  void bind(std::vector<cluster::Binding> bindings);

  // All objects that decide which replicas there are have been seen, and the Controller was told: a
  // view that is published from now on counts them. What is wanted by one of before is not to be
  // passed on to anybody who scales.
  bool is_complete() const { return is_complete_; }

  // What the nodes under a unit's replicas are.
  cluster::UnitPlace place(UnitId unit) const { return picture_->place(unit); }

 private:
  struct Watched {
    KubernetesWatch what;
    std::unique_ptr<kube::Informer> informer;
  };

  void watch(const KubernetesWatch& what);
  void feed(cluster::ObjectKind kind, const kube::KubeObject& object, bool is_gone);
  void tick();
  void flush_soon();
  void flush();
  void act();
  bool all_needed_are_synced() const;
  void ask_prices();
  bool knows_node_pools() const;
  std::map<std::string, std::vector<kube::KubeObject>> cached() const;

  kube::ApiClient& client_;
  kube::Schedule& schedule_;
  Options options_;
  std::unique_ptr<cluster::ClusterPicture> picture_;
  KubernetesActions actions_;
  std::map<std::string, Watched> watched_;  // by the resource's label
  std::optional<kube::SnapshotFile> snapshot_;
  http::Client http_;
  Trouble price_trouble_;
  control::SignalSink* sink_ = nullptr;  // set while started
  bool leads_ = false;
  bool is_complete_ = false;
  std::unique_ptr<kube::Alarm> tick_, flush_, prices_;
  std::uint64_t seed_;
};

}  // namespace signalbox::adapters
