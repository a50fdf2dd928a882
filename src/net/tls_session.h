// SPDX-License-Identifier: Apache-2.0
//
// The TLS state of one connection, apart from waiting: every call does what can be done now and
// says what to wait for otherwise. Stream waits. OpenSSL works on the socket itself, through a
// small BIO of ours, so that an idle connection holds no buffers (asio::ssl keeps about 34 KiB of
// them), a lost peer raises no SIGPIPE, and the end of the socket is told from the end of the
// stream.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/asio.h"
#include "net/step.h"
#include "net/tls.h"
#include "net/tls_peer.h"

namespace signalbox::net {

class TlsSession {
 public:
  // `fd` stays the caller's; no calls but the destructor once it is closed.
  TlsSession(std::shared_ptr<const TlsServer> server, int fd);
  // `server_name` is the DNS name or IP literal that the peer's certificate must be for.
  TlsSession(std::shared_ptr<const TlsClient> client, const std::string& server_name, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Step handshake();
  Step read(asio::mutable_buffer into);
  // May take less than all. What it did not take must be offered again, unchanged: a record of it
  // may be under way.
  Step write(std::span<const asio::const_buffer> data);
  // Says close_notify if it can be said now.
  void say_goodbye();

  // Whether bytes of the socket are kept here, so that a read may be worth it without more.
  bool has_pending() const;
  // Whether the socket was found to hold no more, since this was asked last.
  bool take_drained() { return std::exchange(socket_drained_, false); }

  // After the handshake.
  std::string_view alpn() const;
  const TlsPeer* peer() const { return peer_ ? &*peer_ : nullptr; }

 private:
  struct Bio;

  void open(ssl_ctx_st* context, int fd);
  Step after(int result);

  // Before ssl_: its callbacks point into them.
  std::shared_ptr<const TlsServer> server_;
  std::shared_ptr<const TlsClient> client_;
  ssl_st* ssl_ = nullptr;  // owned
  int fd_;
  int system_error_ = 0;  // of the socket, at the last failure
  bool socket_ended_ = false;
  bool socket_drained_ = false;
  std::optional<TlsPeer> peer_;
};

}  // namespace signalbox::net
