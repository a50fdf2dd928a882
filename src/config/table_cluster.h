// SPDX-License-Identifier: Apache-2.0
//
// The part of the format that is about life in a Kubernetes cluster, and about one controller with
// many gateways; see table.h.
#pragma once

#include "config/table.h"

namespace signalbox::config {

extern const Section kCluster;
extern const Section kWorkload;
extern const Section kScaler;
extern const Section kFleetLink;

}  // namespace signalbox::config
