// SPDX-License-Identifier: Apache-2.0
//
// See build_cluster.h.
#include "config/build_cluster.h"

#include <string>
#include <utility>

namespace signalbox::config {

namespace {

std::string text(const Fields& fields, std::string_view key) {
  return fields.get<std::string>(key).value_or("");
}

WorkloadSection::Scale to_scale(const std::string& word) {
  if (word == "direct") return WorkloadSection::Scale::kDirect;
  return word == "none" ? WorkloadSection::Scale::kNone : WorkloadSection::Scale::kKeda;
}

}  // namespace

std::optional<WorkloadSection> build_workload(const Fields& unit) {
  if (!unit.has("kubernetes")) return std::nullopt;
  using Kind = WorkloadSection::Kind;
  constexpr std::pair<std::string_view, Kind> kKinds[] = {
      {"deployment", Kind::kDeployment},
      {"stateful_set", Kind::kStatefulSet},
      {"inference_pool", Kind::kInferencePool},
      {"service", Kind::kService},
  };
  const Fields fields = unit.section("kubernetes");
  WorkloadSection workload;
  for (const auto& [key, kind] : kKinds) {
    if (!fields.has(key)) continue;
    workload.kind = kind;
    workload.name = text(fields, key);
  }
  workload.name_space = text(fields, "namespace");
  workload.port = static_cast<std::uint16_t>(fields.get<std::int64_t>("port").value_or(0));
  workload.scale = to_scale(fields.get<std::string>("scale").value());
  return workload;
}

std::optional<ClusterSection> build_cluster(const Fields& root) {
  if (!root.has("cluster")) return std::nullopt;
  const Fields fields = root.section("cluster");
  const std::string lease = text(fields, "lease");
  return ClusterSection{.kubeconfig = text(fields, "kubeconfig"),
                        .context = text(fields, "context"),
                        .name_space = text(fields, "namespace"),
                        .lease = lease == "off" ? "" : lease,
                        .resources = fields.get<bool>("resources").value(),
                        .karpenter = fields.get<bool>("karpenter").value(),
                        .snapshot = text(fields, "snapshot")};
}

std::optional<ScalerSection> build_scaler(const Fields& root) {
  if (!root.has("scaler")) return std::nullopt;
  const Fields fields = root.section("scaler");
  ScalerSection scaler;
  scaler.listen = fields.get<core::Address>("listen").value();
  if (fields.has("tls")) {
    const Fields tls = fields.section("tls");
    scaler.tls =
        ServerTlsSection{text(tls, "certificate"), text(tls, "key"), text(tls, "client_ca")};
  }
  return scaler;
}

std::optional<FleetLinkSection> build_fleet_link(const Fields& root) {
  if (!root.has("link")) return std::nullopt;
  const Fields fields = root.section("link");
  return FleetLinkSection{.listen = fields.get<core::Address>("listen"),
                          .control = fields.get<core::Address>("control"),
                          .name = text(fields, "name"),
                          .certificate = text(fields, "certificate"),
                          .key = text(fields, "key"),
                          .ca = text(fields, "ca"),
                          .server_name = text(fields, "server_name")};
}

}  // namespace signalbox::config
