// SPDX-License-Identifier: Apache-2.0
//
// Who is at the other end of a TLS connection, as the certificate says that it proved with. Plain
// values, so that rules about peers (a tenant per client, roles of operators) need no OpenSSL.
#pragma once

#include <string>
#include <vector>

namespace signalbox::net {

struct TlsPeer {
  std::string common_name;             // of the subject; empty = none
  std::vector<std::string> dns_names;  // subject alternative names
  std::vector<std::string> uris;       // among them SPIFFE identities
  std::vector<std::string> emails;
  std::string sha256;  // of the certificate, 64 hexadecimal digits in lower case
  bool operator==(const TlsPeer&) const = default;
};

}  // namespace signalbox::net
