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
  for (const auto& [uid, replica] : replicas_.all()) {
    const auto pod = pods_.find(uid);
    if (replica.unit == binding.unit && pod != pods_.end()) {
      return wire::object_at(*pod->second.object, {"spec"});
    }
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
  for (const auto& [uid, replica] : replicas_.all()) {
    const auto pod = pods_.find(uid);
    if (replica.unit != unit || pod == pods_.end()) continue;
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
  for (const auto& [uid, replica] : replicas_.all()) {
    const auto pod = pods_.find(uid);
    if (replica.unit != binding.unit || pod == pods_.end()) continue;
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

double ClusterPicture::taken_in_pool(const std::string& pool, UnitId except,
                                     std::string_view resource) const {
  double sum = 0.0;
  for (const auto& [uid, pod] : pods_) {
    const json::object* labels = labels_under(pod);
    if (pod.facts.is_over || labels == nullptr || wire::text_of(*labels, kPoolLabel) != pool) {
      continue;
    }
    const Replicas::Replica* replica = replicas_.find(uid);
    if (replica != nullptr && replica->unit == except) continue;
    const json::object* spec = wire::object_at(*pod.object, {"spec"});
    if (spec != nullptr) sum += requested(*spec, resource);
  }
  return sum;
}

std::optional<int> ClusterPicture::limit_of(const Binding& binding) const {
  const json::object* spec = pod_spec_of(binding);
  const std::string name = place(binding.unit).node_pool;
  const auto pool = node_pools_.find(name);
  if (spec == nullptr || pool == node_pools_.end()) return {};
  return most_replicas(*pool->second, *spec, [&](std::string_view resource) {
    return taken_in_pool(name, binding.unit, resource);
  });
}

void ClusterPicture::say_limits() {
  for (const Binding& binding : membership_.bindings()) {
    if (binding.scaling == Scaling::kNone) continue;
    const int limit = limit_of(binding).value_or(-1);
    const auto said = said_limit_.find(binding.unit);
    if ((said == said_limit_.end() ? -1 : said->second) == limit) continue;
    said_limit_[binding.unit] = limit;
    other_news_.push_back(core::CapacityLimit{binding.unit, limit});
  }
}

}  // namespace signalbox::cluster
