// SPDX-License-Identifier: Apache-2.0
//
// As to clients (http2_client_connection.cc): what one read brought is told when it was all heard.
#include "gateway/http2_unit_connection.h"

#include <utility>

#include "base/assert.h"
#include "gateway/http2_unit_stream.h"
#include "gateway/unit_pool.h"
#include "net/clock.h"

namespace signalbox::gateway {

namespace {

Http2UnitStream& owner_of(wire::Http2Stream& stream) {
  return *static_cast<Http2UnitStream*>(stream.owner);
}

}  // namespace

Http2UnitConnection::Http2UnitConnection(net::Stream stream, EndpointId endpoint,
                                         std::weak_ptr<UnitPool> pool)
    : Http2Link(std::move(stream), wire::Http2Role::kClient),
      endpoint_(endpoint),
      pool_(std::move(pool)),
      idle_since_(net::now()) {}

Http2UnitConnection::~Http2UnitConnection() = default;

std::string_view Http2UnitConnection::scheme() { return stream().secure() ? "https" : "http"; }

bool Http2UnitConnection::has_room() { return link_open() && !retired_ && session().can_open(); }

std::shared_ptr<UnitStream> Http2UnitConnection::open() {
  SIGNALBOX_ASSERT(has_room());
  const auto stream = std::make_shared<Http2UnitStream>(
      std::static_pointer_cast<Http2UnitConnection>(shared_from_this()));
  stream->index = streams_.size();
  streams_.push_back(stream.get());
  return stream;
}

void Http2UnitConnection::retire() {
  retired_ = true;
  if (streams_.empty()) end_link(wire::Http2Code::kNoError);
}

void Http2UnitConnection::close() {
  const auto self = shared_from_this();
  cut_link();
  lose_streams();
}

void Http2UnitConnection::forget(Http2UnitStream& stream) {
  streams_[stream.index] = streams_.back();
  streams_[stream.index]->index = stream.index;
  streams_.pop_back();
  if (streams_.empty()) idle_since_ = net::now();
  if (retired_ && streams_.empty()) end_link(wire::Http2Code::kNoError);
}

void Http2UnitConnection::flush(Http2UnitStream& stream) {
  if (!std::exchange(stream.flushing, true)) flushing_.push_back(stream.shared_from_this());
  wake();
}

// Tells the stream what has come: after what is being heard now, or else from the loop.
void Http2UnitConnection::stir(Http2UnitStream& stream) {
  if (!std::exchange(stream.stirred, true)) stirred_.push_back(stream.shared_from_this());
  if (std::exchange(stir_posted_, true)) return;
  asio::post(this->stream().get_executor(),
             [self = std::static_pointer_cast<Http2UnitConnection>(shared_from_this())] {
               self->stir_posted_ = false;
               self->on_received();
             });
}

void Http2UnitConnection::on_response(wire::Http2Stream& stream, bool) {
  owner_of(stream).on_response();
  stir_later(stream);
}

void Http2UnitConnection::on_data(wire::Http2Stream& stream, std::string_view bytes) {
  stir_later(stream);
  owner_of(stream).on_data(bytes);
}

void Http2UnitConnection::on_end(wire::Http2Stream& stream) { stir_later(stream); }

void Http2UnitConnection::on_refused(wire::Http2Stream& stream, const wire::ParseFailure&) {
  owner_of(stream).on_failure(UnitFailure::kInvalid);
}

void Http2UnitConnection::on_closed(wire::Http2Stream& stream, wire::Http2Code code) {
  owner_of(stream).on_closed(code);
}

// During the session's speech: on_received() follows by itself.
void Http2UnitConnection::stir_later(wire::Http2Stream& stream) {
  Http2UnitStream& owner = owner_of(stream);
  if (!std::exchange(owner.stirred, true)) stirred_.push_back(owner.shared_from_this());
}

void Http2UnitConnection::on_received() {
  telling_.swap(stirred_);
  for (const auto& stream : telling_) {
    stream->stirred = false;
    stream->tell();
  }
  telling_.clear();
}

void Http2UnitConnection::on_written() {
  telling_.swap(flushing_);
  for (auto& stream : telling_) {
    if (stream->flushed()) {
      stream->flushing = false;
      stream->on_sent();
    } else {
      flushing_.push_back(std::move(stream));
    }
  }
  telling_.clear();
}

void Http2UnitConnection::lose_streams() {
  for (Http2UnitStream* const stream : streams_) stream->on_lost();
}

void Http2UnitConnection::on_link_end() {
  if (const auto pool = pool_.lock()) pool->forget(*this);
  lose_streams();
}

}  // namespace signalbox::gateway
