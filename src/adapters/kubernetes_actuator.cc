// SPDX-License-Identifier: Apache-2.0
//
// See kubernetes_actuator.h.
#include "adapters/kubernetes_actuator.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/assert.h"

namespace signalbox::adapters {

namespace {

constexpr const char* kSource = "kubernetes";
constexpr Duration kTick = 1s;
constexpr Duration kPrices = 300s;      // Karpenter itself learns them every twelve hours
constexpr Duration kPricesAgain = 30s;  // after a failure
constexpr Duration kPricesTimeout = 10s;

}  // namespace

KubernetesActuator::KubernetesActuator(asio::io_context& io, kube::ApiClient& client,
                                       kube::Schedule& schedule, Options options)
    : client_(client),
      schedule_(schedule),
      options_(std::move(options)),
      picture_(std::make_unique<cluster::ClusterPicture>(options_.bindings, options_.tell)),
      actions_(
          client, [this] { return leads_ && is_complete_ && options_.may_write(); }, options_.tell),
      http_(io),
      price_trouble_(options_.tell, "prices of Karpenter"),
      seed_(options_.seed) {}

KubernetesActuator::~KubernetesActuator() { stop(); }

void KubernetesActuator::start(control::SignalSink& sink) {
  SIGNALBOX_ASSERT(sink_ == nullptr);
  sink_ = &sink;
  if (!options_.snapshot.empty()) {
    snapshot_.emplace(schedule_, options_.snapshot, options_.tell);
    snapshot_->start([this] { return cached(); });
  }
  for (const auto& what : watches_for(options_.bindings, options_.karpenter)) watch(what);
  ask_prices();
  tick();
}

void KubernetesActuator::stop() {
  if (sink_ == nullptr) return;
  sink_ = nullptr;
  leads_ = false;
  tick_.reset();
  flush_.reset();
  prices_.reset();
  http_.close();
  actions_.clear();
  for (auto& [label, watched] : watched_) watched.informer->stop();
  snapshot_.reset();
}

void KubernetesActuator::watch(const KubernetesWatch& what) {
  const std::string label = what.resource.label();
  if (watched_.contains(label)) return;
  Watched& watched = watched_[label];
  watched.what = what;
  const auto kind = what.kind;
  kube::InformerOptions options;
  options.resource = what.resource;
  options.tell = options_.tell;
  options.seed = ++seed_;
  // An Event that is there before us is of the past: what it announced has happened since.
  const auto is_history = [this, label, kind] {
    const auto& informer = watched_.at(label).informer;
    return kind == cluster::ObjectKind::kEvent && !informer->is_synced();
  };
  options.events = {[=, this](const kube::KubeObject& object) {
                      if (!is_history()) feed(kind, object, false);
                    },
                    [=, this](const kube::KubeObject&, const kube::KubeObject& object) {
                      if (!is_history()) feed(kind, object, false);
                    },
                    [=, this](const kube::KubeObject& object) { feed(kind, object, true); }};
  options.on_synced = [this] { flush_soon(); };
  options.fallback = [this, label] {
    if (!snapshot_) return std::vector<kube::KubeObject>{};
    const auto& objects = snapshot_->earlier().objects;
    const auto at = objects.find(label);
    return at == objects.end() ? std::vector<kube::KubeObject>{} : at->second;
  };
  watched.informer = std::make_unique<kube::Informer>(client_, schedule_, std::move(options));
  watched.informer->start();
}

void KubernetesActuator::feed(cluster::ObjectKind kind, const kube::KubeObject& object,
                              bool is_gone) {
  const TimePoint now = schedule_.now();
  if (is_gone) {
    picture_->remove(kind, object, now);
  } else {
    picture_->put(kind, object, now);
  }
  flush_soon();
}

void KubernetesActuator::launch(EndpointId id, UnitId unit, const core::UnitSpec&) {
  picture_->launch(id, unit, schedule_.now());
  flush_soon();
}

void KubernetesActuator::stop(EndpointId id) {
  picture_->stop(id, schedule_.now());
  flush_soon();
}

void KubernetesActuator::on_view(const std::shared_ptr<const core::FleetView>& view) {
  if (!is_complete_ || sink_ == nullptr) return;
  for (const auto& binding : options_.bindings) {
    const auto index = binding.unit.index();
    const bool is_planned = index < view->units.size() && view->spec &&
                            index < view->spec->units.size() && view->spec->units[index].managed;
    if (is_planned) picture_->want(binding.unit, view->units[index].wanted);
  }
  // After the commands that belong to the plan, which come behind its view.
  flush_soon();
}

void KubernetesActuator::set_leading(bool leads) {
  leads_ = leads;
  if (!leads) actions_.clear();
}

void KubernetesActuator::bind(std::vector<cluster::Binding> bindings) {
  const auto before = std::exchange(options_.bindings, std::move(bindings));
  const auto old = std::exchange(
      picture_, std::make_unique<cluster::ClusterPicture>(options_.bindings, options_.tell));
  const TimePoint now = schedule_.now();
  std::set<std::string> wanted;
  if (sink_ != nullptr) {
    for (const auto& what : watches_for(options_.bindings, options_.karpenter)) {
      wanted.insert(what.resource.label());
      watch(what);
    }
  }
  std::erase_if(watched_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  for (const auto& [label, watched] : watched_) {
    if (watched.what.kind == cluster::ObjectKind::kEvent) continue;
    for (const auto& object : watched.informer->cache().all()) {
      picture_->put(watched.what.kind, object, now);
    }
  }
  // What waits for its pod goes on waiting, under the unit of the same name; not for one that
  // stands.
  for (const auto& launch : old->replicas().waiting()) {
    for (const auto& binding : before) {
      if (binding.unit != launch.unit) continue;
      for (const auto& other : options_.bindings) {
        if (other.unit_name == binding.unit_name)
          picture_->launch(launch.id, other.unit, launch.at);
      }
    }
  }
  for (const auto& [uid, replica] : old->replicas().all()) {
    if (replica.stopping) picture_->stop(replica.id, now);
  }
  // New watches have to be in step first.
  is_complete_ = false;
  if (sink_ != nullptr) ask_prices();
  flush_soon();
}

void KubernetesActuator::tick() {
  picture_->tick(schedule_.now());
  flush();
  tick_ = schedule_.after(kTick, [this] { tick(); });
}

// Not from inside the caller's own call, and once for all that one piece of news brings.
void KubernetesActuator::flush_soon() {
  if (sink_ == nullptr || flush_) return;
  flush_ = schedule_.after({}, [this] {
    flush_.reset();
    flush();
  });
}

void KubernetesActuator::flush() {
  if (sink_ == nullptr) return;
  std::vector<core::Signal> batch;
  for (auto& one : picture_->take_news()) {
    batch.push_back({schedule_.now(), kSource, std::move(one)});
  }
  if (!batch.empty()) sink_->take(batch);
  if (!is_complete_ && all_needed_are_synced()) {
    is_complete_ = true;
    options_.tell(
        fmt::format("the cluster is known: {} replicas", picture_->replicas().all().size()));
  }
  act();
}

void KubernetesActuator::act() {
  if (!leads_ || !is_complete_ || sink_ == nullptr) return;
  for (const auto& action : picture_->take_actions(schedule_.now())) actions_.add(action);
}

bool KubernetesActuator::all_needed_are_synced() const {
  for (const auto& [label, watched] : watched_) {
    if (watched.what.is_needed && !watched.informer->is_synced()) return false;
  }
  return true;
}

bool KubernetesActuator::knows_node_pools() const {
  for (const auto& [label, watched] : watched_) {
    if (watched.what.kind == cluster::ObjectKind::kNodePool) {
      return watched.informer->cache().size() > 0;
    }
  }
  return false;
}

void KubernetesActuator::ask_prices() {
  if (!options_.karpenter || options_.karpenter_metrics.port == 0) return;
  if (!knows_node_pools()) {
    prices_ = schedule_.after(kPricesAgain, [this] { ask_prices(); });
    return;
  }
  http::Request request;
  request.target = "/metrics";
  http_.call(options_.karpenter_metrics, request, {.timeout = kPricesTimeout},
             [this](const Result<http::Response, http::ClientError>& answer) {
               std::string problem;
               if (!answer.ok()) {
                 problem = answer.error().message;
               } else if (answer->status != 200) {
                 problem = fmt::format("HTTP {}", answer->status);
               } else if (const auto taken = picture_->take_prices(answer->body); !taken.ok()) {
                 problem = taken.error().message;
               }
               if (problem.empty()) {
                 price_trouble_.end();
               } else {
                 price_trouble_.begin({"prices", problem});
               }
               prices_ = schedule_.after(problem.empty() ? kPrices : kPricesAgain,
                                         [this] { ask_prices(); });
             });
}

// Nothing until they are in step: what is half seen is no picture of a cluster.
std::map<std::string, std::vector<kube::KubeObject>> KubernetesActuator::cached() const {
  if (!is_complete_) return {};
  std::map<std::string, std::vector<kube::KubeObject>> objects;
  for (const auto& [label, watched] : watched_) {
    if (watched.what.kind == cluster::ObjectKind::kEvent) continue;
    objects[label] = watched.informer->cache().all();
  }
  return objects;
}

}  // namespace signalbox::adapters
