// SPDX-License-Identifier: Apache-2.0
//
// Whoever is called back may abandon or release the stream at once, so after every call the
// listener is looked at anew. See http2_unit_stream.h.
#include "gateway/http2_unit_stream.h"

#include <utility>

#include "base/assert.h"
#include "gateway/http2_unit_connection.h"
#include "wire/http2_writer.h"

namespace signalbox::gateway {

namespace {

// Reused by all streams of a thread: what is submitted is copied out of it.
wire::Http2FieldList& field_list() {
  thread_local wire::Http2FieldList list;
  return list;
}

}  // namespace

Http2UnitStream::Http2UnitStream(std::shared_ptr<Http2UnitConnection> connection)
    : connection_(std::move(connection)), reused_(connection_->served_before()) {}

Http2UnitStream::~Http2UnitStream() = default;

void Http2UnitStream::send_head(const RequestStart& start, UnitListener& listener) {
  SIGNALBOX_ASSERT(listener_ == nullptr && connection_ != nullptr);
  listener_ = &listener;
  const wire::WriteFraming& framing = start.rewrite.framing;
  request_ended_ = framing.body == wire::BodyKind::kNone ||
                   (framing.body == wire::BodyKind::kLength && framing.length == 0);
  auto& fields = field_list();
  fields.set_request(start.head, start.rewrite, connection_->scheme());
  if (connection_->link_open()) {
    stream_ = connection_->session().submit_request(fields.view(), request_ended_);
  }
  if (stream_ == nullptr) {  // its GOAWAY came after this was opened
    on_failure(UnitFailure::kRefused);
  } else {
    stream_->owner = this;
  }
}

void Http2UnitStream::send_body(std::string_view bytes) {
  if (stream_ != nullptr && !request_ended_) connection_->session().send(*stream_, bytes);
}

void Http2UnitStream::end_request(std::span<const wire::Field> trailers) {
  if (stream_ == nullptr || std::exchange(request_ended_, true)) return;
  auto& fields = field_list();
  fields.set_trailers(trailers);
  connection_->session().end(*stream_, fields.view());
}

void Http2UnitStream::flush() {
  if (connection_ != nullptr) connection_->flush(*this);
}

void Http2UnitStream::on_sent() {
  if (listener_ != nullptr) listener_->on_sent(!failure_);
}

void Http2UnitStream::read() {
  wanted_ = true;
  told_ = false;
  const bool something = head_come_ != head_told_ || !arrived_.empty() || failure_ ||
                         (stream_ != nullptr && stream_->ended() && !end_told_);
  if (something && connection_ != nullptr) connection_->stir(*this);
}

void Http2UnitStream::on_data(std::string_view bytes) {
  if (!wanted_ || !tell_head()) {
    if (listener_ != nullptr) arrived_ += bytes;
    return;
  }
  told_ = true;
  listener_->on_body(bytes);
  if (stream_ != nullptr) connection_->session().consumed(*stream_, bytes.size());
}

// True when it has been told and somebody still listens.
bool Http2UnitStream::tell_head() {
  if (listener_ != nullptr && head_come_ && !std::exchange(head_told_, true)) {
    told_ = true;
    listener_->on_head(stream_->response(), stream_->framing());
  }
  return listener_ != nullptr && head_told_;
}

void Http2UnitStream::tell() {
  if (!wanted_ || listener_ == nullptr) return;
  const auto self = shared_from_this();
  tell_head();
  if (listener_ != nullptr && !arrived_.empty()) {
    const std::string bytes = std::exchange(arrived_, {});
    told_ = true;
    listener_->on_body(bytes);
    if (stream_ != nullptr) {
      connection_->session().consumed(*stream_, bytes.size());
      connection_->wake();
    }
  }
  if (listener_ != nullptr && stream_ != nullptr && stream_->ended() && !failure_ && head_told_ &&
      !std::exchange(end_told_, true)) {
    told_ = true;
    if (!stream_->trailers().empty()) listener_->on_trailers(stream_->trailers());
    if (listener_ != nullptr) listener_->on_end();
  }
  if (listener_ == nullptr) return;
  if (failure_ && !end_told_) {
    UnitListener* const listener = std::exchange(listener_, nullptr);
    const UnitFailure failure = *failure_;
    leave();
    listener->on_failure(failure);
  } else if (told_) {
    wanted_ = told_ = false;
    listener_->on_pause();
  }
}

void Http2UnitStream::on_failure(UnitFailure failure) {
  if (failure_ || listener_ == nullptr) return;
  failure_ = failure;
  if (connection_ != nullptr) connection_->stir(*this);
}

void Http2UnitStream::on_closed(wire::Http2Code code) {
  if (!stream_->ended()) on_failure(failure_of(code));
}

void Http2UnitStream::on_lost() {
  if (stream_ == nullptr || !stream_->ended()) on_failure(failure_of(wire::Http2Code::kNoError));
}

UnitFailure Http2UnitStream::failure_of(wire::Http2Code code) const {
  if (head_come_) return UnitFailure::kCut;
  switch (code) {
    case wire::Http2Code::kRefusedStream:
      return UnitFailure::kRefused;
    case wire::Http2Code::kProtocolError:
    case wire::Http2Code::kHttp11Required:
      return UnitFailure::kInvalid;
    default:
      return UnitFailure::kDied;
  }
}

void Http2UnitStream::abandon() {
  listener_ = nullptr;
  if (stream_ != nullptr && !stream_->closed()) {
    connection_->session().reset(*stream_, wire::Http2Code::kCancel);
    connection_->wake();
  }
  leave();
}

void Http2UnitStream::release(bool request_sent) {
  if (!request_sent) return abandon();
  listener_ = nullptr;
  if (connection_ != nullptr) connection_->count_served();
  leave();
}

void Http2UnitStream::leave() {
  const auto connection = std::exchange(connection_, nullptr);
  if (connection == nullptr) return;
  if (wire::Http2Stream* const stream = std::exchange(stream_, nullptr)) {
    connection->session().release(*stream);
  }
  connection->forget(*this);
}

}  // namespace signalbox::gateway
