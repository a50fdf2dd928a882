// SPDX-License-Identifier: Apache-2.0
//
// Connecting, the handshake, and the ways to end; see stream.h.
#include "net/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/assert.h"

namespace signalbox::net {

namespace {

using asio::ip::tcp;

error_code system_error(int code) { return {code, boost::system::system_category()}; }

// One endpoint after the other, until one answers.
struct Connecting {
  Socket* socket;  // there as long as it is not closed by others
  Stream::Endpoints to;
  Stream::Handler done;
  std::size_t next = 0;

  // What is awaited is that the socket becomes writable: connected, or refused.
  void operator()(error_code error) {
    if (error) return done(error);
    int code = 0;
    socklen_t size = sizeof code;
    ::getsockopt(socket->fd(), SOL_SOCKET, SO_ERROR, &code, &size);
    if (code == 0) return done({});
    socket->close();
    start(code);
  }

  // `code`: why the one before did not answer.
  void start(int code) {
    Socket& on = *socket;
    while (next < to.size()) {
      const tcp::endpoint& endpoint = to[next++];
      const int fd = ::socket(endpoint.protocol().family(),
                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
      if (fd < 0) {
        code = errno;
        break;
      }
      const bool refused =
          ::connect(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0 &&
          errno != EINPROGRESS;
      if (!refused) {
        on.open(fd);
        if (!on.is_open()) {
          code = ENOSPC;
          break;
        }
        return on.wait(Socket::Operation::kWrite, Need::kWritable, std::move(*this));
      }
      code = errno;
      ::close(fd);
    }
    on.defer(std::move(done), system_error(code));
  }
};

// One handshake: a step each time that the socket is ready for it.
struct Handshake {
  Socket* socket;  // there as long as no error is told
  std::shared_ptr<TlsSession> session;
  Stream::Handler done;

  void operator()(error_code error) {
    if (error) return done(error);
    const Step step = try_once(*socket);
    if (step.need == Need::kNothing) return done(step.error);
    Socket& on = *socket;
    on.wait(Socket::Operation::kRead, step.need, std::move(*this));
  }

  Step try_once(Socket& on) const {
    const Step step = session->handshake();
    if (session->take_drained()) on.received_all();
    return step;
  }
};

}  // namespace

Stream::Stream(asio::io_context& io) : socket_(std::make_unique<Socket>(io)) {}

Stream::Stream(tcp::socket socket)
    : Stream(static_cast<asio::io_context&>(
          asio::query(socket.get_executor(), asio::execution::context))) {
  error_code error;
  const int fd = socket.release(error);
  if (!error) socket_->open(fd);
}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  socket_ = std::move(other.socket_);
  session_ = std::move(other.session_);
  return *this;
}

std::string Stream::remote_ip() const {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (::getpeername(fd(), endpoint.data(), &size) != 0) return "unknown";
  endpoint.resize(size);
  return endpoint.address().to_string();
}

void Stream::async_connect(Endpoints to, Handler done) {
  SIGNALBOX_ASSERT(!is_open() && !to.empty());
  Connecting{socket_.get(), std::move(to), std::move(done)}.start(0);
}

void Stream::async_accept_tls(std::shared_ptr<const TlsServer> server, Handler done) {
  if (!is_open()) return socket_->defer(std::move(done), asio::error::bad_descriptor);
  shake_hands(std::make_shared<TlsSession>(std::move(server), fd()), std::move(done));
}

void Stream::async_connect_tls(std::shared_ptr<const TlsClient> client,
                               const std::string& server_name, Handler done) {
  if (!is_open()) return socket_->defer(std::move(done), asio::error::bad_descriptor);
  shake_hands(std::make_shared<TlsSession>(std::move(client), server_name, fd()), std::move(done));
}

void Stream::shake_hands(std::shared_ptr<TlsSession> session, Handler done) {
  SIGNALBOX_ASSERT(!session_);
  session_ = std::move(session);
  Handshake handshake{socket_.get(), session_, std::move(done)};
  const Step step = handshake.try_once(*socket_);
  if (step.need == Need::kNothing) {
    socket_->defer(std::move(handshake.done), step.error);
  } else {
    socket_->wait(Socket::Operation::kRead, step.need, std::move(handshake));
  }
}

void Stream::try_send(std::string_view bytes) {
  SIGNALBOX_ASSERT(!session_);
  const asio::const_buffer piece(bytes.data(), bytes.size());
  socket_->send({&piece, 1});
}

void Stream::shutdown_send() {
  if (!is_open()) return;
  if (session_) session_->say_goodbye();
  ::shutdown(fd(), SHUT_WR);
}

void Stream::close() {
  if (socket_ != nullptr) socket_->close();
}

void Stream::reset() {
  if (!is_open()) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

}  // namespace signalbox::net
