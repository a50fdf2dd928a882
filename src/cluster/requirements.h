// SPDX-License-Identifier: Apache-2.0
//
// Whether things fit: labels a selector; a pod a node that does not exist yet, which is known only
// by what it shall be (a NodeClaim). The second tells whose launch a cloud has refused: a claim
// names no pod.
#pragma once

#include <string_view>

#include "wire/kube_object.h"

namespace signalbox::cluster {

namespace json = boost::json;

// A labelSelector: matchLabels and matchExpressions. One that says nothing selects nothing, as a
// workload without a selector must not have all pods there are.
bool selects(const json::object& selector, const json::object* labels);

// One requirement ({key, operator, values}) on one value; nullptr = there is no such label.
bool meets(const json::object& requirement, const std::string_view* value);

// All requirements of a list on labels.
bool all_met(const json::array& requirements, const json::object* labels);

// The node that the NodeClaim asks for could take a pod of this spec: its node selector, its
// required node affinity, its accelerators and its tolerations fit. `pod_spec` is a pod's or a
// template's.
bool may_hold(const json::object& claim, const json::object& pod_spec);

// What the containers of a pod ask for of a resource, together; 0 = nothing.
double requested(const json::object& pod_spec, std::string_view resource);

// The first extended resource (nvidia.com/gpu, aws.amazon.com/neuron, ...) that they ask for.
std::string_view accelerator_resource(const json::object& pod_spec);

}  // namespace signalbox::cluster
