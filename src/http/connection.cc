// SPDX-License-Identifier: Apache-2.0
//
// Callbacks hold the connection by shared pointer and look at phase_ first: after close() they only
// have to go away.
#include "http/connection.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "wire/http1_writer.h"
#include "wire/json_error.h"

namespace signalbox::http {

namespace {

constexpr std::size_t kMaxPipelined = 64UL * 1024;  // read ahead while a request is being answered
constexpr std::size_t kMaxLingered = 256UL * 1024;  // dropped after an answer that closes
constexpr Duration kLingerTime = 1s;
constexpr Duration kForever = Duration::max();

Request to_request(const wire::RequestHead& head, std::string body) {
  Request request;
  request.method = head.method;
  request.target = head.target;
  request.headers.reserve(head.fields.size());
  for (const wire::Field& field : head.fields) {
    request.headers.push_back({std::string(field.name), std::string(field.value)});
  }
  request.body = std::move(body);
  return request;
}

bool has_line_break(std::string_view text) { return text.find_first_of("\r\n") != text.npos; }

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::weak_ptr<Server::State> server,
                       const ServerLimits& limits)
    : stream_(std::move(socket)),
      server_(std::move(server)),
      limits_(limits),
      deadline_(stream_.get_executor()),
      write_deadline_(stream_.get_executor()),
      parser_({.max_body = limits.max_body}) {
  parser_.on_body([this](std::string_view piece) { body_ += piece; });
}

void Connection::start(std::shared_ptr<const net::TlsServer> tls) {
  if (tls == nullptr) return begin();
  enter(Phase::kHandshake, limits_.header_timeout);
  stream_.async_accept_tls(std::move(tls), [self = shared_from_this()](error_code ec) {
    if (self->phase_ == Phase::kClosed) return;
    if (ec) return self->close();
    if (const net::TlsPeer* peer = self->stream_.tls_peer()) {
      self->peer_ = std::make_shared<const net::TlsPeer>(*peer);
    }
    self->begin();
  });
}

void Connection::begin() {
  enter(Phase::kIdle, limits_.idle_timeout);
  read_more();
}

void Connection::drain() {
  draining_ = true;
  if (phase_ == Phase::kIdle || phase_ == Phase::kHandshake) close();
}

void Connection::reset() {
  if (phase_ == Phase::kClosed) return;
  stream_.reset();
  close();
}

// Reading.

void Connection::read_more() {
  const bool room = phase_ != Phase::kAnswering || pending_.size() < kMaxPipelined;
  if (reading_ || input_ended_ || phase_ == Phase::kClosed || !room) return;
  reading_ = true;
  stream_.async_read_some(asio::buffer(read_buffer_),
                          [self = shared_from_this()](error_code ec, std::size_t size) {
                            self->reading_ = false;
                            self->on_read(ec, size);
                          });
}

void Connection::on_read(error_code ec, std::size_t size) {
  if (phase_ == Phase::kClosed) return;
  if (ec) {
    on_end_of_input(ec == asio::error::eof);
    return;
  }
  if (phase_ == Phase::kLingering) {
    lingered_bytes_ += size;
    if (lingered_bytes_ > kMaxLingered) return close();
  } else {
    pending_.append(read_buffer_.data(), size);
    parse();
  }
  read_more();
}

void Connection::on_end_of_input(bool orderly) {
  input_ended_ = true;
  if (phase_ != Phase::kAnswering) return close();
  // The last bytes of an answer may still be on their way to a client that has said its piece.
  if (!orderly || !answer_finished_) client_left();
}

void Connection::parse() {
  for (;;) {
    if (phase_ == Phase::kIdle && !pending_.empty()) enter(Phase::kHead, limits_.header_timeout);
    if (phase_ != Phase::kHead && phase_ != Phase::kBody) return;
    const auto taken = parser_.consume(pending_);
    if (!taken.ok()) return refuse(taken.error().status, taken.error().message);
    pending_.erase(0, *taken);
    if (parser_.done()) return dispatch();
    if (phase_ == Phase::kHead && parser_.head_done()) {
      enter(Phase::kBody, limits_.body_timeout);
      if (parser_.expects_continue() && pending_.empty()) queue(std::string(wire::kContinue));
    } else if (*taken == 0) {
      return;
    }
  }
}

void Connection::dispatch() {
  const auto server = server_.lock();
  if (!server) return close();
  enter(Phase::kAnswering, kForever);
  ++exchange_;
  head_request_ = parser_.head().method == "HEAD";
  keep_alive_ = parser_.keep_alive();
  client_version_ = parser_.head().version;
  Request request = to_request(parser_.head(), std::exchange(body_, {}));
  request.peer = peer_;
  parser_.reset();
  auto responder = std::make_shared<Responder>(shared_from_this(), exchange_);
  responder_ = responder;
  server->handler(std::move(request), std::move(responder));
}

void Connection::refuse(int status, const std::string& message) {
  enter(Phase::kAnswering, kForever);
  ++exchange_;
  head_request_ = false;
  keep_alive_ = false;
  client_version_ = 11;
  body_.clear();
  pending_.clear();
  send(exchange_, {.status = status,
                   .headers = {{"Content-Type", "application/json"}},
                   .body = wire::json_error(message, wire::error_type(status), "bad_http")});
}

// Answering.

void Connection::send(std::uint64_t exchange, Response response) {
  if (!answering(exchange)) return;
  const bool bodyless = response.status == 204 || response.status == 304;
  begin_answer(response.status, response.headers,
               bodyless ? wire::BodyKind::kNone : wire::BodyKind::kLength, response.body.size());
  answer_finished_ = true;
  if (!bodyless && !head_request_) queue(std::move(response.body));
  flush();
}

void Connection::start(std::uint64_t exchange, int status, const std::vector<Header>& headers) {
  if (!answering(exchange)) return;
  chunked_ = client_version_ >= 11;
  begin_answer(status, headers, chunked_ ? wire::BodyKind::kChunked : wire::BodyKind::kUntilClose,
               0);
  flush();
}

void Connection::write(std::uint64_t exchange, std::string chunk) {
  if (!answering(exchange)) return;
  SIGNALBOX_ASSERT(answer_started_ && !answer_finished_);
  if (chunk.empty() || head_request_) return;
  if (chunked_) {
    const wire::ChunkHead head(chunk.size());
    chunk.insert(0, head.view());
    chunk += wire::kChunkEnd;
  }
  queue(std::move(chunk));
  flush();
}

void Connection::finish(std::uint64_t exchange) {
  if (!answering(exchange)) return;
  SIGNALBOX_ASSERT(answer_started_ && !answer_finished_);
  answer_finished_ = true;
  if (chunked_ && !head_request_) queue(std::string(wire::kLastChunk));
  flush();
  if (!write_in_flight_) {  // everything was written before; end as a write would, from the loop
    asio::post(executor(), [self = shared_from_this(), exchange] {
      if (self->answering(exchange) && !self->write_in_flight_) self->end_exchange();
    });
  }
}

void Connection::reset(std::uint64_t exchange) {
  if (answering(exchange)) reset();
}

void Connection::on_disconnect(std::uint64_t exchange, std::function<void()> left) {
  if (answering(exchange)) on_disconnect_ = std::move(left);
}

std::size_t Connection::pending_bytes(std::uint64_t exchange) const {
  return answering(exchange) ? pending_bytes_ : 0;
}

void Connection::begin_answer(int status, const std::vector<Header>& headers, wire::BodyKind body,
                              std::size_t length) {
  SIGNALBOX_ASSERT(!answer_started_);
  answer_started_ = true;
  std::vector<wire::OwnField> fields;
  fields.reserve(headers.size());
  for (const Header& header : headers) {
    SIGNALBOX_ASSERT(!has_line_break(header.name) && !has_line_break(header.value));
    switch (wire::classify_field(header.name)) {
      case wire::FieldKind::kContentLength:
      case wire::FieldKind::kTransferEncoding:
        break;  // written from what is really sent
      case wire::FieldKind::kConnection:
        keep_alive_ &= !wire::equals_ignoring_case(header.value, "close");
        break;
      default:
        fields.push_back({header.name, header.value});
    }
  }
  keep_alive_ &= !draining_ && body != wire::BodyKind::kUntilClose;
  std::string head;
  wire::append_own_response_head(head, status,
                                 {.framing = {body, length},
                                  .keep_alive = keep_alive_,
                                  .client_version = client_version_,
                                  .own = fields});
  queue(std::move(head));
}

// Writing.

void Connection::queue(std::string bytes) {
  if (bytes.empty()) return;
  pending_bytes_ += bytes.size();
  queued_.push_back(std::move(bytes));
  if (phase_ != Phase::kAnswering) flush();
}

void Connection::flush() {
  if (write_in_flight_ || queued_.empty() || phase_ == Phase::kClosed) return;
  write_in_flight_ = true;
  writing_.clear();
  writing_.swap(queued_);
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(writing_.size());
  for (const std::string& bytes : writing_) buffers.push_back(asio::buffer(bytes));
  asio::async_write(stream_, buffers, [self = shared_from_this()](error_code ec, std::size_t size) {
    self->write_in_flight_ = false;
    self->pending_bytes_ -= size;
    self->on_written(ec);
  });
  write_deadline_.expires_after(limits_.write_timeout);
  write_deadline_.async_wait([self = shared_from_this(), write = ++writes_](error_code ec) {
    if (!ec && self->write_in_flight_ && write == self->writes_) self->client_left();
  });
}

void Connection::on_written(error_code ec) {
  if (phase_ == Phase::kClosed) return;
  write_deadline_.cancel();
  if (ec) return client_left();
  flush();
  if (!write_in_flight_ && phase_ == Phase::kAnswering && answer_finished_) end_exchange();
}

void Connection::end_exchange() {
  const auto released = std::exchange(on_disconnect_, nullptr);
  responder_.reset();
  answer_started_ = answer_finished_ = chunked_ = false;
  if (!keep_alive_) return linger();
  if (draining_ || input_ended_) return close();
  enter(Phase::kIdle, limits_.idle_timeout);
  parse();
  read_more();
}

// Ending.

void Connection::linger() {
  if (input_ended_) return close();
  // Closing with unread input would reset the connection and could destroy the answer on its way.
  stream_.shutdown_send();
  enter(Phase::kLingering, kLingerTime);
  pending_.clear();
  read_more();
}

void Connection::close() {
  if (phase_ == Phase::kClosed) return;
  const auto self = shared_from_this();
  phase_ = Phase::kClosed;
  ++timing_;
  const auto released = std::exchange(on_disconnect_, nullptr);
  deadline_.cancel();
  write_deadline_.cancel();
  stream_.close();
  if (const auto server = server_.lock()) server->connections.erase(self);
}

void Connection::client_left() {
  const auto self = shared_from_this();
  const auto left = std::exchange(on_disconnect_, nullptr);
  if (const auto responder = responder_.lock()) responder->client_left_ = true;
  reset();
  if (left) left();
}

void Connection::enter(Phase phase, Duration patience) {
  phase_ = phase;
  ++timing_;
  if (patience == kForever) {
    deadline_.cancel();
    return;
  }
  deadline_.expires_after(patience);
  deadline_.async_wait([self = shared_from_this(), timing = timing_](error_code ec) {
    if (!ec && timing == self->timing_) self->on_deadline();
  });
}

void Connection::on_deadline() {
  switch (phase_) {
    case Phase::kHead:
    case Phase::kBody:
      refuse(408, "the request did not arrive in time");
      break;
    case Phase::kHandshake:
    case Phase::kIdle:
    case Phase::kLingering:
      close();
      break;
    case Phase::kAnswering:
    case Phase::kClosed:
      break;
  }
}

}  // namespace signalbox::http
