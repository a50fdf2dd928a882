// SPDX-License-Identifier: Apache-2.0
//
// What a connection to a unit needs beside the endpoint's address: whom to believe over TLS, and
// what the unit wants to see. Made from a unit's link (core/model/unit.h), whose files are read by
// then; never from anything that a client sent.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "net/tls.h"

namespace signalbox::gateway {

struct UnitAccess {
  bool http2 = false;
  std::shared_ptr<const net::TlsClient> tls;        // null = in clear
  std::shared_ptr<const net::TlsClient> probe_tls;  // likewise for probes, which speak HTTP/1.1
  std::string server_name;        // expected in the certificate; empty = the endpoint's host
  std::string credential_header;  // lower case; empty = none
  std::string credential;         // its value; a secret: never logged
};

// By the name of the unit; one that is not there is spoken to in HTTP/1.1 and in clear.
using UnitAccesses = std::map<std::string, UnitAccess, std::less<>>;

}  // namespace signalbox::gateway
