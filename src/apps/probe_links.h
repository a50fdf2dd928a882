// SPDX-License-Identifier: Apache-2.0
//
// How units are probed, and asked for signals: as they are spoken to.
#pragma once

#include <map>
#include <string>

#include "adapters/http_prober.h"
#include "gateway/unit_access.h"

namespace signalbox::apps {

inline std::map<std::string, adapters::ProbeLink> probe_links(const gateway::UnitAccesses& units) {
  std::map<std::string, adapters::ProbeLink> links;
  for (const auto& [name, access] : units) {
    adapters::ProbeLink link{access.probe_tls, access.server_name, {}};
    if (!access.credential_header.empty()) {
      link.headers.push_back({access.credential_header, access.credential});
    }
    links.emplace(name, std::move(link));
  }
  return links;
}

}  // namespace signalbox::apps
