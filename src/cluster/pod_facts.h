// SPDX-License-Identifier: Apache-2.0
//
// A pod in the few words that matter here: is it there, does it serve, where, on which node, whose
// is it, and if it is over, why.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "wire/kube_object.h"

namespace signalbox::cluster {

namespace json = boost::json;

struct PodFacts {
  std::string uid, space, name;
  bool is_over = false;     // it failed or succeeded, and will never serve again
  bool is_ready = false;    // its readiness probes pass
  bool is_leaving = false;  // it is being deleted
  std::string node{}, ip{};
  std::uint16_t first_port = 0;
  // The workload that made it: "Deployment" or "StatefulSet" and its name; empty = another kind.
  std::string owner_kind{}, owner{};

  bool is_pending() const { return node.empty() && !is_over && !is_leaving; }
};

PodFacts read_pod(const json::object& pod);

// What took it: "OOMKilled", "Evicted: The node was low on resource: memory", "deleted".
std::string reason_of_end(const json::object& pod);

}  // namespace signalbox::cluster
