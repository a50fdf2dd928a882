// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's calls, and its several ways of saying "not yet", "no" and "over"; see tls_session.h.
#include "net/tls_session.h"

#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "net/certificate.h"
#include "net/openssl.h"
#include "net/tls_error.h"

namespace signalbox::net {

namespace {

constexpr std::size_t kRecord = 16 * 1024;  // the most that one record carries (RFC 8446, 5.1)

}  // namespace

// The socket as OpenSSL sees it.
struct TlsSession::Bio {
  static TlsSession& session(BIO* bio) { return *static_cast<TlsSession*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* into, int size) {
    TlsSession& self = session(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(self.fd_, into, static_cast<std::size_t>(size), MSG_DONTWAIT);
    self.socket_drained_ = got < size;
    if (got > 0) return static_cast<int>(got);
    if (got == 0) {
      self.socket_ended_ = true;
    } else if (errno == EAGAIN || errno == EINTR) {
      BIO_set_retry_read(bio);
    } else {
      self.system_error_ = errno;
    }
    return got == 0 ? 0 : -1;
  }

  static int write(BIO* bio, const char* from, int size) {
    TlsSession& self = session(bio);
    BIO_clear_retry_flags(bio);
    const ssize_t sent =
        ::send(self.fd_, from, static_cast<std::size_t>(size), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    if (errno == EAGAIN || errno == EINTR) {
      BIO_set_retry_write(bio);
    } else {
      self.system_error_ = errno;
    }
    return -1;
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_FLUSH) return 1;
    if (command == BIO_CTRL_EOF) return session(bio).socket_ended_ ? 1 : 0;
    return 0;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const method = [] {
      BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      BIO_meth_set_read(made, read);
      BIO_meth_set_write(made, write);
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return method;
  }
};

TlsSession::TlsSession(std::shared_ptr<const TlsServer> server, int fd)
    : server_(std::move(server)), fd_(fd) {
  open(server_->contexts_.front(), fd);
  SSL_set_accept_state(ssl_);
}

TlsSession::TlsSession(std::shared_ptr<const TlsClient> client, const std::string& server_name,
                       int fd)
    : client_(std::move(client)), fd_(fd) {
  open(client_->context_, fd);
  SSL_set_connect_state(ssl_);
  // A name is announced and looked for in the certificate; an address only looked for (RFC 6066).
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), server_name.c_str()) == 1) return;
  ERR_clear_error();
  SSL_set_tlsext_host_name(ssl_, server_name.c_str());
  SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(ssl_, server_name.c_str());
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

void TlsSession::open(ssl_ctx_st* context, int fd) {
  SIGNALBOX_ASSERT(fd >= 0);
  ssl_ = SSL_new(context);
  BIO* bio = BIO_new(Bio::method());
  SIGNALBOX_ASSERT(ssl_ != nullptr && bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
}

Step TlsSession::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_);
  if (result != 1) {
    const long verdict = SSL_get_verify_result(ssl_);
    Step step = after(result);
    // "certificate verify failed" alone helps nobody.
    if (step.need == Need::kNothing && verdict != X509_V_OK) {
      step.error = certificate_refused(verdict);
    }
    return step;
  }
  const CertificatePtr certificate(SSL_get1_peer_certificate(ssl_));
  if (certificate && SSL_get_verify_result(ssl_) == X509_V_OK) peer_ = describe(*certificate);
  return {};
}

Step TlsSession::read(asio::mutable_buffer into) {
  if (into.size() == 0) return {};
  ERR_clear_error();
  std::size_t size = 0;
  const int result = SSL_read_ex(ssl_, into.data(), into.size(), &size);
  return result == 1 ? Step{Need::kNothing, {}, size} : after(result);
}

// Small buffers are gathered: an answer's head and body should be one record, and one system call.
Step TlsSession::write(std::span<const asio::const_buffer> data) {
  thread_local std::array<char, kRecord> gathered;
  std::size_t taken = 0;
  std::size_t skip = 0;  // of the first buffer
  ERR_clear_error();
  while (!data.empty()) {
    asio::const_buffer piece = data.front() + skip;
    std::size_t room = 0;
    if (piece.size() < kRecord && data.size() > 1) {
      std::memcpy(gathered.data(), piece.data(), piece.size());
      room = piece.size();
      for (std::size_t i = 1; i < data.size() && room < kRecord; ++i) {
        const std::size_t part = std::min(kRecord - room, data[i].size());
        std::memcpy(gathered.data() + room, data[i].data(), part);
        room += part;
      }
      piece = asio::const_buffer(gathered.data(), room);
    }
    if (piece.size() == 0) break;
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl_, piece.data(), piece.size(), &written);
    if (result != 1) {
      Step step = after(result);
      if (taken == 0 || step.error) return step;
      break;
    }
    taken += written;
    skip += written;
    while (!data.empty() && skip >= data.front().size()) {
      skip -= data.front().size();
      data = data.subspan(1);
    }
  }
  return {Need::kNothing, {}, taken};
}

void TlsSession::say_goodbye() {
  if (SSL_in_init(ssl_) == 0) SSL_shutdown(ssl_);
  ERR_clear_error();
}

bool TlsSession::has_pending() const { return SSL_has_pending(ssl_) == 1; }

Step TlsSession::after(int result) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_WANT_READ:
      return {Need::kReadable, {}, 0};
    case SSL_ERROR_WANT_WRITE:
      return {Need::kWritable, {}, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {Need::kNothing, asio::error::eof, 0};
    case SSL_ERROR_SYSCALL:
      ERR_clear_error();
      if (system_error_ != 0) {
        return {Need::kNothing, {system_error_, boost::system::system_category()}, 0};
      }
      return {Need::kNothing, stream_truncated(), 0};
    default:
      if (socket_ended_ && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return {Need::kNothing, stream_truncated(), 0};
      }
      return {Need::kNothing, take_tls_error(), 0};
  }
}

std::string_view TlsSession::alpn() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace signalbox::net
