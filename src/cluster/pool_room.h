// SPDX-License-Identifier: Apache-2.0
//
// How many replicas the limits of a NodePool have room for. Karpenter refuses to go beyond
// spec.limits; the Controller is told before it asks for what cannot come.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "wire/kube_object.h"

namespace signalbox::cluster {

namespace json = boost::json;

// What others take of a resource in that pool.
using TakenByOthers = std::function<double(std::string_view resource)>;

// At most so many pods of this spec, by the tightest limit on what they ask for; nothing where no
// limit touches it. Nodes are larger than pods, and carry more than them: it may be less than this,
// and never more.
std::optional<int> most_replicas(const json::object& node_pool, const json::object& pod_spec,
                                 const TakenByOthers& taken);

}  // namespace signalbox::cluster
