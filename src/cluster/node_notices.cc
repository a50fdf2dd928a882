// SPDX-License-Identifier: Apache-2.0
//
// See node_notices.h. Karpenter's: https://karpenter.sh/docs/concepts/disruption/#interruption
#include "cluster/node_notices.h"

#include <array>
#include <boost/json/array.hpp>

namespace signalbox::cluster {

namespace {

constexpr std::array<std::string_view, 6> kEnding = {
    "karpenter.sh/disrupted",                 // Karpenter, of any of its reasons
    "ToBeDeletedByClusterAutoscaler",         // the cluster autoscaler
    "aws-node-termination-handler/spot-itn",  // AWS's handler, of a spot interruption
    "aws-node-termination-handler/asg-lifecycle-termination",
    "cloud.google.com/impending-node-termination",
    "node.kubernetes.io/out-of-service",
};

constexpr Duration kSpotNotice = 120s;  // what EC2 gives

}  // namespace

std::string_view ending_taint(const json::object& node) {
  const auto* taints = wire::array_at(node, {"spec", "taints"});
  if (taints == nullptr) return {};
  for (const auto& taint : *taints) {
    if (!taint.is_object()) continue;
    const auto key = wire::text_at(taint.get_object(), {"key"});
    for (const auto ending : kEnding) {
      if (key == ending) return ending;
    }
  }
  return {};
}

std::optional<Notice> notice_of(const EventFacts& event) {
  if (event.kind != "Node" && event.kind != "NodeClaim") return {};
  if (event.reason == "SpotInterrupted") return Notice{kSpotNotice};
  if (event.reason == "CapacityReservationInstanceInterrupted") return Notice{kSpotNotice};
  if (event.reason == "TerminatingOnInterruption") return Notice{};
  if (event.reason == "SpotRebalanceRecommendation") return Notice{{}, true};
  return {};
}

}  // namespace signalbox::cluster
