// SPDX-License-Identifier: Apache-2.0
//
// Who may ask and who may operate, from what the configuration says: files of keys are read and
// checked, at the start and again with every reload, so that a key can be given and taken back
// while the process runs.
#pragma once

#include <memory>
#include <optional>

#include "access/policy.h"
#include "base/result.h"
#include "config/config.h"
#include "gateway/admin_rights.h"
#include "net/tls.h"

namespace signalbox::apps {

// Null where everybody may ask. Error for a file that cannot be read or is not what it should be.
Result<std::shared_ptr<const access::Policy>> access_policy(
    const std::optional<config::AccessSection>& section);

struct AdminSources {
  std::shared_ptr<const gateway::AdminRights> rights;  // null = everybody may do everything
  std::shared_ptr<const net::TlsServer> tls;           // null = in clear
};

// Errors likewise.
Result<AdminSources> admin_sources(const config::GatewaySection& section);

}  // namespace signalbox::apps
