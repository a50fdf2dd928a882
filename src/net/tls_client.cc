// SPDX-License-Identifier: Apache-2.0
//
// One context for all connections of a kind; the name to be found in the certificate is given per
// connection. See tls.h.
#include <fmt/format.h>

#include <utility>

#include "net/tls_context.h"

namespace signalbox::net {

Result<std::shared_ptr<const TlsClient>> TlsClient::make(const TlsClientOptions& options) {
  const std::shared_ptr<TlsClient> client(new TlsClient);
  SSL_CTX* context = client->context_ = make_tls_context(TLS_client_method()).release();
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  X509_STORE& store = *SSL_CTX_get_cert_store(context);
  const TlsTexts& texts = options.texts;
  if (!texts.ca.empty()) {
    const auto trusted = trust_text(store, texts.ca, texts.name + ": the authority");
    if (!trusted.ok()) return trusted.error();
  } else if (options.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) != 1) {
      return Error{
          fmt::format("the system's certificate authorities cannot be read: {}; name a "
                      "file of those to believe",
                      last_openssl_reason())};
    }
  } else if (const auto trusted = trust(store, options.ca_file); !trusted.ok()) {
    return trusted.error();
  }
  if (!texts.certificate.empty()) {
    const auto own = use_certificate(*context, texts, client->warnings_);
    if (!own.ok()) return own.error();
  } else if (!options.own.certificate.empty()) {
    const auto own = use_certificate(*context, options.own, client->warnings_);
    if (!own.ok()) return own.error();
  }
  const auto alpn = alpn_on_the_wire(options.alpn);
  if (!alpn.ok()) return alpn.error();
  if (!alpn->empty()) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(alpn->data()),
                            static_cast<unsigned int>(alpn->size()));
  }
  return std::shared_ptr<const TlsClient>(client);
}

TlsClient::~TlsClient() { SSL_CTX_free(context_); }

}  // namespace signalbox::net
