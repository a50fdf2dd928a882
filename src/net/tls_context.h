// SPDX-License-Identifier: Apache-2.0
//
// What servers and clients have in common when their contexts are made: the settings that are the
// same for everybody, and a certificate with its key.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/openssl.h"
#include "net/tls.h"

namespace signalbox::net {

SslContextPtr make_tls_context(const SSL_METHOD* method);

// Loads certificate, chain and key into the context. Returns the certificate; adds to `warnings`
// what is to be said of its dates.
Result<CertificatePtr> use_certificate(SSL_CTX& context, const TlsFiles& files,
                                       std::vector<std::string>& warnings);

// Likewise, of a client's, from PEM texts.
Result<CertificatePtr> use_certificate(SSL_CTX& context, const TlsTexts& texts,
                                       std::vector<std::string>& warnings);

// The protocols as TLS carries them: each with its length in front.
Result<std::string> alpn_on_the_wire(const std::vector<std::string>& protocols);

// Believes those whom the file's certificates vouch for; returns these certificates.
Result<std::vector<CertificatePtr>> trust(X509_STORE& store, const std::string& ca_file);
// Likewise of a text; `name` stands for the file in complaints.
Result<std::vector<CertificatePtr>> trust_text(X509_STORE& store, const std::string& text,
                                               const std::string& name);

}  // namespace signalbox::net
