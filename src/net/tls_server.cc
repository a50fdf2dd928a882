// SPDX-License-Identifier: Apache-2.0
//
// One context per certificate. A connection begins with the first and moves to the one whose name
// the client asks for (SNI, RFC 6066); protocols and rules about clients are the same in all. See
// tls.h.
#include <fmt/format.h>

#include <cctype>
#include <utility>

#include "net/certificate.h"
#include "net/tls_context.h"

namespace signalbox::net {

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// The names a certificate is for: its DNS names, or the common name of one that has none.
std::vector<std::string> names_of(X509& certificate) {
  TlsPeer subject = describe(certificate);
  if (subject.dns_names.empty() && !subject.common_name.empty()) return {subject.common_name};
  return std::move(subject.dns_names);
}

Result<bool> ask_for_clients(SSL_CTX& context, const TlsServerOptions& options) {
  if (options.client_certificate == ClientCertificate::kNone) return true;
  const auto authorities = trust(*SSL_CTX_get_cert_store(&context), options.client_ca_file);
  if (!authorities.ok()) return authorities.error();
  for (const auto& authority : *authorities) SSL_CTX_add_client_CA(&context, authority.get());
  const bool require = options.client_certificate == ClientCertificate::kRequire;
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER | (require ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                     nullptr);
  // Tickets carry who the client is; they are for this use only.
  static constexpr unsigned char kUse[] = "signalbox";
  SSL_CTX_set_session_id_context(&context, kUse, sizeof kUse - 1);
  return true;
}

}  // namespace

// OpenSSL calls these with the server as `argument`; connections keep it alive.
struct TlsServer::Callbacks {
  static int on_server_name(SSL* ssl, int*, void* argument) {
    const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_OK;
    SSL_CTX* context = static_cast<const TlsServer*>(argument)->context_for(name);
    if (context != SSL_get_SSL_CTX(ssl)) SSL_set_SSL_CTX(ssl, context);
    return SSL_TLSEXT_ERR_OK;
  }

  // A client that speaks none of ours is refused (RFC 7301, 3.2): going on in a protocol that was
  // not agreed is how cross-protocol attacks begin.
  static int on_alpn(SSL*, const unsigned char** out, unsigned char* out_size,
                     const unsigned char* offered, unsigned int size, void* argument) {
    const std::string& ours = static_cast<const TlsServer*>(argument)->alpn_;
    unsigned char* chosen = nullptr;
    const int found = SSL_select_next_proto(&chosen, out_size,
                                            reinterpret_cast<const unsigned char*>(ours.data()),
                                            static_cast<unsigned int>(ours.size()), offered, size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }
};

Result<std::shared_ptr<const TlsServer>> TlsServer::make(const TlsServerOptions& options) {
  if (options.certificates.empty()) return Error{"a TLS server needs a certificate"};
  const std::shared_ptr<TlsServer> server(new TlsServer);
  auto alpn = alpn_on_the_wire(options.alpn);
  if (!alpn.ok()) return alpn.error();
  server->alpn_ = std::move(*alpn);
  for (const auto& files : options.certificates) {
    SSL_CTX* context =
        server->contexts_.emplace_back(make_tls_context(TLS_server_method()).release());
    const auto certificate = use_certificate(*context, files, server->warnings_);
    if (!certificate.ok()) return certificate.error();
    for (const auto& name : names_of(**certificate)) {
      server->by_name_.try_emplace(lower(name), context);
    }
    if (const auto asked = ask_for_clients(*context, options); !asked.ok()) return asked.error();
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_tlsext_servername_callback(context, Callbacks::on_server_name);
    SSL_CTX_set_tlsext_servername_arg(context, server.get());
    if (!server->alpn_.empty()) {
      SSL_CTX_set_alpn_select_cb(context, Callbacks::on_alpn, server.get());
    }
  }
  return std::shared_ptr<const TlsServer>(server);
}

TlsServer::~TlsServer() {
  for (SSL_CTX* context : contexts_) SSL_CTX_free(context);
}

// The exact name, or the wildcard one label up (RFC 6125, 6.4.3); the first context for all others.
ssl_ctx_st* TlsServer::context_for(std::string_view server_name) const {
  const std::string name = lower(server_name);
  if (const auto exact = by_name_.find(name); exact != by_name_.end()) return exact->second;
  if (const auto dot = name.find('.'); dot != std::string::npos) {
    const auto wildcard = by_name_.find("*" + name.substr(dot));
    if (wildcard != by_name_.end()) return wildcard->second;
  }
  return contexts_.front();
}

}  // namespace signalbox::net
