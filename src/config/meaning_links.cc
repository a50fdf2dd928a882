// SPDX-License-Identifier: Apache-2.0
//
// TLS on both sides. Whether the files are there and fit is found when they are read; here it is
// whether they are named where they have an effect: somebody who names authorities believes that
// they are asked.
#include <fmt/format.h>

#include <string>

#include "config/header_name.h"
#include "config/meaning.h"

namespace signalbox::config {

namespace {

void check_clients(const Fields& root, Report& report) {
  const Fields gateway = root.section("gateway");
  if (!gateway.has("tls")) return;
  const Fields tls = gateway.section("tls");
  const auto asked = tls.get<std::string>("client_certificate");
  if (!asked) return;
  if (*asked == "none" && tls.has("client_ca")) {
    report.add(tls.place("client_ca"),
               "client_ca has no effect, because no certificate is asked of clients",
               {.hint = "add 'client_certificate: require', or request, or remove the line"});
  }
  if (*asked != "none" && !tls.has("client_ca")) {
    report.add(tls.place("client_certificate"), "nobody is named who could vouch for clients",
               {.hint = "add 'client_ca:' with the file of their authorities"});
  }
}

void check_link(const Fields& link, Report& report) {
  const auto tls = link.get<bool>("tls");
  for (const char* key : {"server_name", "ca", "certificate", "key"}) {
    if (!tls || *tls || !link.has(key)) continue;
    report.add(link.place(key), fmt::format("{} has no effect without TLS", key),
               {.hint = "add 'tls: true', or remove the line"});
  }
  const bool has_certificate = link.has("certificate");
  if (has_certificate != link.has("key")) {
    report.add(link.place(has_certificate ? "certificate" : "key"),
               has_certificate ? "the certificate has no key" : "the key has no certificate",
               {.hint = has_certificate ? "add 'key:' with its file"
                                        : "add 'certificate:' with its file"});
  }
  if (!link.has("credential")) return;
  const Fields credential = link.section("credential");
  const auto header = credential.get<std::string>("header");
  if (!header) return;
  if (!is_header_name(*header)) {
    report.add(credential.place("header"),
               fmt::format("{} is not the name of a header", in_quotes(*header)),
               {.hint = "write letters, digits and '-', as in authorization"});
  } else if (is_connection_header(*header)) {
    report.add(credential.place("header"),
               fmt::format("{} says how a connection is used, and cannot carry a credential",
                           in_quotes(*header)),
               {.hint = "write authorization, or the header that the unit reads its key from"});
  }
}

}  // namespace

void check_links(const Fields& root, Report& report) {
  check_clients(root, report);
  for (const auto& unit : root.sections("units")) check_link(unit.value.section("link"), report);
}

}  // namespace signalbox::config
