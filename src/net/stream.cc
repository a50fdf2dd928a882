// SPDX-License-Identifier: Apache-2.0
//
// The handshake, and the two ways to end; see stream.h.
#include "net/stream.h"

#include "base/assert.h"

namespace signalbox::net {

namespace {

// One handshake: a step each time that the socket is ready for it.
struct Handshake {
  asio::ip::tcp::socket* socket;  // valid unless the session was abandoned
  std::shared_ptr<TlsSession> session;
  Stream::Handler done;

  void operator()(error_code error) {
    if (session->abandoned()) error = asio::error::operation_aborted;
    TlsSession::Step step{TlsSession::Need::kNothing, error, 0};
    if (!error) step = session->handshake();
    if (step.need == TlsSession::Need::kNothing) {
      const auto last = std::move(done);
      last(step.error);
      return;
    }
    auto& on = *socket;
    on.async_wait(step.need == TlsSession::Need::kReadable ? asio::ip::tcp::socket::wait_read
                                                           : asio::ip::tcp::socket::wait_write,
                  std::move(*this));
  }
};

}  // namespace

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  socket_ = std::move(other.socket_);
  session_ = std::move(other.session_);
  return *this;
}

void Stream::async_accept_tls(std::shared_ptr<const TlsServer> server, Handler done) {
  shake_hands(std::make_shared<TlsSession>(std::move(server), socket_.native_handle()),
              std::move(done));
}

void Stream::async_connect_tls(std::shared_ptr<const TlsClient> client,
                               const std::string& server_name, Handler done) {
  shake_hands(std::make_shared<TlsSession>(std::move(client), server_name, socket_.native_handle()),
              std::move(done));
}

void Stream::shake_hands(std::shared_ptr<TlsSession> session, Handler done) {
  SIGNALBOX_ASSERT(!session_);
  session_ = std::move(session);
  asio::post(get_executor(), [step = Handshake{&socket_, session_, std::move(done)}]() mutable {
    step(error_code());
  });
}

void Stream::shutdown_send() {
  if (session_ && !session_->abandoned()) session_->say_goodbye();
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  if (session_) session_->abandon();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace signalbox::net
