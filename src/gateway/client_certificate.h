// SPDX-License-Identifier: Apache-2.0
//
// From what TLS has verified to what lists of certificates compare.
#pragma once

#include "access/certificate_list.h"
#include "net/tls_peer.h"

namespace signalbox::gateway {

// Valid as long as the peer.
inline access::Certificate certificate_of(const net::TlsPeer& peer) {
  return {.common_name = peer.common_name,
          .dns_names = peer.dns_names,
          .uris = peer.uris,
          .emails = peer.emails,
          .sha256 = peer.sha256};
}

}  // namespace signalbox::gateway
