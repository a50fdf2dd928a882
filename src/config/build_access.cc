// SPDX-License-Identifier: Apache-2.0
//
// See build_access.h.
#include "config/build_access.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "config/certificate_fingerprint.h"

namespace signalbox::config {

namespace {

std::string text(const Fields& fields, std::string_view key) {
  return fields.get<std::string>(key).value_or("");
}

std::vector<CertificateSection> build_certificates(const Fields& section,
                                                   std::string_view subject) {
  std::vector<CertificateSection> certificates;
  for (const auto& certificate : section.sections("certificates")) {
    const Fields& fields = certificate.value;
    certificates.push_back(
        {.subject = text(fields, subject),
         .name = text(fields, "name"),
         .common_name = text(fields, "common_name"),
         .fingerprint = read_fingerprint(text(fields, "fingerprint")).value_or("")});
  }
  return certificates;
}

core::TenantBudget build_budget(const Fields& budget) {
  return {.requests_per_s = budget.get<double>("rate").value_or(0.0),
          .max_in_flight = static_cast<int>(budget.get<std::int64_t>("in_flight").value_or(0)),
          .usd_per_hour = budget.get<double>("cost").value_or(0.0)};
}

}  // namespace

std::optional<AccessSection> build_access(const Fields& root) {
  if (!root.has("access")) return std::nullopt;
  const Fields access = root.section("access");
  AccessSection section;
  section.keys_file = text(access, "keys_file");
  for (const auto& issuer : access.sections("tokens")) {
    section.tokens.push_back({.algorithm = text(issuer.value, "algorithm"),
                              .key_file = text(issuer.value, "key_file"),
                              .audience = text(issuer.value, "audience"),
                              .issuer = text(issuer.value, "issuer"),
                              .claim = text(issuer.value, "claim"),
                              .leeway = issuer.value.get<Duration>("leeway").value()});
  }
  section.certificates = build_certificates(access, "tenant");
  return section;
}

std::optional<AdminAccessSection> build_admin_access(const Fields& gateway) {
  if (!gateway.has("admin_access")) return std::nullopt;
  const Fields access = gateway.section("admin_access");
  return AdminAccessSection{.keys_file = text(access, "keys_file"),
                            .certificates = build_certificates(access, "role")};
}

std::optional<AdminTlsSection> build_admin_tls(const Fields& gateway) {
  if (!gateway.has("admin_tls")) return std::nullopt;
  const Fields tls = gateway.section("admin_tls");
  return AdminTlsSection{.certificate = text(tls, "certificate"),
                         .key = text(tls, "key"),
                         .client_ca = text(tls, "client_ca")};
}

core::Tenancy build_tenancy(const Fields& tenants) {
  core::Tenancy tenancy;
  tenancy.default_weight = tenants.get<double>("default_weight").value();
  tenancy.default_budget = build_budget(tenants.section("default_budget"));
  tenancy.max_unnamed = static_cast<int>(tenants.get<std::int64_t>("max_unnamed").value());
  for (const auto& weight : tenants.items<double>("weights")) {
    tenancy.named.push_back({weight.name, weight.value, tenancy.default_budget});
  }
  for (const auto& budget : tenants.sections("budgets")) {
    auto share =
        std::find_if(tenancy.named.begin(), tenancy.named.end(),
                     [&](const core::TenantShare& tenant) { return tenant.name == budget.name; });
    if (share == tenancy.named.end()) {
      share = tenancy.named.insert(share, {budget.name, tenancy.default_weight, {}});
    }
    share->budget = build_budget(budget.value);
  }
  return tenancy;
}

}  // namespace signalbox::config
