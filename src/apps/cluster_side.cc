// SPDX-License-Identifier: Apache-2.0
//
// Composition only; see cluster_side.h.
#include "apps/cluster_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "apps/workload_bindings.h"
#include "config/addresses.h"
#include "net/clock.h"

namespace signalbox::apps {

namespace {

// KEDA spreads its calls over the controllers it finds by name; one that was added is found when
// connections come anew.
constexpr Duration kScalerConnectionAge = 5min;

}  // namespace

ClusterSide::ClusterSide(asio::io_context& io, ClusterSideOptions options, Ports ports)
    : io_(io),
      options_(std::move(options)),
      ports_(std::move(ports)),
      schedule_(io),
      client_(io, schedule_, options_.access),
      bindings_(bindings_of(options_.config)) {
  const config::ClusterSection& cluster = *options_.config.cluster;
  if (!cluster.snapshot.empty()) {
    snapshot_.emplace(schedule_, cluster.snapshot + ".resources", ports_.tell);
  }
  if (cluster.resources) {
    keeper_.emplace(
        client_, schedule_,
        resources::ResourceKeeperOptions{
            .file = options_.text, .file_name = options_.file_name, .seed = options_.seed},
        resources::ResourceKeeper::Ports{
            .adopt = [this](const config::Composition& made) { adopted(made); },
            .is_leading = [this] { return may_write(); },
            .tell = ports_.tell,
            .earlier = [this](const std::string& label) { return earlier(label); }});
  }
}

ClusterSide::~ClusterSide() = default;

std::string ClusterSide::start() {
  if (const auto& wanted = options_.config.scaler) {
    http::GrpcLimits limits;
    limits.connection_age = kScalerConnectionAge;
    server_.emplace(io_, limits, options_.scaler_tls);
    scaler_.serve(*server_);
    const auto bound = server_->listen(wanted->listen);
    if (!bound.ok()) return "scaler.listen: " + bound.error().message;
  }
  if (keeper_) {
    if (snapshot_) {
      snapshot_->start([this] {
        return keeper_->is_synced() ? keeper_->objects()
                                    : std::map<std::string, std::vector<kube::KubeObject>>{};
      });
    }
    keeper_->start();
  } else {
    begun_ = schedule_.after({}, [this] { begin_election(); });
  }
  return {};
}

void ClusterSide::stop(std::function<void()> done) {
  observer_.reset();
  if (server_) server_->close();
  if (snapshot_) snapshot_->write();
  if (keeper_) keeper_->stop();
  if (!election_) return done();
  election_->release(std::move(done));
}

std::string ClusterSide::set_file(const std::string& text) {
  if (keeper_) return keeper_->set_file(text);
  auto made = config::compose(text, options_.file_name, {});
  if (!made.ok()) return config::render(made.error());
  adopted(*made);
  return {};
}

std::vector<cluster::Binding> ClusterSide::bindings_of(const config::Config& config) const {
  const std::string& own = options_.config.cluster->name_space;
  return workload_bindings(config, own.empty() ? options_.access.name_space : own);
}

void ClusterSide::adopted(const config::Composition& made) {
  bindings_ = bindings_of(made.config);
  // Before the view, whose units are numbered by it.
  if (actuator_) actuator_->bind(bindings_);
  ports_.adopt(made);
  begin_election();
}

// Not before there is a configuration: who has none would lead into nothing.
void ClusterSide::begin_election() {
  if (std::exchange(election_begun_, true)) return;
  const config::ClusterSection& cluster = *options_.config.cluster;
  if (cluster.lease.empty()) return on_leading();
  kube::ElectionOptions election;
  election.space = cluster.name_space.empty() ? options_.access.name_space : cluster.name_space;
  election.name = cluster.lease;
  election.identity = fmt::format("{}_{:016x}", options_.instance, options_.seed);
  election.address = options_.address;
  election.on_leading = [this] { on_leading(); };
  election.on_lost = [this] { on_lost(); };
  election.on_holder = [this](const kube::LeaseRecord& holder) { on_holder(holder); };
  election.tell = ports_.tell;
  election.seed = options_.seed;
  election_.emplace(client_, schedule_, std::move(election));
  election_->start();
}

bool ClusterSide::may_write() const {
  return actuator_ != nullptr && (!election_ || election_->is_leading());
}

void ClusterSide::on_leading() {
  observe({});
  actuator_ = std::make_unique<adapters::KubernetesActuator>(
      io_, client_, schedule_,
      adapters::KubernetesOptions{.bindings = bindings_,
                                  .karpenter = options_.config.cluster->karpenter,
                                  .snapshot = options_.config.cluster->snapshot,
                                  .may_write = [this] { return may_write(); },
                                  .tell = ports_.tell,
                                  .seed = options_.seed});
  actuator_->set_leading(true);
  ports_.lead(*actuator_);
}

// Writes stop before anything else does (B71).
void ClusterSide::on_lost() {
  actuator_->set_leading(false);
  ports_.lose();
  actuator_.reset();
}

void ClusterSide::on_holder(const kube::LeaseRecord& holder) {
  if (actuator_) return;
  observe(holder.holder.empty() ? std::string() : holder.address);
  ports_.follow(holder.address);
}

// Follows the leader's view, to answer KEDA by it.
void ClusterSide::observe(const std::string& leader) {
  if (leader == std::exchange(observed_, leader)) return;
  observer_.reset();
  const auto address = config::parse_endpoint(leader);
  if (leader.empty() || !address.ok()) return;
  link::LinkClientOptions wanted;
  wanted.control = *address;
  wanted.tls = options_.link_tls;
  wanted.server_name = options_.config.link ? options_.config.link->server_name : std::string();
  wanted.name = options_.instance;
  wanted.router = link::RouterId(options_.seed | 1U);
  wanted.observer = true;
  observer_ = std::make_unique<link::LinkClient>(
      io_, std::move(wanted),
      link::LinkClient::Ports{.parse = [this](const std::string& text)
                                  -> Result<std::shared_ptr<const core::FleetSpec>> {
                                auto read = config::load(text, "the leader's configuration");
                                if (!read.ok()) return Error{config::render(read.error())};
                                return std::shared_ptr<const core::FleetSpec>(
                                    std::make_shared<core::FleetSpec>(std::move(read->fleet)));
                              },
                              .publish =
                                  [this](std::shared_ptr<const core::FleetView> view) {
                                    scaler_.on_view(std::move(view));
                                  },
                              .digest = [] { return core::RouterDigest{}; },
                              .tell = ports_.tell});
  observer_->start();
}

void ClusterSide::on_view(std::shared_ptr<const core::FleetView> view) {
  if (keeper_) keeper_->on_view(view);
  // Until the replicas there are were found, fewer seem to be wanted; KEDA is answered by what was
  // known before.
  if (actuator_ == nullptr || !actuator_->is_complete()) return;
  actuator_->on_view(view);
  scaler_.on_view(std::move(view));
}

std::vector<kube::KubeObject> ClusterSide::earlier(const std::string& label) {
  if (!snapshot_) return {};
  const auto& objects = snapshot_->earlier().objects;
  const auto found = objects.find(label);
  return found == objects.end() ? std::vector<kube::KubeObject>() : found->second;
}

}  // namespace signalbox::apps
