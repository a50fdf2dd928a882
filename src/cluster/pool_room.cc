// SPDX-License-Identifier: Apache-2.0
//
// See pool_room.h; https://karpenter.sh/docs/concepts/nodepools/#speclimits
#include "cluster/pool_room.h"

#include <algorithm>
#include <cmath>

#include "cluster/quantity.h"
#include "cluster/requirements.h"

namespace signalbox::cluster {

namespace {

constexpr double kMost = 1e6;  // replicas; more is no bound at all

}  // namespace

std::optional<int> most_replicas(const json::object& node_pool, const json::object& pod_spec,
                                 const TakenByOthers& taken) {
  const auto* limits = wire::object_at(node_pool, {"spec", "limits"});
  if (limits == nullptr) return {};
  std::optional<int> most;
  for (const auto& [resource, amount] : *limits) {
    const auto limit = read_quantity(&amount);
    const std::string_view name(resource.data(), resource.size());
    const double each = requested(pod_spec, name);
    if (!limit || each <= 0.0) continue;
    // A billionth for amounts such as 0.1 that no double holds.
    const double pods = std::floor((*limit - taken(name)) / each + 1e-9);
    const int whole = static_cast<int>(std::clamp(pods, 0.0, kMost));
    most = most ? std::min(*most, whole) : whole;
  }
  return most;
}

}  // namespace signalbox::cluster
