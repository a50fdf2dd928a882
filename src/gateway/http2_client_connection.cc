// SPDX-License-Identifier: Apache-2.0
//
// What a session tells is noted while it speaks and acted on when it has finished: one read may
// bring a head with its body, or fifty of them. See http2_client_connection.h.
#include "gateway/http2_client_connection.h"

#include <algorithm>
#include <utility>

#include "gateway/http2_client_stream.h"
#include "gateway/loop.h"
#include "net/clock.h"
#include "wire/http2_writer.h"
#include "wire/json_error.h"

namespace signalbox::gateway {

namespace {

constexpr Http2ClientStream* kGone = nullptr;
constexpr Duration kDrainTime = 1s;  // for a client to hear that we are leaving

wire::Http2Limits limits(const Options& options) {
  wire::Http2Limits limits;
  limits.max_streams = static_cast<std::uint32_t>(options.max_streams);
  return limits;
}

Http2ClientStream& owner_of(wire::Http2Stream& stream) {
  return *static_cast<Http2ClientStream*>(stream.owner);
}

}  // namespace

Http2ClientConnection::Http2ClientConnection(net::Stream stream, ClientPeer peer, Loop& loop)
    : Http2Link(std::move(stream), wire::Http2Role::kServer, limits(loop.options())),
      peer_(std::move(peer)),
      loop_(loop),
      deadline_(loop.deadlines(), [this] { on_deadline(); }) {
  loop_.remember_connection(this);
}

Http2ClientConnection::~Http2ClientConnection() { loop_.forget_connection(this); }

void Http2ClientConnection::start(std::string_view read_ahead) {
  deadline_.set(net::now() + loop_.options().keep_alive);
  start_link(read_ahead);
}

void Http2ClientConnection::drain(Duration) {
  draining_ = true;
  deadline_.clear();
  session().shutdown();
  wake();
  watch_idleness();
}

void Http2ClientConnection::close() {
  const auto self = shared_from_this();
  deadline_.clear();
  lose_streams();
  cut_link();
}

void Http2ClientConnection::lose_streams() {
  while (!streams_.empty()) streams_.back()->on_gone();
}

void Http2ClientConnection::on_request(wire::Http2Stream& stream, bool) {
  if (stream.framing().length > loop_.options().max_body) {
    return refuse(stream, 413, "the request body is larger than `gateway.max_body` allows");
  }
  const auto made = std::make_shared<Http2ClientStream>(
      std::static_pointer_cast<Http2ClientConnection>(shared_from_this()), stream);
  made->index = streams_.size();
  streams_.push_back(made.get());
  made->stirred = true;
  stirred_.push_back(made.get());
  unbegun_.push_back(made);
  deadline_.clear();
}

void Http2ClientConnection::on_data(wire::Http2Stream& stream, std::string_view bytes) {
  Http2ClientStream& owner = owner_of(stream);
  owner.on_data(bytes);
  if (!std::exchange(owner.stirred, true)) stirred_.push_back(&owner);
}

void Http2ClientConnection::on_end(wire::Http2Stream& stream) {
  Http2ClientStream& owner = owner_of(stream);
  if (!std::exchange(owner.stirred, true)) stirred_.push_back(&owner);
}

void Http2ClientConnection::on_closed(wire::Http2Stream& stream, wire::Http2Code) {
  owner_of(stream).on_closed();
}

void Http2ClientConnection::on_received() {
  for (std::size_t i = 0; i < stirred_.size(); ++i) {
    Http2ClientStream* const stream = std::exchange(stirred_[i], nullptr);
    if (stream == nullptr) continue;
    stream->stirred = false;
    stream->on_received();
  }
  stirred_.clear();
  unbegun_.clear();
  watch_idleness();
}

void Http2ClientConnection::on_written() {
  // Whoever is told may flush again: that is for the next time.
  const std::size_t count = flushing_.size();
  for (std::size_t i = 0; i < count; ++i) {
    Http2ClientStream* const stream = flushing_[i];
    if (stream == nullptr || !stream->flushed()) continue;
    flushing_[i] = nullptr;
    stream->flushing = false;
    stream->on_sent();
  }
  std::erase(flushing_, kGone);
  watch_idleness();
}

void Http2ClientConnection::on_traffic(std::size_t in, std::size_t out) {
  if (in > 0) loop_.count(loop_.counters().bytes_in, in);
  if (out > 0) loop_.count(loop_.counters().bytes_out, out);
}

void Http2ClientConnection::flush(Http2ClientStream& stream) {
  if (!std::exchange(stream.flushing, true)) flushing_.push_back(&stream);
  wake();
}

void Http2ClientConnection::forget(Http2ClientStream& stream) {
  streams_[stream.index] = streams_.back();
  streams_[stream.index]->index = stream.index;
  streams_.pop_back();
  if (stream.stirred) std::replace(stirred_.begin(), stirred_.end(), &stream, kGone);
  if (stream.flushing) std::replace(flushing_.begin(), flushing_.end(), &stream, kGone);
  watch_idleness();
}

void Http2ClientConnection::on_refused(wire::Http2Stream& stream,
                                       const wire::ParseFailure& failure) {
  refuse(stream, failure.status, failure.message);
}

// Answers a request that never becomes an exchange.
void Http2ClientConnection::refuse(wire::Http2Stream& stream, int status,
                                   std::string_view message) {
  const std::string body = wire::json_error(message, wire::error_type(status), "bad_request");
  const bool bodiless = stream.request().method == "HEAD";
  const wire::OwnField type{"content-type", "application/json"};
  wire::Http2FieldList fields;
  fields.set_response(nullptr, {&type, 1}, body.size());
  session().submit_response(stream, status, fields.view(), bodiless);
  if (!bodiless) {
    session().send(stream, body);
    session().end(stream);
  }
  session().release(stream);
  wake();
}

// An idle connection lives for a while, and a head that has begun must be complete within its own.
void Http2ClientConnection::watch_idleness() {
  if (!link_open()) return deadline_.clear();
  const bool head_begun = session().head_pending();
  if (head_begun != std::exchange(head_awaited_, head_begun)) deadline_.clear();
  if (head_begun) {
    if (!deadline_.is_set()) deadline_.set(net::now() + loop_.options().header_timeout);
  } else if (!streams_.empty()) {
    deadline_.clear();
  } else if (!deadline_.is_set()) {
    deadline_.set(net::now() + (draining_ ? kDrainTime : loop_.options().keep_alive));
  }
}

void Http2ClientConnection::on_deadline() {
  const auto self = shared_from_this();
  lose_streams();
  end_link(head_awaited_ ? wire::Http2Code::kEnhanceYourCalm : wire::Http2Code::kNoError);
}

void Http2ClientConnection::on_link_end() {
  deadline_.clear();
  lose_streams();
}

}  // namespace signalbox::gateway
