// SPDX-License-Identifier: Apache-2.0
//
// Who may ask, and how much, from fields to values; see build.h.
#pragma once

#include <optional>

#include "config/config.h"
#include "config/fields.h"

namespace signalbox::config {

// Each nothing when the file does not have the section. REQUIRES: the file was found sound.
std::optional<AccessSection> build_access(const Fields& root);
std::optional<AdminAccessSection> build_admin_access(const Fields& gateway);
std::optional<AdminTlsSection> build_admin_tls(const Fields& gateway);

// Of the tenants that have a weight or a budget; those without a budget of their own have the
// default one.
core::Tenancy build_tenancy(const Fields& tenants);

}  // namespace signalbox::config
