// SPDX-License-Identifier: Apache-2.0
//
// From paths and words to keys, verifiers and lists; see access_sources.h.
#include "apps/access_sources.h"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "access/secret_file.h"
#include "apps/claim_verifier.h"

namespace signalbox::apps {

namespace {

Result<access::KeyList> key_list(const std::string& path, std::string_view where) {
  if (path.empty()) return access::KeyList{};
  auto text = access::read_secret_file(path, access::Content::kHashes);
  if (!text.ok()) return Error{fmt::format("{}: {}", where, text.error().message)};
  auto list = access::KeyList::parse(*text);
  if (!list.ok()) return Error{fmt::format("{}: {}: {}", where, path, list.error().message)};
  return list;
}

access::CertificateList certificate_list(const std::vector<config::CertificateSection>& sections) {
  std::vector<access::CertificateEntry> entries;
  for (const auto& section : sections) {
    auto field = access::CertificateField::kName;
    if (!section.common_name.empty()) field = access::CertificateField::kCommonName;
    if (!section.fingerprint.empty()) field = access::CertificateField::kFingerprint;
    // One of the three is set.
    entries.push_back(
        {field, section.name + section.common_name + section.fingerprint, section.subject});
  }
  return access::CertificateList(std::move(entries));
}

Result<std::shared_ptr<const gateway::AdminRights>> admin_rights(
    const std::optional<config::AdminAccessSection>& section) {
  if (!section) return std::shared_ptr<const gateway::AdminRights>();
  constexpr const char* kWhere = "gateway.admin_access.keys_file";
  auto keys = key_list(section->keys_file, kWhere);
  if (!keys.ok()) return keys.error();
  for (const auto& entry : keys->entries()) {
    if (gateway::to_role(entry.subject)) continue;
    return Error{fmt::format("{}: {}: '{}' is no role; a line begins with viewer or operator",
                             kWhere, section->keys_file, entry.subject)};
  }
  return std::shared_ptr<const gateway::AdminRights>(
      std::make_shared<gateway::AdminRights>(gateway::AdminRights{
          .keys = std::move(*keys), .certificates = certificate_list(section->certificates)}));
}

Result<std::shared_ptr<const net::TlsServer>> admin_tls(
    const std::optional<config::AdminTlsSection>& section) {
  if (!section) return std::shared_ptr<const net::TlsServer>();
  net::TlsServerOptions options;
  options.certificates = {{section->certificate, section->key}};
  options.client_ca_file = section->client_ca;
  options.client_certificate = net::ClientCertificate::kRequire;
  auto tls = net::TlsServer::make(options);
  if (!tls.ok()) return Error{"gateway.admin_tls: " + tls.error().message};
  return tls;
}

}  // namespace

Result<std::shared_ptr<const access::Policy>> access_policy(
    const std::optional<config::AccessSection>& section) {
  if (!section) return std::shared_ptr<const access::Policy>();
  auto policy = std::make_shared<access::Policy>();
  auto keys = key_list(section->keys_file, "access.keys_file");
  if (!keys.ok()) return keys.error();
  policy->keys = std::move(*keys);
  for (std::size_t i = 0; i < section->tokens.size(); ++i) {
    const auto& issuer = section->tokens[i];
    access::ClaimRules rules;
    rules.audience = issuer.audience;
    rules.issuer = issuer.issuer;
    rules.claim = issuer.claim;
    rules.leeway_s = std::chrono::duration_cast<std::chrono::seconds>(issuer.leeway).count();
    auto verifier = claim_verifier(std::move(rules), issuer.algorithm, issuer.key_file,
                                   fmt::format("access.tokens[{}].key_file", i));
    if (!verifier.ok()) return verifier.error();
    policy->tokens.push_back(std::move(*verifier));
  }
  policy->certificates = certificate_list(section->certificates);
  return std::shared_ptr<const access::Policy>(std::move(policy));
}

Result<AdminSources> admin_sources(const config::GatewaySection& section) {
  auto rights = admin_rights(section.admin_access);
  if (!rights.ok()) return rights.error();
  auto tls = admin_tls(section.admin_tls);
  if (!tls.ok()) return tls.error();
  return AdminSources{std::move(*rights), std::move(*tls)};
}

}  // namespace signalbox::apps
