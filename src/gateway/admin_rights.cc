// SPDX-License-Identifier: Apache-2.0
//
// See admin_rights.h.
#include "gateway/admin_rights.h"

#include <algorithm>
#include <utility>

#include "access/bearer.h"
#include "base/ip_network.h"
#include "wire/http1_message.h"

namespace signalbox::gateway {

namespace {

AdminGrant refuse(int status, std::string who, std::string_view code, std::string message) {
  return {status, std::move(who), code, std::move(message)};
}

// The host of "host:port", "[ipv6]:port" or either without a port.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    return end == std::string_view::npos ? authority : authority.substr(1, end - 1);
  }
  return authority.substr(0, authority.rfind(':'));
}

}  // namespace

std::optional<Role> to_role(std::string_view word) {
  if (word == "viewer") return Role::kViewer;
  if (word == "operator") return Role::kOperator;
  return std::nullopt;
}

const char* to_string(Role role) { return role == Role::kViewer ? "viewer" : "operator"; }

AdminGrant grant(const AdminRights* rights, const http::Request& request,
                 const access::Certificate* certificate, Role needed) {
  if (rights == nullptr) return {0, "anybody who reaches the page", {}, {}};
  std::optional<Role> role;
  std::string who;
  const auto authorization = http::find_header(request.headers, "authorization");
  if (!authorization.empty()) {
    // What is shown must hold: a key that was taken back is not made good by a certificate.
    const auto* entry = rights->keys.find(access::bearer_of(authorization));
    if (entry == nullptr) {
      return refuse(401, "somebody with an unknown key", "unknown_key",
                    "this key is not known, or not any more");
    }
    role = to_role(entry->subject);
    who = entry->subject + " " + (entry->name.empty() ? "without a name" : entry->name) + " by key";
  } else if (certificate != nullptr) {
    const auto* entry = rights->certificates.find(*certificate);
    if (entry == nullptr) {
      return refuse(403, "somebody with an unlisted certificate", "unknown_certificate",
                    "the certificate is good, but no role is given to it here");
    }
    role = to_role(entry->subject);
    who = entry->subject + " " + entry->value + " by certificate";
  }
  if (!role) {
    return refuse(401, "somebody without credentials", "missing_credentials",
                  "say who you are: send a key in Authorization: Bearer, or a client certificate");
  }
  if (needed == Role::kOperator && *role != Role::kOperator) {
    return refuse(403, std::move(who), "not_an_operator",
                  "a viewer may look and change nothing; this takes an operator");
  }
  return {0, std::move(who), {}, {}};
}

std::optional<std::string_view> made_by_web_page(const http::Request& request, bool secure) {
  if (!http::find_header(request.headers, "origin").empty()) {
    return "requests from web pages are not taken here";
  }
  const auto host = host_of(http::find_header(request.headers, "host"));
  if (secure || host.empty() || wire::equals_ignoring_case(host, "localhost")) return std::nullopt;
  if (IpNetwork::parse(host)) return std::nullopt;
  return "the host is named here by its address, or as localhost; another name may be a web page's";
}

}  // namespace signalbox::gateway
