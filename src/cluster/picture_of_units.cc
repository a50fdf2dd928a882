// SPDX-License-Identifier: Apache-2.0
//
// What the cluster says of whole units: what a replica costs, how many there may be, and what the
// nodes under them are. See picture.h.
#include <algorithm>
#include <cmath>

#include "cluster/accelerators.h"
#include "cluster/picture.h"
#include "cluster/pool_room.h"
#include "cluster/quantity.h"
#include "cluster/requirements.h"

namespace signalbox::cluster {

namespace {

constexpr Duration kSayPricesAgain = 60s;
constexpr double kSamePrice = 1e-4;  // of a price: less is no news
constexpr const char* kPoolLabel = "karpenter.sh/nodepool";
constexpr UnitId kNobody{0xffffffff};  // of pods that are of no unit

// Of the node's price, what a pod of this spec stands for: its share of the accelerators.
double share_of(const json::object& node, const json::object& pod_spec) {
  const std::string accelerator(accelerator_resource(pod_spec));
  if (accelerator.empty()) return 1.0;
  const auto all =
      read_quantity(wire::value_at(node, {"status", "allocatable", accelerator})).value_or(0.0);
  const double own = requested(pod_spec, accelerator);
  return all > 0.0 ? std::min(1.0, own / all) : 1.0;
}

// Keeps a text as long as everybody says the same.
void merge(std::string& into, std::string_view text, bool is_first) {
  if (is_first) {
    into = text;
  } else if (into != text) {
    into.clear();
  }
}

}  // namespace

const json::object* ClusterPicture::labels_under(const Pod& pod) const {
  const auto node = nodes_.find(pod.facts.node);
  return node == nodes_.end() ? nullptr : wire::object_at(*node->second, {"metadata", "labels"});
}

// A replica's, or what the next one would be made from.
const json::object* ClusterPicture::pod_spec_of(const Binding& binding) const {
  if (const json::object* workload = membership_.workload(binding)) {
    if (const auto* spec = wire::object_at(*workload, {"spec", "template", "spec"})) return spec;
  }
  for (const std::string& uid : replicas_.of(binding.unit)) {
    const auto pod = pods_.find(uid);
    if (pod != pods_.end()) return wire::object_at(*pod->second.object, {"spec"});
  }
  return nullptr;
}

UnitPlace ClusterPicture::place(UnitId unit) const {
  UnitPlace place;
  bool is_first = true;
  const auto add = [&](const json::object& labels) {
    const auto of = [&](std::string_view key) { return wire::text_of(labels, key); };
    merge(place.instance_type, of("node.kubernetes.io/instance-type"), is_first);
    merge(place.zone, of("topology.kubernetes.io/zone"), is_first);
    merge(place.capacity_type, of("karpenter.sh/capacity-type"), is_first);
    merge(place.node_pool, of(kPoolLabel), is_first);
    merge(place.accelerator, accelerator_of(of("node.kubernetes.io/instance-type")), is_first);
    is_first = false;
  };
  for (const std::string& uid : replicas_.of(unit)) {
    const auto pod = pods_.find(uid);
    if (pod == pods_.end()) continue;
    if (const json::object* labels = labels_under(pod->second)) add(*labels);
  }
  if (!is_first) return place;
  // No replica has a node: what the next one shall have.
  const Binding* binding = membership_.binding(unit);
  const json::object* spec = binding == nullptr ? nullptr : pod_spec_of(*binding);
  const json::object* selector =
      spec == nullptr ? nullptr : wire::object_at(*spec, {"nodeSelector"});
  if (selector != nullptr) add(*selector);
  return place;
}

// The mean over the replicas that have a node.
std::optional<double> ClusterPicture::price_of(const Binding& binding) const {
  double sum = 0.0;
  int count = 0;
  for (const std::string& uid : replicas_.of(binding.unit)) {
    const auto pod = pods_.find(uid);
    if (pod == pods_.end()) continue;
    const auto node = nodes_.find(pod->second.facts.node);
    const json::object* labels = labels_under(pod->second);
    const json::object* spec = wire::object_at(*pod->second.object, {"spec"});
    if (labels == nullptr || spec == nullptr) continue;
    const auto price = prices_.of_node(*labels);
    if (!price) continue;
    sum += *price * share_of(*node->second, *spec);
    ++count;
  }
  if (count > 0) return sum / count;
  const json::object* spec = pod_spec_of(binding);
  const json::object* selector =
      spec == nullptr ? nullptr : wire::object_at(*spec, {"nodeSelector"});
  // Of a node that is not there yet nobody knows how many replicas it will hold: only where the
  // whole of it is one's own is its price a replica's.
  if (selector == nullptr || !accelerator_resource(*spec).empty()) return {};
  return prices_.of_node(*selector);
}

void ClusterPicture::say_prices(TimePoint now) {
  const bool again =
      prices_said_at_ == TimePoint::min() || now - prices_said_at_ >= kSayPricesAgain;
  if (again) prices_said_at_ = now;
  for (const Binding& binding : membership_.bindings()) {
    const auto price = price_of(binding);
    if (!price) continue;
    const auto said = said_price_.find(binding.unit);
    const bool is_same =
        said != said_price_.end() && std::abs(said->second - *price) <= kSamePrice * *price;
    if (is_same && !again) continue;
    said_price_[binding.unit] = *price;
    other_news_.push_back(core::PriceQuote{binding.unit, *price});
  }
}

// One pass over the nodes, for all units.
ClusterPicture::PoolUse ClusterPicture::pool_use() const {
  PoolUse use;
  if (node_pools_.empty()) return use;
  for (const auto& [name, node] : nodes_) {
    const auto pool = node_pools_.find(std::string(wire::label_of(*node, kPoolLabel)));
    const auto pods = on_node_.find(name);
    if (pool == node_pools_.end() || pods == on_node_.end()) continue;
    const json::object* limits = wire::object_at(*pool->second, {"spec", "limits"});
    if (limits == nullptr) continue;
    for (const std::string& uid : pods->second) {
      const Pod& pod = pods_.at(uid);
      const json::object* spec = wire::object_at(*pod.object, {"spec"});
      if (pod.facts.is_over || spec == nullptr) continue;
      const Replicas::Replica* replica = replicas_.find(uid);
      const UnitId unit = replica == nullptr ? kNobody : replica->unit;
      for (const auto& [resource, limit] : *limits) {
        use[pool->first][std::string(resource)][unit] += requested(*spec, resource);
      }
    }
  }
  return use;
}

std::optional<int> ClusterPicture::limit_of(const Binding& binding, const PoolUse& use) const {
  const std::string name = place(binding.unit).node_pool;
  const auto pool = node_pools_.find(name);
  const json::object* spec = pool == node_pools_.end() ? nullptr : pod_spec_of(binding);
  if (spec == nullptr) return {};
  return most_replicas(*pool->second, *spec, [&](std::string_view resource) {
    double sum = 0.0;
    const auto of_pool = use.find(name);
    if (of_pool == use.end()) return sum;
    const auto units = of_pool->second.find(std::string(resource));
    if (units == of_pool->second.end()) return sum;
    for (const auto& [unit, amount] : units->second) {
      if (unit != binding.unit) sum += amount;
    }
    return sum;
  });
}

void ClusterPicture::say_limits() {
  const PoolUse use = pool_use();
  for (const Binding& binding : membership_.bindings()) {
    if (binding.scaling == Scaling::kNone) continue;
    const int limit = limit_of(binding, use).value_or(-1);
    const auto said = said_limit_.find(binding.unit);
    if ((said == said_limit_.end() ? -1 : said->second) == limit) continue;
    said_limit_[binding.unit] = limit;
    other_news_.push_back(core::CapacityLimit{binding.unit, limit});
  }
}

}  // namespace signalbox::cluster
