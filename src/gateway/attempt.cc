// SPDX-License-Identifier: Apache-2.0
//
// Connecting, sending, reading; see attempt.h. Each callback keeps the attempt alive itself: its
// exchange may let go of it there and then.
#include "gateway/attempt.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/exchange.h"
#include "gateway/loop.h"
#include "net/clock.h"
#include "wire/retry_after.h"

namespace signalbox::gateway {

namespace {

const core::Address& address_of(const core::FleetView& view, EndpointId id) {
  const auto endpoint = std::lower_bound(
      view.endpoints.begin(), view.endpoints.end(), id,
      [](const core::EndpointView& entry, EndpointId wanted) { return entry.id < wanted; });
  return endpoint->address;
}

}  // namespace

Attempt::Attempt(std::shared_ptr<Exchange> exchange, Loop& loop, Ruling ruling)
    : exchange_(std::move(exchange)),
      loop_(loop),
      ruling_(std::move(ruling)),
      address_(address_of(*ruling_.view, decision().endpoint)),
      limit_(loop.deadlines(), [this] { on_limit(); }) {}

Attempt::~Attempt() = default;

// A share of the options it is part of: they may be replaced while it is used.
std::shared_ptr<const UnitAccess> Attempt::access() const {
  const auto& options = loop_.shared_options();
  const auto found = options->units.find(unit().name);
  if (found == options->units.end()) return nullptr;
  return {options, &found->second};
}

void Attempt::start() {
  forwarded_at_ = net::now();
  connect(false);
}

void Attempt::connect(bool fresh) {
  const UnitTarget target{decision().endpoint, address_, unit().link.http2, access()};
  // In the moment of a reload the unit may be newer than what it is spoken to with; to speak in
  // clear, or without its credential, is no way out.
  if (target.access == nullptr && unit().link != core::UnitLink{}) {
    asio::post(loop_.io(), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->exchange_) self->fail(core::OutcomeKind::kUnreachable);
    });
    return;
  }
  if (!fresh) {
    if (auto idle = loop_.units().take(target)) return on_connected(std::move(idle));
  }
  fresh_ = true;
  loop_.units().connect(
      target, [weak = weak_from_this()](error_code error, std::shared_ptr<UnitStream> stream) {
        const auto self = weak.lock();
        if (!self || !self->exchange_) {
          if (stream) stream->abandon();
        } else if (error) {
          self->fail(error == asio::error::timed_out ? core::OutcomeKind::kConnectTimeout
                                                     : core::OutcomeKind::kUnreachable);
        } else {
          self->on_connected(std::move(stream));
        }
      });
}

void Attempt::on_connected(std::shared_ptr<UnitStream> stream) {
  stream_ = std::move(stream);
  limit_.set(std::min(net::now() + service().timeout, exchange_->client_deadline()));
  if (service().objective.in_tokens()) tokens_.emplace();
  offset_ = 0;
  request_ended_ = request_sent_ = false;
  exchange_->send_head(*this, *stream_);
  send_body();
  stream_->read();
}

// What has arrived of the body; when all of that has left, more is asked for. Never more than one
// buffer of it is under way.
void Attempt::send_body() {
  const RequestBody& body = exchange_->body();
  const std::string_view bytes = body.from(offset_);
  const bool complete = exchange_->client().request_complete();
  if (!bytes.empty()) stream_->send_body(bytes);
  offset_ += bytes.size();
  if (complete && !std::exchange(request_ended_, true)) {
    stream_->end_request(exchange_->client().request_trailers());
  }
  send_pending_ = true;
  stream_->flush();
}

void Attempt::on_sent(bool ok) {
  const auto self = shared_from_this();
  send_pending_ = false;
  if (!stream_) return;
  exchange_->on_attempt_sent(offset_);
  // A unit may answer and close without reading all of a body: what it said decides, so a failed
  // write only ends the sending.
  if (!ok) return;
  if (request_ended_) {
    request_sent_ = true;
  } else if (exchange_->body().arrived() > offset_ || exchange_->client().request_complete()) {
    send_body();
  } else {
    exchange_->want_body();
  }
}

void Attempt::on_more_body() {
  if (stream_ && !send_pending_ && !request_ended_) send_body();
}

void Attempt::read_on() {
  if (stream_) stream_->read();
}

void Attempt::on_head(const wire::ResponseHead& head, const wire::Framing& framing) {
  const auto self = shared_from_this();
  first_byte_at_ = last_byte_at_ = net::now();
  status_ = head.status;
  limit_.set(last_byte_at_ + service().idle_timeout);
  if (status_ == 429 || status_ == 503) {
    const wire::Field* const field = wire::find_field(head.fields, "retry-after");
    if (field != nullptr) retry_after_ = wire::parse_retry_after(field->value, net::unix_nanos());
  }
  const wire::Field* const type = wire::find_field(head.fields, "content-type");
  event_stream_ = type != nullptr && type->value.starts_with("text/event-stream");
  hidden_failure_ = wire::HiddenFailure(event_stream_ && framing.body != wire::BodyKind::kNone);
  exchange_->on_attempt_head(*this, head, framing);
}

void Attempt::on_body(std::string_view bytes) {
  if (tokens_) tokens_->feed(bytes);
  hidden_failure_.feed(bytes);
  if (exchange_) exchange_->on_attempt_body(*this, bytes);
}

void Attempt::on_trailers(std::span<const wire::Field> trailers) {
  exchange_->on_attempt_trailers(*this, trailers);
}

void Attempt::on_end() { exchange_->on_attempt_end(*this); }

void Attempt::on_pause() {
  const auto self = shared_from_this();
  last_byte_at_ = net::now();
  exchange_->on_attempt_pause(*this);
}

void Attempt::on_failure(UnitFailure failure) {
  stream_.reset();
  switch (failure) {
    case UnitFailure::kDied:
    case UnitFailure::kRefused:
      fail(core::OutcomeKind::kDied);
      break;
    case UnitFailure::kInvalid:
      fail(core::OutcomeKind::kInvalid);
      break;
    case UnitFailure::kCut:
      fail(core::OutcomeKind::kBroken);
      break;
  }
}

// A pooled connection that the unit had closed meanwhile says nothing of the unit: once more, on a
// new one.
void Attempt::fail(core::OutcomeKind kind) {
  const auto self = shared_from_this();
  const bool stale = kind == core::OutcomeKind::kDied && !fresh_ && exchange_->body().whole();
  if (stream_) std::exchange(stream_, nullptr)->abandon();
  limit_.clear();
  if (stale) {
    connect(true);
    return;
  }
  exchange_->on_attempt_failed(*this, kind);
}

void Attempt::abandon() {
  limit_.clear();
  exchange_.reset();
  if (stream_) std::exchange(stream_, nullptr)->abandon();
}

void Attempt::release() {
  limit_.clear();
  exchange_.reset();
  if (stream_) std::exchange(stream_, nullptr)->release(request_sent_);
}

std::optional<Detached> Attempt::detach() {
  limit_.clear();
  exchange_.reset();
  return stream_ ? std::exchange(stream_, nullptr)->detach() : std::nullopt;
}

core::Outcome Attempt::outcome(core::OutcomeKind kind) const {
  core::Outcome outcome;
  outcome.kind = kind;
  outcome.status = status_;
  if (first_byte_at_ != TimePoint{}) outcome.time_to_first_byte = first_byte_at_ - forwarded_at_;
  if (tokens_) outcome.output_tokens = tokens_->events();
  outcome.retry_after = retry_after_;
  return outcome;
}

// Before the head: no answer in time. After it: silence, unless it is the client that is slow.
void Attempt::on_limit() {
  if (!stream_) return;
  const Duration silence = net::now() - last_byte_at_;
  if (!head_seen()) {
    fail(core::OutcomeKind::kTimedOut);
  } else if (silence < service().idle_timeout) {
    limit_.set(last_byte_at_ + service().idle_timeout);
  } else {
    fail(core::OutcomeKind::kBroken);
  }
}

}  // namespace signalbox::gateway
