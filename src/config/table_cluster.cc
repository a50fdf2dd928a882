// SPDX-License-Identifier: Apache-2.0
//
// Names are Kubernetes' own, in this file's spelling; see table_cluster.h.
#include "config/table_cluster.h"

namespace signalbox::config {

namespace {

constexpr Field kClusterFields[] = {
    {.key = "kubeconfig",
     .type = Type::kLongText,
     .doc = "The file that says where the API server is and who asks. Default: the pod's service "
            "account; outside of a cluster $KUBECONFIG, then ~/.kube/config."},
    {.key = "context", .type = Type::kText, .doc = "Of that file. Default: its current one."},
    {.key = "namespace",
     .type = Type::kText,
     .doc = "Of the Lease and of workloads that do not say theirs. Default: the pod's own, or the "
            "context's, or default."},
    {.key = "lease",
     .type = Type::kText,
     .doc = "The Lease by which one of several controllers is elected; off is no election, for a "
            "controller that is alone.",
     .standard = "signalbox"},
    {.key = "resources",
     .type = Type::kFlag,
     .doc = "Whether RoutedServices and DeploymentUnits are read too, and their status written.",
     .standard = "true"},
    {.key = "karpenter",
     .type = Type::kFlag,
     .doc = "Whether NodeClaims, NodePools and NodeOverlays are read, where the cluster has them.",
     .standard = "true"},
    {.key = "snapshot",
     .type = Type::kLongText,
     .doc = "The file of what was last seen, to start by while the API server does not answer. "
            "Default: none."},
};

constexpr std::string_view kScales[] = {"keda", "direct", "none"};

constexpr Field kWorkloadFields[] = {
    {.key = "namespace",
     .type = Type::kText,
     .doc = "Of the workload. Default: cluster.namespace."},
    {.key = "deployment", .type = Type::kText, .doc = "The Deployment whose pods are replicas."},
    {.key = "stateful_set", .type = Type::kText, .doc = "Or the StatefulSet."},
    {.key = "inference_pool",
     .type = Type::kText,
     .doc = "Or the InferencePool (Gateway API Inference Extension) whose pods are."},
    {.key = "service", .type = Type::kText, .doc = "Or the Service whose endpoints are."},
    {.key = "port",
     .type = Type::kCount,
     .doc = "Where a replica serves. Default: the pool's or the service's port, or the first of "
            "the pod's first container.",
     .bounds = {.at_least = "1", .at_most = "65535"}},
    {.key = "scale",
     .type = Type::kChoice,
     .doc = "Who makes the number of replicas what the plan says: keda, which asks 'scaler'; "
            "direct, Signalbox itself through the workload's scale; none, nobody: they are only "
            "watched.",
     .standard = "keda",
     .choices = kScales},
};
constexpr std::string_view kWorkloads[] = {"deployment", "stateful_set", "inference_pool",
                                           "service"};
constexpr Alternatives kWorkloadAlternatives[] = {{kWorkloads}};

constexpr Field kCertificateField = {
    .key = "certificate",
    .type = Type::kLongText,
    .doc =
        "A PEM file: the certificate shown, then those of the authorities between it and a root.",
    .is_required = true};
constexpr Field kKeyField = {.key = "key",
                             .type = Type::kLongText,
                             .doc = "The PEM file of its key, without a passphrase.",
                             .is_required = true};

constexpr Field kServerTlsFields[] = {
    kCertificateField,
    kKeyField,
    {.key = "client_ca",
     .type = Type::kLongText,
     .doc =
         "The PEM file of the authorities that vouch for whoever connects. Default: anybody may."},
};
constexpr Section kServerTls = {.noun = "a server's TLS", .fields = kServerTlsFields};

constexpr Field kScalerFields[] = {
    {.key = "listen",
     .type = Type::kListen,
     .doc = "Where KEDA's external scaler is asked, over gRPC.",
     .is_required = true},
    {.key = "tls",
     .type = Type::kSection,
     .doc = "TLS, for a cluster whose network is not trusted. Default: in clear.",
     .section = &kServerTls},
};

constexpr Field kFleetLinkFields[] = {
    {.key = "listen",
     .type = Type::kListen,
     .doc = "Of a controller: where gateways ask for the fleet's view, over gRPC."},
    {.key = "control",
     .type = Type::kEndpoint,
     .doc = "Of a gateway: the controller it asks; of a name all addresses are tried."},
    {.key = "name",
     .type = Type::kText,
     .doc = "How a gateway is called, one name for each. Default: the host's."},
    {.key = "certificate",
     .type = Type::kLongText,
     .doc = "A PEM file: the certificate shown to the other side; TLS is spoken where it or 'ca' "
            "is given. Default: none."},
    {.key = "key", .type = Type::kLongText, .doc = "The PEM file of its key."},
    {.key = "ca",
     .type = Type::kLongText,
     .doc = "The PEM file of the authorities that vouch for the other side."},
    {.key = "server_name",
     .type = Type::kText,
     .doc = "The name that the leading controller's certificate must be for, as gateways and the "
            "other controllers ask. Default: the host it is found at."},
};
constexpr std::string_view kEnds[] = {"listen", "control"};
constexpr Alternatives kFleetLinkAlternatives[] = {{kEnds}};

}  // namespace

const Section kCluster = {.noun = "the cluster", .fields = kClusterFields};
const Section kWorkload = {.noun = "a workload in Kubernetes",
                           .fields = kWorkloadFields,
                           .alternatives = kWorkloadAlternatives};
const Section kScaler = {.noun = "the scaler", .fields = kScalerFields};
const Section kFleetLink = {.noun = "the link between controller and gateways",
                            .fields = kFleetLinkFields,
                            .alternatives = kFleetLinkAlternatives};

}  // namespace signalbox::config
