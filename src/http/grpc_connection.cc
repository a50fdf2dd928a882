// SPDX-License-Identifier: Apache-2.0
//
// A handler may finish its call from inside any of its own methods, so every entry keeps the stream
// alive until it returns and looks anew after each call.
#include "http/grpc_connection.h"

#include <array>
#include <utility>
#include <vector>

#include "net/clock.h"

namespace signalbox::http {

namespace {

GrpcStream& owner_of(wire::Http2Stream& stream) { return *static_cast<GrpcStream*>(stream.owner); }

wire::Http2Limits limits_of(const GrpcLimits& limits) {
  wire::Http2Limits http2;
  http2.max_streams = limits.max_streams;
  // Calls are cancelled often and messages may be small: that is gRPC's way.
  http2.resets_burst = limits.max_streams;
  http2.small_frames_burst = 10'000;
  http2.small_frames_per_s = 100'000;
  return http2;
}

}  // namespace

GrpcStream::GrpcStream(std::shared_ptr<GrpcConnection> connection, wire::Http2Stream& stream,
                       std::size_t max_message)
    : connection_(std::move(connection)), stream_(stream), reader_(max_message) {
  stream_.owner = this;
}

void GrpcStream::begin(const GrpcMethod& method) {
  const auto self = shared_from_this();
  if (const wire::Field* const field = wire::find_field(head().fields, "grpc-timeout")) {
    const auto timeout = wire::parse_grpc_timeout(field->value);
    if (!timeout) {
      return finish({wire::GrpcCode::kInternal, "grpc-timeout is not a time with its unit"});
    }
    const TimePoint now = net::now();
    if (*timeout < TimePoint::max() - now) {
      deadline_ = now + *timeout;
      timer_.emplace(connection_->executor(),
                     std::chrono::duration_cast<asio::steady_timer::duration>(*timeout));
      timer_->async_wait([weak = weak_from_this()](error_code error) {
        const auto stream = weak.lock();
        if (error || !stream || stream->over_) return;
        stream->cancel();
        stream->finish({wire::GrpcCode::kDeadlineExceeded, "the caller's time is up"});
      });
    }
  }
  auto handler = method(std::make_shared<GrpcCall>(weak_from_this()));
  if (over_) return;
  if (!handler) return finish({wire::GrpcCode::kInternal, "the method takes no calls"});
  handler_ = std::move(handler);
}

void GrpcStream::on_data(std::string_view bytes) {
  if (over_) return;
  if (paused_ || taking_ || !arrived_.empty()) {
    arrived_ += bytes;
  } else {
    take(bytes);
  }
}

// Hands over message after message; what a handler that pauses leaves stays, and its window closed.
void GrpcStream::take(std::string_view bytes) {
  const auto self = shared_from_this();
  const std::size_t before = bytes.size();
  taking_ = true;
  const auto failure = reader_.feed(bytes, [this](std::string_view message) {
    paused_ = !handler_->on_message(message);
    return !paused_ && !over_;
  });
  taking_ = false;
  if (over_) return;
  arrived_.insert(0, bytes);
  connection_->session().consumed(stream_, before - bytes.size());
  if (failure) {
    cancel();
    finish(*failure);
  }
}

void GrpcStream::read_on() {
  const auto self = shared_from_this();
  if (!over_ && !paused_ && !arrived_.empty()) {
    const std::string bytes = std::exchange(arrived_, {});
    take(bytes);
  }
  if (over_) return;
  connection_->wake();
  if (paused_ || !arrived_.empty() || !stream_.ended() || std::exchange(end_told_, true)) return;
  if (reader_.at_boundary()) {
    handler_->on_end();
  } else {
    cancel();
    finish({wire::GrpcCode::kInternal, "the request ends in the middle of a message"});
  }
}

void GrpcStream::on_end() { read_on(); }

void GrpcStream::on_sendable() {
  const auto self = shared_from_this();
  if (!over_ && handler_) handler_->on_sendable();
}

void GrpcStream::cancel() {
  const auto self = shared_from_this();
  if (handler_ && !over_) handler_->on_cancelled();
}

void GrpcStream::on_gone() {
  const auto self = shared_from_this();
  if (over_) return;
  cancel();
  leave();
}

void GrpcStream::respond() {
  if (std::exchange(responded_, true)) return;
  const wire::OwnField type{"content-type", "application/grpc"};
  connection_->session().submit_response(stream_, 200, {&type, 1}, false);
}

void GrpcStream::send(std::string_view message) {
  if (over_) return;
  respond();
  std::string prefix;
  wire::append_grpc_prefix(prefix, message.size());
  connection_->session().send(stream_, prefix);
  connection_->session().send(stream_, message);
  connection_->wake();
}

// With nothing sent before, the answer is its trailers alone.
void GrpcStream::finish(const wire::GrpcStatus& status) {
  if (over_) return;
  const auto self = shared_from_this();
  const std::string code = std::to_string(static_cast<int>(status.code));
  const std::string message = wire::encode_grpc_message(status.message);
  const std::array<wire::OwnField, 3> fields{
      {{"content-type", "application/grpc"}, {"grpc-status", code}, {"grpc-message", message}}};
  const std::size_t used = message.empty() ? 2 : 3;
  if (responded_) {
    connection_->session().end(stream_, std::span(fields).subspan(1, used - 1));
  } else {
    connection_->session().submit_response(stream_, 200, std::span(fields).first(used), true);
  }
  connection_->wake();
  leave();
}

void GrpcStream::resume() {
  if (over_ || !std::exchange(paused_, false)) return;
  // From the loop, so that a handler that resumes at once does not nest.
  asio::post(connection_->executor(), [self = shared_from_this()] { self->read_on(); });
}

void GrpcStream::leave() {
  if (std::exchange(over_, true)) return;
  timer_.reset();
  // The handler may be what called this: it goes when the loop comes round.
  if (handler_) asio::post(connection_->executor(), [kept = std::exchange(handler_, nullptr)] {});
  connection_->forget(stream_);
}

GrpcConnection::GrpcConnection(net::Stream stream, std::shared_ptr<GrpcServer::State> server)
    : Http2Link(std::move(stream), wire::Http2Role::kServer, limits_of(server->limits)),
      server_(std::move(server)) {
  server_->connections.insert(this);
}

GrpcConnection::~GrpcConnection() { server_->connections.erase(this); }

void GrpcConnection::start() {
  grow_old();
  if (!server_->tls) return start_link();
  handshake_.emplace(executor(), std::chrono::duration_cast<asio::steady_timer::duration>(
                                     server_->limits.handshake_timeout));
  const auto self = std::static_pointer_cast<GrpcConnection>(shared_from_this());
  handshake_->async_wait([weak = std::weak_ptr(self)](error_code error) {
    const auto late = weak.lock();
    if (!error && late) late->cut_link();
  });
  stream().async_accept_tls(server_->tls, [self](error_code error) {
    self->handshake_.reset();
    if (error || !self->link_open()) return self->cut_link();
    self->start_link();
  });
}

void GrpcConnection::grow_old() {
  const Duration age = server_->limits.connection_age;
  if (age <= Duration::zero()) return;
  const auto after = [](Duration time) {
    return std::chrono::duration_cast<asio::steady_timer::duration>(time);
  };
  const auto weak = std::weak_ptr(std::static_pointer_cast<GrpcConnection>(shared_from_this()));
  server_->accepted = (server_->accepted + 1) % kAgeSteps;
  age_.emplace(executor(), after(age - age / 10 * server_->accepted / kAgeSteps));
  age_->async_wait([weak, after, grace = server_->limits.connection_grace](error_code error) {
    const auto old = weak.lock();
    if (error || !old || !old->link_open()) return;
    old->drain();
    old->age_->expires_after(after(grace));
    old->age_->async_wait([weak](error_code stopped) {
      const auto late = weak.lock();
      if (!stopped && late) late->close();
    });
  });
}

void GrpcConnection::drain() {
  session().shutdown();
  wake();
}

void GrpcConnection::close() {
  const auto self = shared_from_this();
  lose_streams();
  cut_link();
}

void GrpcConnection::lose_streams() {
  while (!streams_.empty()) {
    const auto stream = streams_.begin()->second;
    stream->on_gone();
  }
}

void GrpcConnection::on_request(wire::Http2Stream& stream, bool) {
  const wire::RequestHead& head = stream.request();
  const wire::Field* const type = wire::find_field(head.fields, "content-type");
  if (head.method != "POST") return refuse(stream, 405);
  if (type == nullptr || !wire::is_grpc_content_type(type->value)) return refuse(stream, 415);
  const auto call =
      std::make_shared<GrpcStream>(std::static_pointer_cast<GrpcConnection>(shared_from_this()),
                                   stream, server_->limits.max_message);
  streams_.emplace(stream.id(), call);
  const auto method = server_->methods.find(std::string(head.target));
  if (method == server_->methods.end()) {
    call->finish({wire::GrpcCode::kUnimplemented,
                  "there is no method " + std::string(head.target) + " here"});
  } else {
    call->begin(method->second);
  }
}

void GrpcConnection::refuse(wire::Http2Stream& stream, int status) {
  session().submit_response(stream, status, {}, true);
  session().release(stream);
}

void GrpcConnection::on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) {
  refuse(stream, failure.status);
}

void GrpcConnection::on_data(wire::Http2Stream& stream, std::string_view bytes) {
  owner_of(stream).on_data(bytes);
}

void GrpcConnection::on_end(wire::Http2Stream& stream) { owner_of(stream).on_end(); }
void GrpcConnection::on_sendable(wire::Http2Stream& stream) { owner_of(stream).on_sendable(); }
void GrpcConnection::on_closed(wire::Http2Stream& stream, wire::Http2Code) {
  owner_of(stream).on_gone();
}

void GrpcConnection::forget(wire::Http2Stream& stream) {
  const std::int32_t id = stream.id();
  session().release(stream);
  streams_.erase(id);
}

void GrpcConnection::on_link_end() { lose_streams(); }

}  // namespace signalbox::http
