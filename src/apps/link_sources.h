// SPDX-License-Identifier: Apache-2.0
//
// The link between a controller and its gateways, from the section of the configuration and the
// files that it names.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "link/link_client.h"
#include "net/tls.h"

namespace signalbox::apps {

// Of a controller; null = gateways connect in clear.
Result<std::shared_ptr<const net::TlsServer>> link_tls(const config::FleetLinkSection& section);

// Towards a controller; null = in clear.
Result<std::shared_ptr<const net::TlsClient>> link_client_tls(
    const config::FleetLinkSection& section);

// Of a gateway, or of another observer; with a router's id of its own. REQUIRES: `control` is set.
Result<link::LinkClientOptions> link_client(const config::FleetLinkSection& section);

// What this process is called where nothing says: the host's name, which in Kubernetes is the
// Pod's.
std::string host_name();

}  // namespace signalbox::apps
