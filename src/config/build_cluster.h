// SPDX-License-Identifier: Apache-2.0
//
// Life in a cluster, and among many gateways, from fields to values; see build.h.
#pragma once

#include <optional>

#include "config/config.h"
#include "config/fields.h"

namespace signalbox::config {

// REQUIRES, of each: the file was found sound.
std::optional<WorkloadSection> build_workload(const Fields& unit);
std::optional<ClusterSection> build_cluster(const Fields& root);
std::optional<ScalerSection> build_scaler(const Fields& root);
std::optional<FleetLinkSection> build_fleet_link(const Fields& root);

}  // namespace signalbox::config
