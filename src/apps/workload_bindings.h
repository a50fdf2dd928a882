// SPDX-License-Identifier: Apache-2.0
//
// Which workloads of the cluster are which units, from the configuration.
#pragma once

#include <string>
#include <vector>

#include "cluster/binding.h"
#include "config/config.h"

namespace signalbox::apps {

// `name_space` is of those that do not say theirs.
std::vector<cluster::Binding> workload_bindings(const config::Config& config,
                                                const std::string& name_space);

}  // namespace signalbox::apps
