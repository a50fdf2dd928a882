// SPDX-License-Identifier: Apache-2.0
//
// What we show and whom we believe on TLS connections: TlsServer for those we accept, TlsClient for
// those we make. Both are immutable and shared by all loops; renewed files become a new object, and
// connections that are open keep the one they began with.
//
// TLS 1.2 at least, ephemeral elliptic-curve key exchange and authenticated ciphers only, no
// renegotiation, no compression (RFC 9325); nothing of that can be set, so nothing can be set
// wrong.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // and SSL

namespace signalbox::net {

// PEM. The certificate file holds the server's (or client's) own first, then those of the
// authorities between it and a root.
struct TlsFiles {
  std::string certificate{};
  std::string key{};
  bool operator==(const TlsFiles&) const = default;
};

enum class ClientCertificate {
  kNone,     // not asked for
  kRequest,  // a client may show one; one that is shown must be vouched for
  kRequire,  // no connection without
};

struct TlsServerOptions {
  std::vector<TlsFiles> certificates{};  // the first is for clients that name none of the others
  std::vector<std::string> alpn{};       // protocols in order of preference; empty = not negotiated
  std::string client_ca_file{};          // who vouches for clients
  ClientCertificate client_certificate = ClientCertificate::kNone;
};

class TlsServer {
 public:
  // Reads every file. Errors name the file and how to mend it.
  static Result<std::shared_ptr<const TlsServer>> make(const TlsServerOptions& options);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // Certificates that have expired or are about to, in sentences for the log.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  friend class TlsSession;
  struct Callbacks;

  TlsServer() = default;
  ssl_ctx_st* context_for(std::string_view server_name) const;

  std::vector<ssl_ctx_st*> contexts_;                     // owned, one per certificate
  std::unordered_map<std::string, ssl_ctx_st*> by_name_;  // lower case; "*.example.org" as it is
  std::string alpn_;                                      // as on the wire: length, name, ...
  std::vector<std::string> warnings_;
};

// PEM texts that came from elsewhere than a file of their own, and what complaints call them.
struct TlsTexts {
  std::string ca{};
  std::string certificate{}, key{};
  std::string name{};
};

struct TlsClientOptions {
  std::string ca_file{};            // empty = the authorities that the system trusts
  TlsFiles own{};                   // shown to servers that ask; empty = none
  TlsTexts texts{};                 // each that is not empty counts instead of its file
  std::vector<std::string> alpn{};  // offered in this order; empty = not negotiated
};

class TlsClient {
 public:
  // Reads every file. Errors name the file and how to mend it.
  static Result<std::shared_ptr<const TlsClient>> make(const TlsClientOptions& options);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  friend class TlsSession;

  TlsClient() = default;

  ssl_ctx_st* context_ = nullptr;  // owned
  std::vector<std::string> warnings_;
};

}  // namespace signalbox::net
