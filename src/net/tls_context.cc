// SPDX-License-Identifier: Apache-2.0
//
// The settings follow RFC 9325 and Mozilla's "intermediate" profile without its DHE and CBC suites.
// Buffers are given back between records and nothing is cached per connection: an idle connection
// costs memory for as long as it lasts, a buffer is had again in a moment. Reading ahead takes a
// whole record with one system call instead of two. See tls_context.h.
#include "net/tls_context.h"

#include <fmt/format.h>

#include <utility>

#include "base/assert.h"
#include "net/certificate.h"

namespace signalbox::net {

namespace {

constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kTls13Ciphers =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kGroups = "X25519:P-256:P-384";
constexpr std::size_t kLongestProtocol = 255;  // RFC 7301, section 3.1

Result<CertificatePtr> use_pair(SSL_CTX& context, Result<std::vector<CertificatePtr>> chain,
                                Result<KeyPtr> key, const TlsFiles& names,
                                std::vector<std::string>& warnings);

Result<std::vector<CertificatePtr>> believe(X509_STORE& store,
                                            Result<std::vector<CertificatePtr>> authorities,
                                            const std::string& name) {
  if (!authorities.ok()) return authorities.error();
  for (const auto& authority : *authorities) {
    if (X509_STORE_add_cert(&store, authority.get()) != 1) {
      return Error{fmt::format("{} cannot be used: {}", name, last_openssl_reason())};
    }
  }
  return authorities;
}

}  // namespace

SslContextPtr make_tls_context(const SSL_METHOD* method) {
  SslContextPtr context(SSL_CTX_new(method));
  SIGNALBOX_ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE |
                                         SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context.get(), 1);
  SIGNALBOX_ASSERT(SSL_CTX_set_cipher_list(context.get(), kCiphers) == 1);
  SIGNALBOX_ASSERT(SSL_CTX_set_ciphersuites(context.get(), kTls13Ciphers) == 1);
  SIGNALBOX_ASSERT(SSL_CTX_set1_groups_list(context.get(), kGroups) == 1);
  return context;
}

Result<CertificatePtr> use_certificate(SSL_CTX& context, const TlsFiles& files,
                                       std::vector<std::string>& warnings) {
  return use_pair(context, read_certificates(files.certificate), read_private_key(files.key), files,
                  warnings);
}

Result<CertificatePtr> use_certificate(SSL_CTX& context, const TlsTexts& texts,
                                       std::vector<std::string>& warnings) {
  const TlsFiles names{texts.name + ": the certificate", texts.name + ": the key"};
  return use_pair(context, certificates_in(texts.certificate, names.certificate),
                  private_key_in(texts.key, names.key), names, warnings);
}

namespace {

Result<CertificatePtr> use_pair(SSL_CTX& context, Result<std::vector<CertificatePtr>> chain,
                                Result<KeyPtr> key, const TlsFiles& files,
                                std::vector<std::string>& warnings) {
  if (!chain.ok()) return chain.error();
  if (!key.ok()) return key.error();
  CertificatePtr own = std::move(chain->front());
  if (X509_check_private_key(own.get(), key->get()) != 1) {
    ERR_clear_error();
    return Error{
        fmt::format("{} is not the key of the certificate in {}: give the key that the "
                    "certificate was asked for with, and put that certificate first in "
                    "its file",
                    files.key, files.certificate)};
  }
  if (SSL_CTX_use_certificate(&context, own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(&context, key->get()) != 1) {
    return Error{
        fmt::format("{} cannot be used: {}; RSA keys need 2048 bits, and P-256 is a good "
                    "choice",
                    files.certificate, last_openssl_reason())};
  }
  for (std::size_t i = 1; i < chain->size(); ++i) {
    if (SSL_CTX_add1_chain_cert(&context, (*chain)[i].get()) != 1) {
      return Error{fmt::format("{}: certificate {} of the file cannot be used: {}",
                               files.certificate, i + 1, last_openssl_reason())};
    }
  }
  if (auto complaint = complaint_about_dates(*own, files.certificate); !complaint.empty()) {
    warnings.push_back(std::move(complaint));
  }
  return own;
}

}  // namespace

Result<std::string> alpn_on_the_wire(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const auto& protocol : protocols) {
    if (protocol.empty() || protocol.size() > kLongestProtocol) {
      return Error{
          fmt::format("'{}' is no name of a protocol: 1 to {} bytes", protocol, kLongestProtocol)};
    }
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

Result<std::vector<CertificatePtr>> trust(X509_STORE& store, const std::string& ca_file) {
  return believe(store, read_certificates(ca_file), ca_file);
}

Result<std::vector<CertificatePtr>> trust_text(X509_STORE& store, const std::string& text,
                                               const std::string& name) {
  return believe(store, certificates_in(text, name), name);
}

}  // namespace signalbox::net
