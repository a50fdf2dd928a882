// SPDX-License-Identifier: Apache-2.0
//
// From paths to contexts; see tls_sources.h.
#include "apps/tls_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <utility>

#include "access/secret_file.h"
#include "wire/http1_message.h"

namespace signalbox::apps {

namespace {

constexpr std::size_t kLongestCredential = 16UL * 1024;

net::ClientCertificate to_client_certificate(config::ClientCertificates asked) {
  switch (asked) {
    case config::ClientCertificates::kNone:
      return net::ClientCertificate::kNone;
    case config::ClientCertificates::kRequest:
      return net::ClientCertificate::kRequest;
    case config::ClientCertificates::kRequire:
      return net::ClientCertificate::kRequire;
  }
  return net::ClientCertificate::kRequire;
}

Result<std::shared_ptr<const net::TlsServer>> server_of(const config::TlsSection& section,
                                                        bool http2) {
  net::TlsServerOptions options;
  for (const auto& files : section.certificates) {
    options.certificates.push_back({files.certificate, files.key});
  }
  if (http2) options.alpn.emplace_back("h2");
  options.alpn.emplace_back("http/1.1");
  options.client_ca_file = section.client_ca;
  options.client_certificate = to_client_certificate(section.client_certificate);
  return net::TlsServer::make(options);
}

// What a header can carry (RFC 9110, section 5.5), without what would end it.
bool is_field_value(const std::string& text) {
  return !text.empty() && text.size() <= kLongestCredential &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c == '\t' || (c >= ' ' && c != 0x7f); });
}

// Everything that a request's head says of its connection, its framing, its origin or its way is
// written afresh for each unit; a credential under such a name would contradict it.
bool can_carry_credential(const std::string& header) {
  const wire::FieldKind kind = wire::classify_field(header);
  return kind == wire::FieldKind::kOther || kind == wire::FieldKind::kCredential;
}

Result<std::string> read_credential(const std::string& path) {
  auto read = access::read_secret_file(path, access::Content::kSecret);
  if (!read.ok()) return read;
  std::string text = std::move(*read);
  while (!text.empty() && text.back() == ' ') text.pop_back();  // no header's value ends with one
  if (!is_field_value(text)) {
    return Error{
        fmt::format("{} does not hold what a header can carry: one line of text, such as "
                    "'Bearer abc', of at most 16 KiB",
                    path)};
  }
  return text;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// Units that believe and show the same share one context.
class Clients {
 public:
  Result<std::shared_ptr<const net::TlsClient>> client_of(const core::UnitLink& link, bool http2) {
    const Key key{link.ca_file, link.certificate_file, link.key_file, http2};
    if (const auto known = made_.find(key); known != made_.end()) return known->second;
    auto made = net::TlsClient::make({.ca_file = link.ca_file,
                                      .own = {link.certificate_file, link.key_file},
                                      .alpn = {http2 ? "h2" : "http/1.1"}});
    if (made.ok()) made_.emplace(key, *made);
    return made;
  }

  const auto& all() const { return made_; }

 private:
  using Key = std::tuple<std::string, std::string, std::string, bool>;
  std::map<Key, std::shared_ptr<const net::TlsClient>> made_;
};

}  // namespace

Result<TlsSources> tls_sources(const config::GatewaySection& gateway,
                               const core::FleetSpec& fleet) {
  TlsSources sources;
  if (gateway.tls) {
    auto server = server_of(*gateway.tls, gateway.http2);
    if (!server.ok()) return Error{"gateway.tls: " + server.error().message};
    sources.server = std::move(*server);
    for (const auto& warning : sources.server->warnings()) {
      sources.warnings.push_back("gateway.tls: " + warning);
    }
  }
  Clients clients;
  for (const auto& unit : fleet.units) {
    if (unit.link == core::UnitLink{}) continue;
    gateway::UnitAccess access;
    access.http2 = unit.link.http2;
    access.server_name = unit.link.server_name;
    if (unit.link.tls) {
      auto client = clients.client_of(unit.link, unit.link.http2);
      auto prober = clients.client_of(unit.link, false);
      if (!client.ok() || !prober.ok()) {
        const auto& error = client.ok() ? prober.error() : client.error();
        return Error{fmt::format("units.{}.link: {}", unit.name, error.message)};
      }
      access.tls = std::move(*client);
      access.probe_tls = std::move(*prober);
    }
    if (!unit.link.credential_file.empty()) {
      if (!can_carry_credential(unit.link.credential_header)) {
        return Error{fmt::format(
            "units.{}.link.credential.header: '{}' says how a request is framed, where it comes "
            "from or where it goes, which is the gateway's to say; write authorization, or the "
            "header that the unit reads its key from",
            unit.name, unit.link.credential_header)};
      }
      auto credential = read_credential(unit.link.credential_file);
      if (!credential.ok()) {
        return Error{fmt::format("units.{}.link.credential.file: {}", unit.name,
                                 credential.error().message)};
      }
      access.credential_header = lower_case(unit.link.credential_header);
      access.credential = std::move(*credential);
    }
    sources.units.emplace(unit.name, std::move(access));
  }
  std::set<std::string> said;  // contexts share certificates
  for (const auto& [key, client] : clients.all()) {
    for (const auto& warning : client->warnings()) said.insert("units: " + warning);
  }
  sources.warnings.insert(sources.warnings.end(), said.begin(), said.end());
  return sources;
}

}  // namespace signalbox::apps
