// SPDX-License-Identifier: Apache-2.0
//
// All that the gateway is made of, from a configuration and the files that it names. Made in one
// place, so that a start and a reload cannot differ.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "gateway/options.h"

namespace signalbox::apps {

struct GatewaySources {
  gateway::Options options;
  std::vector<std::string> warnings;  // for the log
};

// Reads the files anew at each call. Errors name the key of the configuration and the file.
Result<GatewaySources> gateway_sources(const config::Config& config);

// The key of the first difference that only a new process can take over (a restart, or a
// hand-over); empty = all of `wanted` can take effect while running.
std::string needs_new_process(const config::Config& running, const config::Config& wanted);

}  // namespace signalbox::apps
