// SPDX-License-Identifier: Apache-2.0
//
// One outstanding read at most; what its bytes mean depends on the phase. See client_connection.h.
#include "gateway/client_connection.h"

#include <cstring>
#include <utility>

#include "gateway/exchange.h"
#include "gateway/loop.h"
#include "wire/http1_writer.h"
#include "wire/json_error.h"

namespace signalbox::gateway {

namespace {

constexpr Duration kLingerTime = 1s;
constexpr std::size_t kMostDiscarded = 256 * 1024;

std::string describe(const asio::ip::tcp::socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  return error ? std::string("unknown") : endpoint.address().to_string();
}

wire::ParserLimits limits(const Options& options) {
  wire::ParserLimits limits;
  limits.max_body = options.max_body;
  return limits;
}

}  // namespace

ClientConnection::ClientConnection(asio::ip::tcp::socket socket, Loop& loop)
    : socket_(std::move(socket)),
      loop_(loop),
      address_(describe(socket_)),
      timer_(loop.io()),
      parser_(limits(loop.options())) {
  parser_.on_body([this](std::string_view bytes) {
    if (exchange_) exchange_->on_body_bytes(bytes);
  });
}

ClientConnection::~ClientConnection() { loop_.forget_connection(this); }

void ClientConnection::start() {
  arm(loop_.options().header_timeout);
  read();
}

void ClientConnection::drain() {
  closing_ = true;
  if (!exchange_ && !parser_.started()) close();
}

void ClientConnection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  timer_.cancel();
  error_code ignored;
  if (reset_at_close_) {
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  } else {
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
  socket_.close(ignored);
  // An exchange that is still in progress has lost its client.
  if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->on_client_gone();
}

void ClientConnection::read() {
  if (reading_ || phase_ == Phase::kClosed || input_ended_) return;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            self->on_read(error, count);
                          });
}

void ClientConnection::on_read(error_code error, std::size_t count) {
  reading_ = false;
  if (phase_ == Phase::kClosed) return;
  if (error == asio::error::eof) {
    on_end_of_input();
    return;
  }
  if (error) {
    close();
    return;
  }
  loop_.counters().bytes_in.fetch_add(count, std::memory_order_relaxed);
  end_ += count;
  switch (phase_) {
    case Phase::kHead:
      // The first bytes of a head start its own, shorter time limit.
      if (!parser_.started()) arm(loop_.options().header_timeout);
      parse_head();
      break;
    case Phase::kLinger:
      discarded_ += count;
      begin_ = end_;
      discarded_ < kMostDiscarded ? read() : close();
      break;
    case Phase::kBody:
      feed_body();
      break;
    case Phase::kWatch:
      read();
      break;  // pipelined bytes wait in the buffer
    case Phase::kPaused:
    case Phase::kClosed:
      break;
  }
}

// The client has closed its sending side. Before a request is complete that is its end, once the
// bytes that came before it are used up. After, it may still be there to read the answer (B36) or
// have left for good (B35): an interim response tells, because a client that is gone answers it
// with a reset.
void ClientConnection::on_end_of_input() {
  input_ended_ = true;
  closing_ = true;
  const bool used_up = begin_ == end_ || phase_ == Phase::kBody;
  if (!exchange_ || (!parser_.done() && used_up)) {
    close();
    return;
  }
  if (!exchange_->answering() && parser_.head().version == 11) {
    error_code error;
    socket_.non_blocking(true, error);
    socket_.write_some(asio::buffer(wire::kContinue.data(), wire::kContinue.size()), error);
  }
  socket_.async_wait(asio::ip::tcp::socket::wait_error,
                     [self = shared_from_this()](error_code error) {
                       if (!error) self->close();
                     });
}

void ClientConnection::consume(std::size_t count) {
  begin_ += count;
  // A read under way will put its bytes behind end_, so that may not move now.
  if (begin_ == end_ && !reading_) begin_ = end_ = 0;
}

void ClientConnection::parse_head() {
  while (!parser_.head_done()) {
    const auto taken = parser_.consume(unread());
    if (!taken.ok()) {
      refuse(taken.error().status, taken.error().message);
      return;
    }
    consume(*taken);
    if (parser_.head_done()) break;
    if (*taken == 0) {
      read();
      return;
    }
  }
  begin_exchange();
}

void ClientConnection::begin_exchange() {
  timer_.cancel();
  phase_ = Phase::kPaused;
  exchange_ = std::make_shared<Exchange>(shared_from_this(), loop_);
  const auto exchange = exchange_;
  exchange->start();
}

void ClientConnection::want_body() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kBody;
  feed_body();
}

// Takes what the buffer holds; when that gave nothing, waits for more.
void ClientConnection::feed_body() {
  const auto before = parser_.body_bytes();
  while (!parser_.done()) {
    const auto taken = parser_.consume(unread());
    if (!taken.ok()) {
      phase_ = Phase::kPaused;
      const auto exchange = exchange_;
      exchange->on_body_failure(taken.error().status, taken.error().message);
      return;
    }
    consume(*taken);
    if (*taken == 0) break;
  }
  if (parser_.done() || parser_.body_bytes() != before) {
    phase_ = Phase::kPaused;
    const auto exchange = exchange_;
    exchange->on_body_progress();
    return;
  }
  input_ended_ ? close() : read();
}

void ClientConnection::watch() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kWatch;
  read();
}

void ClientConnection::write(asio::const_buffer bytes, std::function<void(error_code)> done) {
  loop_.counters().bytes_out.fetch_add(bytes.size(), std::memory_order_relaxed);
  asio::async_write(
      socket_, bytes,
      [self = shared_from_this(), done = std::move(done)](error_code error, std::size_t) {
        if (self->phase_ != Phase::kClosed) done(error);
      });
}

void ClientConnection::finish(bool keep_alive) {
  exchange_.reset();
  if (phase_ == Phase::kClosed) return;
  if (!parser_.done()) {
    linger();
    return;
  }
  if (!keep_alive || closing_) {
    close();
    return;
  }
  parser_.reset();
  phase_ = Phase::kHead;
  if (begin_ == end_) {
    arm(loop_.options().keep_alive);
    read();
  } else {
    arm(loop_.options().header_timeout);
    // A pipelined request: from the loop, so that a thousand of them do not nest.
    asio::post(loop_.io(), [self = shared_from_this()] {
      if (self->phase_ == Phase::kHead) self->parse_head();
    });
  }
}

// Answers a request that never became an exchange, and closes: after a framing fault nothing that
// follows on the connection can be trusted.
void ClientConnection::refuse(int status, std::string_view message) {
  phase_ = Phase::kPaused;
  const std::string body = wire::json_error(message, wire::error_type(status), "bad_request");
  wire::ResponseRewrite rewrite;
  rewrite.framing = {wire::BodyKind::kLength, body.size()};
  rewrite.keep_alive = false;
  const wire::OwnField type{"content-type", "application/json"};
  rewrite.own = {&type, 1};
  wire::append_own_response_head(refusal_, status, rewrite);
  refusal_ += body;
  write(asio::buffer(refusal_), [this](error_code) { linger(); });
}

// Closing with unread input makes the system send a reset, which can destroy the answer on its way
// to the client. So: say that no more will come, drop what still arrives, within bounds, then
// close.
void ClientConnection::linger() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  phase_ = Phase::kLinger;
  begin_ = end_;
  arm(kLingerTime);
  read();
  if (input_ended_) close();
}

void ClientConnection::arm(Duration after) {
  timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(after));
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->on_timer();
  });
}

void ClientConnection::on_timer() {
  if (exchange_ || phase_ == Phase::kClosed) return;
  if (!parser_.started() || phase_ == Phase::kLinger) {
    close();
  } else {
    refuse(408,
           "the request head was not complete in time; send it at once, or use a new connection");
  }
}

}  // namespace signalbox::gateway
