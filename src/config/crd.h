// SPDX-License-Identifier: Apache-2.0
//
// Services and units as objects of a Kubernetes cluster: the CustomResourceDefinitions of
// RoutedService and DeploymentUnit, generated from the table that loading uses, so that an object's
// spec and the file's section have the same keys. Structural schemas, bounded in everything, with
// CEL rules where keys depend on each other, so that the API server refuses most of what loading
// would refuse.
//
// What an object may not say: paths of files. Whoever may write an object in some namespace could
// make the gateway show him a file of its own (a token, a key), so such keys are the file's alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signalbox::config {

inline constexpr std::string_view kApiGroup = "signalbox.dev";
inline constexpr std::string_view kApiVersion = "v1alpha1";

// One kind of object.
struct ResourceKind {
  std::string_view kind;     // "DeploymentUnit"
  std::string_view plural;   // "deploymentunits"
  std::string_view section;  // of the file: "units"
};
inline constexpr ResourceKind kRoutedServices{"RoutedService", "routedservices", "services"};
inline constexpr ResourceKind kDeploymentUnits{"DeploymentUnit", "deploymentunits", "units"};

// Keys that an object of the kind may not have, as paths within its spec.
std::vector<std::string_view> operators_only(const ResourceKind& kind);

// The definition as YAML; deploy/crds holds the same bytes.
std::string crd_yaml(const ResourceKind& kind);

}  // namespace signalbox::config
