// SPDX-License-Identifier: Apache-2.0
//
// A controller's side towards its cluster, composed: who leads (a Lease), what the objects say (the
// configuration), what runs there (pods, nodes, NodeClaims), and what KEDA is answered.
//
// Of several controllers one leads. The others know the configuration, and answer KEDA from the
// leader's view, which they follow over the link. A leader that lost its Lease stops writing first;
// should it lead again, it begins anew, with nothing half remembered.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/keda_scaler.h"
#include "adapters/kubernetes_actuator.h"
#include "base/result.h"
#include "config/compose.h"
#include "http/grpc_server.h"
#include "kube/api_client.h"
#include "kube/election.h"
#include "kube/schedule.h"
#include "kube/snapshot_file.h"
#include "link/link_client.h"
#include "net/asio.h"
#include "resources/resource_keeper.h"

namespace signalbox::apps {

struct ClusterSideOptions {
  config::Config config;  // REQUIRES: has `cluster`
  std::string text;       // of the file
  std::string file_name;
  kube::Access access;
  std::string instance;  // the pod's name, or the host's
  std::string address;   // of our link, "host:port"; told to the others while we lead
  std::uint64_t seed = 1;
  std::shared_ptr<const net::TlsServer> scaler_tls = {};
  std::shared_ptr<const net::TlsClient> link_tls = {};  // to the leader's link
};

class ClusterSide {
 public:
  // Called on the loop.
  struct Ports {
    // The objects and the file together say something else than before.
    std::function<void(const config::Composition&)> adopt;
    // This one leads from here on, with what launches, stops and tells of replicas there; or does
    // not any more: then that is gone once this returned.
    std::function<void(adapters::KubernetesActuator&)> lead;
    std::function<void()> lose;
    // Another one does ("host:port" of its link, empty = not known).
    std::function<void(const std::string& leader)> follow;
    std::function<void(const std::string&)> tell;
  };

  ClusterSide(asio::io_context& io, ClusterSideOptions options, Ports ports);
  ~ClusterSide();
  ClusterSide(const ClusterSide&) = delete;
  ClusterSide& operator=(const ClusterSide&) = delete;

  // Binds the scaler's address and begins to watch. Returns what is wrong, or an empty text.
  std::string start();
  // Gives the Lease back where it is ours; `done` follows.
  void stop(std::function<void()> done);

  // The file says something else. Returns what is wrong with it; then nothing changes.
  std::string set_file(const std::string& text);
  // While this one leads.
  void on_view(std::shared_ptr<const core::FleetView> view);
  void on_plan(const core::Plan& plan) {
    if (keeper_) keeper_->on_plan(plan);
  }

 private:
  void begin_election();
  void on_leading();
  void on_lost();
  void on_holder(const kube::LeaseRecord& holder);
  void observe(const std::string& leader);
  void adopted(const config::Composition& made);
  std::vector<cluster::Binding> bindings_of(const config::Config& config) const;
  bool may_write() const;
  std::vector<kube::KubeObject> earlier(const std::string& label);

  asio::io_context& io_;
  const ClusterSideOptions options_;
  const Ports ports_;
  kube::LoopSchedule schedule_;
  kube::ApiClient client_;
  std::optional<kube::SnapshotFile> snapshot_;  // of our own kinds; none = there is none
  std::vector<cluster::Binding> bindings_;
  std::optional<resources::ResourceKeeper> keeper_;         // none = objects are not read
  std::unique_ptr<adapters::KubernetesActuator> actuator_;  // while this one leads
  std::optional<kube::Election> election_;                  // none = alone, or not begun
  adapters::KedaScaler scaler_;
  std::optional<http::GrpcServer> server_;
  std::unique_ptr<link::LinkClient> observer_;  // of the leader, while that is another
  std::string observed_;                        // its address
  std::unique_ptr<kube::Alarm> begun_;
  bool election_begun_ = false;
};

}  // namespace signalbox::apps
