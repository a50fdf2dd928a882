// SPDX-License-Identifier: Apache-2.0
//
// A byte stream to a peer: TCP as it is, or TLS over it. Not virtual: in clear every call goes
// straight to the socket, and what TLS needs is made only when it is used. It is an AsyncStream in
// Asio's sense, so asio::async_write(stream, ...) and async_read work on it.
//
// Belongs to one loop. At most one read and one write at a time. Handlers are called from the loop,
// never from inside the call that was given them. The stream is not moved while one is awaited; it
// may be closed or destroyed, and its handlers are then called with operation_aborted.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "net/asio.h"
#include "net/socket.h"
#include "net/step.h"
#include "net/tls_session.h"

namespace signalbox::net {

class Stream {
 public:
  using executor_type = asio::io_context::executor_type;
  using Handler = std::function<void(error_code)>;
  using Endpoints = std::vector<asio::ip::tcp::endpoint>;

  // Of a connection that was accepted.
  explicit Stream(asio::ip::tcp::socket socket);
  // To be connected.
  explicit Stream(asio::io_context& io);
  ~Stream() { close(); }
  Stream(Stream&& other) noexcept = default;
  Stream& operator=(Stream&& other) noexcept;

  executor_type get_executor() const { return socket_->io().get_executor(); }
  bool is_open() const { return socket_ != nullptr && socket_->is_open(); }
  // For options of the socket.
  int fd() const { return socket_->fd(); }
  // The peer's, "unknown" where it has left.
  std::string remote_ip() const;

  // To the first that answers, in order; the error is the last one's. How long it may take is the
  // owner's to say. REQUIRES: not open, somewhere to go.
  void async_connect(Endpoints to, Handler done);

  // From the start of a handshake.
  bool secure() const { return session_ != nullptr; }
  // The protocol agreed in the handshake: "h2", "http/1.1"; empty when none was, and in clear.
  std::string_view alpn() const { return session_ ? session_->alpn() : std::string_view(); }
  // Whose certificate was shown and verified; null if none was, and in clear.
  const TlsPeer* tls_peer() const { return session_ ? session_->peer() : nullptr; }

  // The handshake, once, before anything else is read or written. How long it may take is the
  // owner's to say: it closes the stream when that time is up.
  void async_accept_tls(std::shared_ptr<const TlsServer> server, Handler done);
  // `server_name` is the DNS name or IP literal that the peer's certificate must be for.
  void async_connect_tls(std::shared_ptr<const TlsClient> client, const std::string& server_name,
                         Handler done);

  // handler(error_code, std::size_t). The end of the stream is asio::error::eof; an end that TLS
  // did not announce is stream_truncated() (tls_error.h).
  template <class MutableBuffers, class ReadHandler>
  void async_read_some(const MutableBuffers& buffers, ReadHandler&& handler) {
    begin(Socket::Operation::kRead, Read{session_, first_of(buffers)},
          std::forward<ReadHandler>(handler));
  }

  // handler(error_code, std::size_t). Over TLS what was not taken must be written next, unchanged,
  // as asio::async_write does.
  template <class ConstBuffers, class WriteHandler>
  void async_write_some(const ConstBuffers& buffers, WriteHandler&& handler) {
    begin(Socket::Operation::kWrite, Write<ConstBuffers>{session_, buffers},
          std::forward<WriteHandler>(handler));
  }

  // handler(error_code, std::size_t), once all of it has been taken, or after an error. `bytes`
  // stay as and where they are until then.
  template <class WriteHandler>
  void async_write_all(std::string_view bytes, WriteHandler&& handler) {
    begin(Socket::Operation::kWrite, WriteAll{session_, bytes, 0},
          std::forward<WriteHandler>(handler));
  }

  // done(error_code()) when the connection has broken: by a reset, or because both sides have said
  // all they had to say. Without reading, so what has come stays.
  void async_wait_for_fall(Handler done) { socket_->wait_for_fall(std::move(done)); }

  // Sends what goes at once. REQUIRES: not secure, no write under way.
  void try_send(std::string_view bytes);

  // Tells the peer that no more will come: close_notify if there is TLS, then FIN. Never waits.
  void shutdown_send();
  // Ends both directions at once.
  void close();
  // So that the peer takes it for an error, not for an end.
  void reset();

 private:
  static constexpr std::size_t kMostBuffers = 16;  // looked at in one write

  struct Read {
    std::shared_ptr<TlsSession> session;
    asio::mutable_buffer buffer;

    Step operator()(Socket& socket) {
      if (session == nullptr) return socket.receive(buffer);
      // A read that would surely find nothing is not tried.
      if (!session->has_pending() && !socket.may_receive() && buffer.size() > 0) {
        return {Need::kReadable, {}, 0};
      }
      const Step step = session->read(buffer);
      // Only now: of what it kept it may have read without a look at the socket.
      if (session->take_drained()) socket.received_all();
      return step;
    }
  };

  template <class ConstBuffers>
  struct Write {
    std::shared_ptr<TlsSession> session;
    ConstBuffers buffers;

    Step operator()(Socket& socket) {
      std::array<asio::const_buffer, kMostBuffers> pieces;
      std::size_t count = 0;
      const auto end = asio::buffer_sequence_end(buffers);
      for (auto at = asio::buffer_sequence_begin(buffers); at != end && count < kMostBuffers;
           ++at) {
        const asio::const_buffer piece(*at);
        if (piece.size() > 0) pieces[count++] = piece;
      }
      if (count == 0) return {};
      const std::span<const asio::const_buffer> all(pieces.data(), count);
      return session == nullptr ? socket.send(all) : session->write(all);
    }
  };

  struct WriteAll {
    std::shared_ptr<TlsSession> session;
    std::string_view bytes;
    std::size_t taken;

    Step operator()(Socket& socket) {
      while (taken < bytes.size()) {
        const asio::const_buffer rest(bytes.data() + taken, bytes.size() - taken);
        const std::span<const asio::const_buffer> all(&rest, 1);
        const Step step = session == nullptr ? socket.send(all) : session->write(all);
        if (step.need != Need::kNothing || step.error) return step;
        taken += step.size;
      }
      return {Need::kNothing, {}, taken};
    }
  };

  // A read or a write: tried when the socket is ready for it, until it is done.
  template <class Try, class Done>
  struct Trying {
    Socket* socket;  // there as long as no error is told
    Socket::Operation operation;
    Try attempt;
    Done done;

    void operator()(error_code error) {
      Step step{Need::kNothing, error, 0};
      if (!error) step = attempt(*socket);
      if (step.need == Need::kNothing) {
        done(step.error, step.size);
      } else {
        Socket& on = *socket;
        on.wait(operation, step.need, std::move(*this));
      }
    }
  };

  template <class MutableBuffers>
  static asio::mutable_buffer first_of(const MutableBuffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto at = asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const asio::mutable_buffer buffer(*at);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  template <class Try, class Done>
  void begin(Socket::Operation operation, Try attempt, Done&& done) {
    using Kept = std::decay_t<Done>;
    const Step step =
        is_open() ? attempt(*socket_) : Step{Need::kNothing, asio::error::bad_descriptor, 0};
    if (step.need == Need::kNothing) {
      socket_->defer([done = Kept(std::forward<Done>(done)),
                      size = step.size](error_code error) mutable { done(error, size); },
                     step.error);
    } else {
      socket_->wait(operation, step.need,
                    Trying<Try, Kept>{socket_.get(), operation, std::move(attempt),
                                      std::forward<Done>(done)});
    }
  }

  void shake_hands(std::shared_ptr<TlsSession> session, Handler done);

  std::unique_ptr<Socket> socket_;  // null = moved from
  std::shared_ptr<TlsSession> session_;
};

}  // namespace signalbox::net
