// SPDX-License-Identifier: Apache-2.0
//
// One outstanding read at most; what its bytes mean depends on the phase. See
// http1_client_connection.h.
#include "gateway/http1_client_connection.h"

#include <cstring>
#include <utility>

#include "base/assert.h"
#include "gateway/exchange.h"
#include "gateway/loop.h"
#include "net/clock.h"
#include "wire/http1_writer.h"
#include "wire/json_error.h"

namespace signalbox::gateway {

namespace {

constexpr Duration kLingerTime = 1s;
constexpr std::size_t kMostDiscarded = 256UL * 1024;
// Enough for most requests with their body; it is what an idle connection keeps.
constexpr std::size_t kFirstBuffer = 2UL * 1024;
constexpr std::size_t kLargestBuffer = 64UL * 1024;
// Room for answers that an idle connection keeps, twice.
constexpr std::size_t kKeptAnswer = 2UL * 1024;

wire::ParserLimits limits(const Options& options) {
  wire::ParserLimits limits;
  limits.max_body = options.max_body;
  return limits;
}

}  // namespace

Http1ClientConnection::Http1ClientConnection(net::Stream stream, ClientPeer peer, Loop& loop,
                                             std::string_view read_ahead)
    : stream_(std::move(stream)),
      peer_(std::move(peer)),
      loop_(loop),
      deadline_(loop.deadlines(), [this] { on_deadline(); }),
      parser_(limits(loop.options())),
      buffer_(std::max(kFirstBuffer, read_ahead.size())),
      end_(read_ahead.size()) {
  read_ahead.copy(buffer_.data(), read_ahead.size());
  loop_.remember_connection(this);
  parser_.on_body([this](std::string_view bytes) {
    if (exchange_) exchange_->on_body_bytes(bytes);
  });
}

Http1ClientConnection::~Http1ClientConnection() { loop_.forget_connection(this); }

void Http1ClientConnection::start() {
  deadline_.set(net::now() + loop_.options().header_timeout);
  parse_head();
}

void Http1ClientConnection::drain(Duration grace) {
  const bool idle = !exchange_ && !parser_.started();
  if (grace > Duration::zero()) {
    if (idle) deadline_.set(net::now() + grace);
    return;
  }
  closing_ = true;
  if (idle) close();
}

void Http1ClientConnection::close() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  deadline_.clear();
  stream_.shutdown_send();
  stream_.close();
  // An exchange that is still in progress has lost its client.
  if (const auto exchange = std::exchange(exchange_, nullptr)) exchange->on_client_gone();
}

// Room behind what is unread: by moving that to the front, or by growing.
bool Http1ClientConnection::make_room(std::size_t most) {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  if (end_ < buffer_.size()) return true;
  if (buffer_.size() >= most) return false;
  buffer_.resize(buffer_.size() * 2);
  return true;
}

void Http1ClientConnection::read() {
  if (read_pending_ || phase_ == Phase::kClosed || input_ended_) return;
  // Requests that are sent ahead of their turn get no more room than they find.
  if (!make_room(phase_ == Phase::kWatch ? 0 : kLargestBuffer)) return;
  read_pending_ = true;
  stream_.async_read_some(asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
                          [self = shared_from_this()](error_code error, std::size_t count) {
                            self->on_read(error, count);
                          });
}

void Http1ClientConnection::on_read(error_code error, std::size_t count) {
  read_pending_ = false;
  if (phase_ == Phase::kClosed) return;
  if (error == asio::error::eof) {
    on_end_of_input();
    return;
  }
  if (error) {
    close();
    return;
  }
  loop_.count(loop_.counters().bytes_in, count);
  end_ += count;
  switch (phase_) {
    case Phase::kHead:
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
void Http1ClientConnection::on_end_of_input() {
  input_ended_ = true;
  closing_ = true;
  const bool used_up = begin_ == end_ || phase_ == Phase::kBody;
  if (!exchange_ || (!parser_.done() && used_up)) {
    close();
    return;
  }
  if (!answer_begun_ && !stream_.secure() && parser_.head().version == 11) {
    stream_.try_send(wire::kContinue);
  }
  stream_.async_wait_for_fall([self = shared_from_this()](error_code error) {
    if (!error) self->close();
  });
}

void Http1ClientConnection::consume(std::size_t count) {
  begin_ += count;
  // A read under way will put its bytes behind end_, so that may not move now.
  if (begin_ == end_ && !read_pending_) begin_ = end_ = 0;
}

void Http1ClientConnection::parse_head() {
  const bool was_idle = !parser_.started();
  while (!parser_.head_done()) {
    const auto taken = parser_.consume(unread());
    if (!taken.ok()) {
      refuse(taken.error().status, taken.error().message);
      return;
    }
    consume(*taken);
    if (parser_.head_done()) break;
    if (*taken == 0) {
      // The first bytes of a head start its own, shorter time limit.
      if (was_idle && parser_.started()) {
        head_began_ = net::now();
        deadline_.set(head_began_ + loop_.options().header_timeout);
      }
      if (!read_pending_ && begin_ == 0 && end_ >= kLargestBuffer) {
        refuse(431, "a line of the head is too long");
      } else {
        read();
      }
      return;
    }
  }
  begin_exchange();
}

// What of the body came with the head goes on with it.
void Http1ClientConnection::begin_exchange() {
  deadline_.clear();
  phase_ = Phase::kPaused;
  answer_begun_ = continued_ = false;
  body_failure_.reset();
  exchange_ = std::make_shared<Exchange>(shared_from_this(), loop_);
  const auto exchange = exchange_;
  parse_body();
  exchange->start();
}

// Takes of the body what the buffer holds; false when it breaks the rules.
bool Http1ClientConnection::parse_body() {
  while (!parser_.done() && !body_failure_) {
    const auto taken = parser_.consume(unread());
    if (!taken.ok()) {
      body_failure_ = taken.error();
      break;
    }
    consume(*taken);
    if (*taken == 0) break;
  }
  return !body_failure_;
}

void Http1ClientConnection::want_body() {
  if (phase_ == Phase::kClosed) return;
  const bool waits = parser_.framing().expects_continue && parser_.body_bytes() == 0;
  if (waits && begin_ == end_ && !std::exchange(continued_, true)) write(wire::kContinue);
  phase_ = Phase::kBody;
  feed_body();
}

// Takes what the buffer holds; when that gave nothing, waits for more.
void Http1ClientConnection::feed_body() {
  const auto before = parser_.body_bytes();
  if (!parse_body()) {
    phase_ = Phase::kPaused;
    const auto exchange = exchange_;
    exchange->on_body_failure(body_failure_->status, body_failure_->message);
    return;
  }
  if (parser_.done() || parser_.body_bytes() != before) {
    phase_ = Phase::kPaused;
    const auto exchange = exchange_;
    exchange->on_body_progress();
    return;
  }
  input_ended_ ? close() : read();
}

void Http1ClientConnection::watch() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kWatch;
  read();
}

void Http1ClientConnection::begin_answer(const AnswerHead& answer) {
  answer_begun_ = true;
  const wire::RequestHead& request = parser_.head();
  keep_alive_ =
      parser_.keep_alive() && parser_.done() && !closing_ && !loop_.draining() && !answer.last;
  answer_chunked_ = answer_until_close_ = false;
  wire::ResponseRewrite rewrite;
  rewrite.own = answer.own;
  rewrite.client_version = request.version;
  if (answer.length) {
    rewrite.framing = {wire::BodyKind::kLength, *answer.length};
  } else if (answer.bodiless) {
    rewrite.framing = {wire::BodyKind::kNone, 0};
  } else if (request.version == 11) {
    rewrite.framing = {wire::BodyKind::kChunked, 0};
    answer_chunked_ = true;
  } else {
    rewrite.framing = {wire::BodyKind::kUntilClose, 0};
    answer_until_close_ = true;
    keep_alive_ = false;
  }
  rewrite.keep_alive = keep_alive_;
  if (answer.status == 101) {
    const wire::Field* const upgrade =
        wire::find_field(answer.relayed->fields, wire::FieldKind::kUpgrade);
    rewrite.upgrade = upgrade != nullptr ? upgrade->value : std::string_view("websocket");
  }
  if (answer.relayed != nullptr) {
    wire::append_response_head(collected_, *answer.relayed, rewrite);
  } else {
    wire::append_own_response_head(collected_, answer.status, rewrite);
  }
}

void Http1ClientConnection::add_body(std::string_view bytes) {
  if (bytes.empty()) return;
  if (answer_chunked_) collected_ += wire::ChunkHead(bytes.size()).view();
  collected_ += bytes;
  if (answer_chunked_) collected_ += wire::kChunkEnd;
}

void Http1ClientConnection::end_answer(std::span<const wire::Field> trailers) {
  if (!answer_chunked_) return;
  if (trailers.empty()) {
    collected_ += wire::kLastChunk;
  } else {
    wire::append_last_chunk(collected_, trailers);
  }
}

// An interim answer may still be on its way: then this follows it. Where an answer ends without a
// byte more there is nothing to write.
void Http1ClientConnection::flush() {
  flush_wanted_ = true;
  if (write_pending_) return;
  flush_wanted_ = false;
  flushing_ = true;
  sending_.swap(collected_);
  if (!sending_.empty()) return write(sending_);
  write_pending_ = true;
  asio::post(stream_.get_executor(), [self = shared_from_this()] { self->on_written({}); });
}

void Http1ClientConnection::write(std::string_view bytes) {
  SIGNALBOX_ASSERT(!write_pending_);
  write_pending_ = true;
  deadline_.set(net::now() + loop_.options().send_timeout);
  loop_.count(loop_.counters().bytes_out, bytes.size());
  stream_.async_write_all(bytes, [self = shared_from_this()](error_code error, std::size_t) {
    self->on_written(error);
  });
}

void Http1ClientConnection::on_written(error_code error) {
  write_pending_ = false;
  if (phase_ == Phase::kClosed) return;
  deadline_.clear();
  sending_.clear();
  if (refusing_) return linger();
  if (error) return close();
  if (!std::exchange(flushing_, false)) {
    if (flush_wanted_) flush();
  } else if (exchange_) {
    const auto exchange = exchange_;
    exchange->on_flushed();
  }
}

// The connection ends without the final chunk or, where its end would be the end of the body, by a
// reset.
void Http1ClientConnection::break_off() {
  exchange_.reset();
  if (phase_ == Phase::kClosed) return;
  if (answer_until_close_) {
    phase_ = Phase::kClosed;
    deadline_.clear();
    stream_.reset();
  } else {
    close();
  }
}

void Http1ClientConnection::finish() {
  exchange_.reset();
  if (phase_ == Phase::kClosed) return;
  if (!parser_.done()) {
    linger();
    return;
  }
  if (!keep_alive_ || closing_) {
    close();
    return;
  }
  parser_.reset();
  head_began_ = TimePoint{};
  phase_ = Phase::kHead;
  if (begin_ == end_) {
    if (buffer_.size() > kFirstBuffer && !read_pending_) {
      std::vector<char>(kFirstBuffer).swap(buffer_);
      begin_ = end_ = 0;
    }
    for (std::string* const text : {&collected_, &sending_}) {
      if (text->capacity() > kKeptAnswer) std::string().swap(*text);
    }
    deadline_.set(net::now() + loop_.idle_time());
    read();
  } else {
    deadline_.set(net::now() + loop_.options().header_timeout);
    // A pipelined request: from the loop, so that a thousand of them do not nest.
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      if (self->phase_ == Phase::kHead) self->parse_head();
    });
  }
}

std::optional<Detached> Http1ClientConnection::detach() {
  exchange_.reset();
  if (phase_ == Phase::kClosed || read_pending_ || write_pending_) return std::nullopt;
  phase_ = Phase::kClosed;
  deadline_.clear();
  return Detached{std::move(stream_), std::string(unread())};
}

// Answers a request that never became an exchange, and closes: after a framing fault nothing that
// follows on the connection can be trusted.
void Http1ClientConnection::refuse(int status, std::string_view message) {
  phase_ = Phase::kPaused;
  deadline_.clear();
  refusing_ = true;
  const std::string body = wire::json_error(message, wire::error_type(status), "bad_request");
  wire::ResponseRewrite rewrite;
  rewrite.framing = {wire::BodyKind::kLength, body.size()};
  rewrite.keep_alive = false;
  const wire::OwnField type{"content-type", "application/json"};
  rewrite.own = {&type, 1};
  wire::append_own_response_head(collected_, status, rewrite);
  collected_ += body;
  flush();
}

// Closing with unread input makes the system send a reset, which can destroy the answer on its way
// to the client. So: say that no more will come, drop what still arrives, within bounds, then
// close.
void Http1ClientConnection::linger() {
  stream_.shutdown_send();
  phase_ = Phase::kLinger;
  begin_ = end_;
  deadline_.set(net::now() + kLingerTime);
  read();
  if (input_ended_) close();
}

void Http1ClientConnection::on_deadline() {
  const auto self = shared_from_this();
  if (write_pending_) return close();  // it does not take what it is sent
  if (exchange_ || phase_ == Phase::kClosed) return;
  if (!parser_.started() || phase_ == Phase::kLinger) {
    close();
  } else {
    refuse(408,
           "the request head was not complete in time; send it at once, or use a new connection");
  }
}

}  // namespace signalbox::gateway
