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

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/asio.h"
#include "net/tls_session.h"

namespace signalbox::net {

class Stream {
 public:
  using executor_type = asio::ip::tcp::socket::executor_type;
  using Handler = std::function<void(error_code)>;

  explicit Stream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
  explicit Stream(asio::io_context& io) : socket_(io) {}
  ~Stream() { close(); }
  Stream(Stream&& other) noexcept = default;
  Stream& operator=(Stream&& other) noexcept;

  asio::ip::tcp::socket& socket() { return socket_; }
  const asio::ip::tcp::socket& socket() const { return socket_; }
  executor_type get_executor() { return socket_.get_executor(); }
  bool is_open() const { return socket_.is_open(); }

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
    if (!session_) {
      socket_.async_read_some(buffers, std::forward<ReadHandler>(handler));
      return;
    }
    ReadStep step{session_, first_of(buffers)};
    begin(std::move(step), std::forward<ReadHandler>(handler));
  }

  // handler(error_code, std::size_t). Over TLS what was not taken must be written next, unchanged,
  // as asio::async_write does.
  template <class ConstBuffers, class WriteHandler>
  void async_write_some(const ConstBuffers& buffers, WriteHandler&& handler) {
    if (!session_) {
      socket_.async_write_some(buffers, std::forward<WriteHandler>(handler));
      return;
    }
    WriteStep<ConstBuffers> step{session_, buffers};
    begin(std::move(step), std::forward<WriteHandler>(handler));
  }

  // Tells the peer that no more will come: close_notify if there is TLS, then FIN. Never waits.
  void shutdown_send();
  // Ends both directions at once.
  void close();

 private:
  static constexpr std::size_t kMostBuffers = 16;  // looked at in one write

  struct ReadStep {
    std::shared_ptr<TlsSession> session;
    asio::mutable_buffer buffer;
    TlsSession::Step operator()() { return session->read(buffer); }
    // A read that would surely find nothing is not tried.
    bool worth_trying() const { return !session->drained() || buffer.size() == 0; }
  };

  template <class ConstBuffers>
  struct WriteStep {
    std::shared_ptr<TlsSession> session;
    ConstBuffers buffers;
    TlsSession::Step operator()() {
      std::array<asio::const_buffer, kMostBuffers> pieces;
      std::size_t count = 0;
      const auto end = asio::buffer_sequence_end(buffers);
      for (auto at = asio::buffer_sequence_begin(buffers); at != end && count < kMostBuffers;
           ++at) {
        const asio::const_buffer piece(*at);
        if (piece.size() > 0) pieces[count++] = piece;
      }
      return session->write({pieces.data(), count});
    }
    bool worth_trying() const { return true; }
  };

  // One read or write over TLS: tried when the socket is ready for it, until it is done.
  template <class Attempt, class Done>
  struct Operation {
    asio::ip::tcp::socket* socket;  // valid unless the session was abandoned
    Attempt attempt;
    Done done;

    void operator()(error_code error) {
      if (attempt.session->abandoned()) error = asio::error::operation_aborted;
      TlsSession::Step step{TlsSession::Need::kNothing, error, 0};
      if (!error) step = attempt();
      if (step.need == TlsSession::Need::kNothing) {
        Done last = std::move(done);  // whatever it frees may hold this stream
        last(step.error, step.size);
      } else {
        wait(step.need);
      }
    }

    void wait(TlsSession::Need need) {
      auto& on = *socket;
      on.async_wait(need == TlsSession::Need::kReadable ? asio::ip::tcp::socket::wait_read
                                                        : asio::ip::tcp::socket::wait_write,
                    std::move(*this));
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

  template <class Attempt, class Done>
  void begin(Attempt attempt, Done&& done) {
    TlsSession::Step step{TlsSession::Need::kReadable, {}, 0};
    if (attempt.session->abandoned()) {
      step = {TlsSession::Need::kNothing, asio::error::bad_descriptor, 0};
    } else if (attempt.worth_trying()) {
      step = attempt();
    }
    if (step.need == TlsSession::Need::kNothing) {
      asio::post(get_executor(), [done = std::decay_t<Done>(std::forward<Done>(done)),
                                  step]() mutable { done(step.error, step.size); });
      return;
    }
    Operation<Attempt, std::decay_t<Done>> operation{&socket_, std::move(attempt),
                                                     std::forward<Done>(done)};
    operation.wait(step.need);
  }

  void shake_hands(std::shared_ptr<TlsSession> session, Handler done);

  asio::ip::tcp::socket socket_;
  std::shared_ptr<TlsSession> session_;  // shared with the operations under way
};

}  // namespace signalbox::net
