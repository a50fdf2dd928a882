// SPDX-License-Identifier: Apache-2.0
//
// Certificates, keys and credentials, read from the files that a configuration names: at the start,
// and anew at each reload, so that a renewed file counts even if the configuration is the same. A
// secret's text is never in a message.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "core/model/fleet_spec.h"
#include "gateway/unit_access.h"
#include "net/tls.h"

namespace signalbox::apps {

struct TlsSources {
  std::shared_ptr<const net::TlsServer> server;  // null = clients connect in clear
  gateway::UnitAccesses units;                   // those whose link is not the plain one
  std::vector<std::string> warnings;             // dates of certificates, for the log
};

// Errors name the key of the configuration, the file and how to mend it.
Result<TlsSources> tls_sources(const config::GatewaySection& gateway, const core::FleetSpec& fleet);

}  // namespace signalbox::apps
