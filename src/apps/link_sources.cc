// SPDX-License-Identifier: Apache-2.0
#include "apps/link_sources.h"

#include <boost/asio/ip/host_name.hpp>
#include <utility>

#include "net/asio.h"
#include "net/clock.h"

namespace signalbox::apps {

std::string host_name() {
  error_code ignored;
  return asio::ip::host_name(ignored);
}

Result<std::shared_ptr<const net::TlsServer>> link_tls(const config::FleetLinkSection& section) {
  if (section.certificate.empty()) return std::shared_ptr<const net::TlsServer>();
  net::TlsServerOptions options;
  options.certificates.push_back({section.certificate, section.key});
  options.alpn = {"h2"};
  options.client_ca_file = section.ca;
  if (!section.ca.empty()) options.client_certificate = net::ClientCertificate::kRequire;
  auto made = net::TlsServer::make(options);
  if (!made.ok()) return Error{"link: " + made.error().message};
  return made;
}

Result<std::shared_ptr<const net::TlsClient>> link_client_tls(
    const config::FleetLinkSection& section) {
  if (section.ca.empty() && section.certificate.empty()) {
    return std::shared_ptr<const net::TlsClient>();
  }
  auto made = net::TlsClient::make(
      {.ca_file = section.ca, .own = {section.certificate, section.key}, .alpn = {"h2"}});
  if (!made.ok()) return Error{"link: " + made.error().message};
  return made;
}

Result<link::LinkClientOptions> link_client(const config::FleetLinkSection& section) {
  link::LinkClientOptions options;
  options.control = *section.control;
  options.name = section.name.empty() ? host_name() : section.name;
  options.server_name = section.server_name;
  auto tls = link_client_tls(section);
  if (!tls.ok()) return tls.error();
  options.tls = std::move(*tls);
  // Two that started within the same nanosecond have different names.
  Prng drawn(static_cast<std::uint64_t>(net::unix_nanos()) ^ link::spec_version(options.name));
  options.router = link::RouterId(drawn.next() | 1U);
  return options;
}

}  // namespace signalbox::apps
