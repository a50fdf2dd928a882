// SPDX-License-Identifier: Apache-2.0
//
// A rule of who may ask that lets nobody in, or somebody by two names at once, is a slip.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "config/certificate_fingerprint.h"
#include "config/meaning.h"

namespace signalbox::config {

namespace {

constexpr const char* kWays[] = {"name", "common_name", "fingerprint"};

void check_certificates(const Fields& section, Report& report) {
  for (const auto& certificate : section.sections("certificates")) {
    const auto stated = std::count_if(std::begin(kWays), std::end(kWays),
                                      [&](const char* way) { return certificate.value.has(way); });
    if (stated != 1) {
      report.add(certificate.place,
                 stated == 0 ? "nothing says which certificate this is"
                             : "there are several ways to say which certificate this is",
                 {.hint = "write exactly one of name, common_name and fingerprint"});
    }
    const auto fingerprint = certificate.value.get<std::string>("fingerprint");
    if (fingerprint && !read_fingerprint(*fingerprint)) {
      report.add(certificate.value.place("fingerprint"),
                 fmt::format("{} is not the SHA-256 of a certificate", in_quotes(*fingerprint)),
                 {.hint = "write what `openssl x509 -noout -fingerprint -sha256 -in FILE` prints "
                          "behind the ="});
    }
  }
}

void check_who_may_ask(const Fields& root, Report& report) {
  if (!root.has("access")) return;
  const Fields access = root.section("access");
  check_certificates(access, report);
  for (const auto& certificate : access.sections("certificates")) {
    const auto tenant = certificate.value.get<std::string>("tenant");
    if (!tenant || is_name(*tenant)) continue;
    report.add(certificate.value.place("tenant"),
               fmt::format("{} is not a name", in_quotes(*tenant)),
               {.hint = "write 1 to 63 of letters, digits, '-', '_' and '.'"});
  }
  const Fields gateway = root.section("gateway");
  const bool shown =
      gateway.has("tls") && gateway.section("tls").get<std::string>("client_certificate") != "none";
  if (access.has("certificates") && !shown) {
    report.add(access.place("certificates"), "clients are not asked for certificates",
               {.hint = "add gateway.tls with client_ca and client_certificate: request"});
  }
  if (access.has("keys_file") || access.has("tokens") || access.has("certificates")) return;
  report.add(root.place("access"), "this lets nobody in",
             {.hint = "add keys_file, tokens or certificates; to let everybody in, remove it"});
}

void check_who_may_operate(const Fields& gateway, Report& report) {
  if (!gateway.has("admin_access")) return;
  const Fields access = gateway.section("admin_access");
  check_certificates(access, report);
  if (access.has("certificates") && !gateway.has("admin_tls")) {
    report.add(access.place("certificates"), "without TLS nobody can show a certificate",
               {.hint = "add gateway.admin_tls, or let operators in by keys_file"});
  }
  if (access.has("keys_file") || access.has("certificates")) return;
  report.add(gateway.place("admin_access"), "this lets nobody operate",
             {.hint = "add keys_file or certificates; on a loopback address it can be left out"});
}

}  // namespace

void check_access(const Fields& root, Report& report) {
  check_who_may_ask(root, report);
  check_who_may_operate(root.section("gateway"), report);
}

}  // namespace signalbox::config
