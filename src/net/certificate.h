// SPDX-License-Identifier: Apache-2.0
//
// Certificates and keys from PEM files, and what a certificate says. Every error names the file,
// what is wrong with it and how to mend it: a certificate is renewed by a person at night.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/openssl.h"
#include "net/tls_peer.h"

namespace signalbox::net {

// At least one, in the order of the file. Text between them is skipped.
Result<std::vector<CertificatePtr>> read_certificates(const std::string& path);

// A private key without a passphrase.
Result<KeyPtr> read_private_key(const std::string& path);

// The same from text that came from elsewhere; `name` stands for the file in complaints.
Result<std::vector<CertificatePtr>> certificates_in(const std::string& text,
                                                    const std::string& name);
Result<KeyPtr> private_key_in(const std::string& text, const std::string& name);

// Subject, names and fingerprint.
TlsPeer describe(X509& certificate);

// What an operator should know although it is no error: that it has ended, is about to (within two
// weeks), or has not begun. Empty = nothing. `path` is named in it.
std::string complaint_about_dates(X509& certificate, const std::string& path);

}  // namespace signalbox::net
