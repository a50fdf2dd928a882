// SPDX-License-Identifier: Apache-2.0
//
// See workload_bindings.h.
#include "apps/workload_bindings.h"

namespace signalbox::apps {

namespace {

cluster::WorkloadKind kind_of(config::WorkloadSection::Kind kind) {
  switch (kind) {
    case config::WorkloadSection::Kind::kDeployment:
      return cluster::WorkloadKind::kDeployment;
    case config::WorkloadSection::Kind::kStatefulSet:
      return cluster::WorkloadKind::kStatefulSet;
    case config::WorkloadSection::Kind::kInferencePool:
      return cluster::WorkloadKind::kInferencePool;
    case config::WorkloadSection::Kind::kService:
      break;
  }
  return cluster::WorkloadKind::kService;
}

cluster::Scaling scaling_of(config::WorkloadSection::Scale scale) {
  switch (scale) {
    case config::WorkloadSection::Scale::kKeda:
      return cluster::Scaling::kKeda;
    case config::WorkloadSection::Scale::kDirect:
      return cluster::Scaling::kDirect;
    case config::WorkloadSection::Scale::kNone:
      break;
  }
  return cluster::Scaling::kNone;
}

}  // namespace

std::vector<cluster::Binding> workload_bindings(const config::Config& config,
                                                const std::string& name_space) {
  std::vector<cluster::Binding> bindings;
  for (std::size_t i = 0; i < config.workloads.size(); ++i) {
    const auto& workload = config.workloads[i];
    if (!workload) continue;
    bindings.push_back({.unit = UnitId(static_cast<std::uint32_t>(i)),
                        .unit_name = config.fleet.units[i].name,
                        .kind = kind_of(workload->kind),
                        .space = workload->name_space.empty() ? name_space : workload->name_space,
                        .name = workload->name,
                        .port = workload->port,
                        .scaling = scaling_of(workload->scale)});
  }
  return bindings;
}

}  // namespace signalbox::apps
