// SPDX-License-Identifier: Apache-2.0
//
// What can go wrong on a TLS connection, as error codes beside those of the sockets: an owner
// handles both in one place. The one that protocols must tell apart has a name, kStreamTruncated;
// the rest is for the log, and says in words what the other side did or which check failed.
#pragma once

#include "net/asio.h"

namespace signalbox::net {

// The peer ended a TLS stream without saying so (close_notify). What was read may be cut: somebody
// between can end a TCP connection, but not say goodbye in the peer's name (RFC 8446, 6.1).
error_code stream_truncated();

// The failure that OpenSSL recorded last on this thread, taken out of its list.
error_code take_tls_error();

// `verdict` of X509_verify_cert (X509_V_ERR_...): why a certificate was not believed.
error_code certificate_refused(long verdict);

}  // namespace signalbox::net
