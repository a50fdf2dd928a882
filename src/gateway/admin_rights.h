// SPDX-License-Identifier: Apache-2.0
//
// Who may see the operator's page and who may change something there: a viewer reads, an operator
// also sends signals and reloads. Known by a key whose hash is listed, or by a certificate that TLS
// has verified. And, whoever asks: nothing that a web page made a browser send is taken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "access/certificate_list.h"
#include "access/key_list.h"
#include "http/message.h"

namespace signalbox::gateway {

enum class Role : std::uint8_t { kViewer, kOperator };

std::optional<Role> to_role(std::string_view word);
const char* to_string(Role role);

// Subjects are names of roles. Immutable; a reload makes another.
struct AdminRights {
  access::KeyList keys;
  access::CertificateList certificates;
};

struct AdminGrant {
  int status = 0;         // 0: may go on; else the answer, 401 or 403
  std::string who;        // for the audit: "operator alice by key"
  std::string_view code;  // of the refusal, for programs
  std::string message;    // and for people
  bool ok() const { return status == 0; }
};

// Without rights (null) everybody who reaches the page may do everything. `certificate` is the
// client's, verified, or nullptr.
AdminGrant grant(const AdminRights* rights, const http::Request& request,
                 const access::Certificate* certificate, Role needed);

// Why the request is taken for one that a web page made a browser send, or nullopt. A page of
// another origin says so in Origin; one that had its own name point here (DNS rebinding) gives
// itself away in Host, which names no address then. Over TLS the certificate has settled that.
std::optional<std::string_view> made_by_web_page(const http::Request& request, bool secure);

}  // namespace signalbox::gateway
