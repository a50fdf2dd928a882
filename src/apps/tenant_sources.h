// SPDX-License-Identifier: Apache-2.0
//
// Whom the gateway believes about whose a request is, from what the configuration says. Once, at
// the start.
#pragma once

#include "base/result.h"
#include "config/config.h"
#include "gateway/tenant.h"

namespace signalbox::apps {

// Error for a network that is none.
Result<gateway::TenantSources> tenant_sources(const config::TenantsSection& section);

}  // namespace signalbox::apps
