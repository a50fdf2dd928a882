// SPDX-License-Identifier: Apache-2.0
//
// See http2_client_stream.h. Whoever is called may finish the stream there and then, so every entry
// keeps it alive until it returns.
#include "gateway/http2_client_stream.h"

#include <array>
#include <utility>

#include "gateway/exchange.h"
#include "gateway/http2_client_connection.h"
#include "gateway/loop.h"
#include "net/clock.h"
#include "wire/grpc.h"
#include "wire/http2_writer.h"
#include "wire/json_error.h"

namespace signalbox::gateway {

namespace {

// Reused by all streams of a thread: what is submitted is copied out of it.
wire::Http2FieldList& field_list() {
  thread_local wire::Http2FieldList list;
  return list;
}

}  // namespace

Http2ClientStream::Http2ClientStream(std::shared_ptr<Http2ClientConnection> connection,
                                     wire::Http2Stream& stream)
    : connection_(std::move(connection)),
      stream_(stream),
      deadline_(connection_->loop().deadlines(), [this] { on_stalled(); }) {
  stream_.owner = this;
}

Http2ClientStream::~Http2ClientStream() = default;

wire::Http2Session& Http2ClientStream::session() { return connection_->session(); }
const ClientPeer& Http2ClientStream::peer() const { return connection_->peer(); }

// What of the body came with the head goes on with it.
void Http2ClientStream::begin() {
  begun_ = true;
  exchange_ = std::make_shared<Exchange>(shared_from_this(), connection_->loop());
  const auto exchange = exchange_;
  if (!arrived_.empty()) {
    exchange->on_body_bytes(arrived_);
    session().consumed(stream_, arrived_.size());
    arrived_.clear();
  }
  exchange->start();
}

void Http2ClientStream::on_data(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (!wanted_ || !exchange_) {
    arrived_ += bytes;
    return;
  }
  fresh_ = true;
  exchange_->on_body_bytes(bytes);
  session().consumed(stream_, bytes.size());
}

void Http2ClientStream::on_received() {
  const auto self = shared_from_this();
  if (!begun_) return begin();
  if (!wanted_ || !exchange_) return;
  const auto exchange = exchange_;
  if (too_large()) {
    wanted_ = false;
    exchange->on_body_failure(413, "the request body is larger than `gateway.max_body` allows");
  } else if (std::exchange(fresh_, false) || stream_.ended()) {
    wanted_ = false;
    exchange->on_body_progress();
  }
}

bool Http2ClientStream::too_large() { return body_bytes_ > connection_->loop().options().max_body; }

void Http2ClientStream::want_body() {
  if (released_ || stream_.closed()) return;
  const auto self = shared_from_this();
  wanted_ = true;
  if (!arrived_.empty()) {
    const std::string bytes = std::exchange(arrived_, {});
    exchange_->on_body_bytes(bytes);
    session().consumed(stream_, bytes.size());
    connection_->wake();
    fresh_ = true;
  }
  if (fresh_ || stream_.ended()) return on_received();
  if (stream_.framing().expects_continue && body_bytes_ == 0 && !std::exchange(continued_, true)) {
    session().submit_interim(stream_, 100);
    connection_->wake();
  }
}

void Http2ClientStream::begin_answer(const AnswerHead& answer) {
  if (answer.relayed == nullptr && wire::is_grpc(stream_.request())) {
    grpc_refusal_ = answer.status;
    return;
  }
  auto& fields = field_list();
  fields.set_response(answer.relayed, answer.own, answer.length);
  answered_ = answer.bodiless || answer.length == 0U;
  session().submit_response(stream_, answer.status, fields.view(), answered_);
}

void Http2ClientStream::add_body(std::string_view bytes) {
  if (grpc_refusal_ != 0) {
    refusal_ += bytes;
  } else if (!answered_) {
    session().send(stream_, bytes);
  }
}

void Http2ClientStream::end_answer(std::span<const wire::Field> trailers) {
  if (grpc_refusal_ != 0) return answer_in_grpc();
  if (std::exchange(answered_, true)) return;
  auto& fields = field_list();
  fields.set_trailers(trailers);
  session().end(stream_, fields.view());
}

// A gRPC client looks for the outcome of its call in fields, with an HTTP status of 200.
void Http2ClientStream::answer_in_grpc() {
  answered_ = true;
  const std::string status = std::to_string(static_cast<int>(wire::grpc_of_http(grpc_refusal_)));
  const std::string message = wire::encode_grpc_message(wire::message_of_json_error(refusal_));
  const std::array<wire::OwnField, 3> own{
      {{"content-type", "application/grpc"}, {"grpc-status", status}, {"grpc-message", message}}};
  session().submit_response(stream_, 200, own, true);
}

void Http2ClientStream::flush() {
  queued_at_deadline_ = stream_.queued();
  deadline_.set(net::now() + connection_->loop().options().send_timeout);
  connection_->flush(*this);
}

void Http2ClientStream::on_sent() {
  const auto self = shared_from_this();
  deadline_.clear();
  if (const auto exchange = exchange_) exchange->on_flushed();
}

// B28: a client that opens no window is given up, one that opens it a little is only slow.
void Http2ClientStream::on_stalled() {
  if (stream_.queued() < queued_at_deadline_) {
    queued_at_deadline_ = stream_.queued();
    deadline_.set(net::now() + connection_->loop().options().send_timeout);
    return;
  }
  session().reset(stream_, wire::Http2Code::kCancel);
  connection_->wake();
  on_gone();
}

void Http2ClientStream::on_closed() {
  // With all of the answer gone out the end is in order, whatever was still to come of the request.
  if (answered_ && stream_.queued() == 0) return;
  on_gone();
}

void Http2ClientStream::on_gone() {
  const auto self = shared_from_this();
  if (const auto exchange = exchange_) {
    exchange->on_client_gone();
  } else {
    finish();
  }
}

void Http2ClientStream::break_off() {
  session().reset(stream_, wire::Http2Code::kInternalError);
  connection_->wake();
  exchange_.reset();
}

void Http2ClientStream::finish() {
  const auto self = shared_from_this();
  exchange_.reset();
  deadline_.clear();
  if (std::exchange(released_, true)) return;
  if (!answered_ && !stream_.closed()) {
    session().reset(stream_, wire::Http2Code::kCancel);
    connection_->wake();
  }
  session().release(stream_);
  connection_->forget(*this);
}

}  // namespace signalbox::gateway
