// SPDX-License-Identifier: Apache-2.0
//
// From text to networks; see tenant_sources.h.
#include "apps/tenant_sources.h"

#include <fmt/format.h>

namespace signalbox::apps {

Result<gateway::TenantSources> tenant_sources(const config::TenantsSection& section) {
  gateway::TenantSources sources;
  sources.header = section.header;
  sources.priority_header = section.priority_header;
  for (const auto& text : section.trusted) {
    const auto network = IpNetwork::parse(text);
    if (!network) return Error{fmt::format("tenants.trusted: {} is not a network", text)};
    sources.trusted.push_back(*network);
  }
  return sources;
}

}  // namespace signalbox::apps
