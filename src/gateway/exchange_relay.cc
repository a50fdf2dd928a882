// SPDX-License-Identifier: Apache-2.0
//
// The answer on its way back: read a buffer from the unit, parse it, write what it means to the
// client, and only then read on - so a slow client slows its unit and costs no memory.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "gateway/exchange.h"
#include "net/clock.h"
#include "observe/access_log.h"
#include "wire/http1_writer.h"
#include "wire/json_error.h"

namespace signalbox::gateway {

// What the parser has not taken yet (part of a head, a chunk's end) stays in front of what comes.
void Exchange::read_response() {
  auto& connection = *upstream_;
  char* const buffer = connection.buffer.data();
  std::memmove(buffer, buffer + response_begin_, response_end_ - response_begin_);
  response_end_ -= std::exchange(response_begin_, 0);
  if (response_end_ == connection.buffer.size()) {
    // A line of a head or of a chunk that fills the whole buffer is no HTTP worth waiting for.
    head_relayed_ ? break_off() : fail_attempt(core::OutcomeKind::kInvalid);
    return;
  }
  connection.socket.async_read_some(
      asio::buffer(buffer + response_end_, connection.buffer.size() - response_end_),
      [self = shared_from_this(), kept = upstream_, attempt = attempt_](
          error_code error, std::size_t count) { self->on_response_bytes(error, count, attempt); });
}

void Exchange::on_response_bytes(error_code error, std::size_t count, int attempt) {
  if (over_ || attempt != attempt_) return;
  auto& parser = upstream_->parser;
  last_byte_at_ = net::now();
  if (error) {
    if (!parser.started()) {
      fail_attempt(core::OutcomeKind::kDied);
    } else if (parser.finish_eof().has_value()) {
      head_relayed_ ? break_off() : fail_attempt(core::OutcomeKind::kInvalid);
    } else {
      relay();
    }
    return;
  }
  if (time_to_first_byte_ == Duration{}) time_to_first_byte_ = last_byte_at_ - forwarded_at_;
  response_end_ += count;
  relay();
}

// Parses what was read and writes it on. `outgoing_` collects head and body; the parser's sink puts
// body bytes there with the client's framing.
void Exchange::relay() {
  auto& parser = upstream_->parser;
  while (!parser.done() && response_begin_ < response_end_) {
    const auto taken = parser.consume(
        {upstream_->buffer.data() + response_begin_, response_end_ - response_begin_});
    if (!taken.ok()) {
      head_relayed_ ? break_off() : fail_attempt(core::OutcomeKind::kInvalid);
      return;
    }
    response_begin_ += *taken;
    if (parser.head_done() && !head_relayed_) relay_head();
    if (*taken == 0) break;
  }
  if (parser.head_done() && !head_relayed_) relay_head();
  if (parser.done() && client_chunked_) outgoing_ += wire::kLastChunk;
  if (!outgoing_.empty()) {
    bytes_out_ += outgoing_.size();
    client_->write(asio::buffer(outgoing_),
                   [self = shared_from_this()](error_code failed) { self->on_relayed(failed); });
  }
  // The unit is done as soon as its last byte is here: its slot is free while the client reads.
  if (parser.done()) {
    complete();
  } else if (outgoing_.empty()) {
    read_response();
  }
}

void Exchange::relay_head() {
  const auto& parser = upstream_->parser;
  const auto& request = client_->request();
  head_relayed_ = true;
  status_ = parser.head().status;
  const auto length = parser.content_length();
  const bool no_body = parser.framing().body == wire::BodyKind::kNone;
  const bool can_chunk = request.head().version == 11;
  client_keep_alive_ = request.keep_alive() && request.done() && !loop_.draining();
  wire::ResponseRewrite rewrite;
  if (length) {
    rewrite.framing = {wire::BodyKind::kLength, *length};
  } else if (no_body) {
    rewrite.framing = {wire::BodyKind::kNone, 0};
  } else if (can_chunk) {
    rewrite.framing = {wire::BodyKind::kChunked, 0};
    client_chunked_ = true;
  } else {
    rewrite.framing = {wire::BodyKind::kUntilClose, 0};
    client_until_close_ = true;
    client_keep_alive_ = false;
  }
  rewrite.keep_alive = client_keep_alive_;
  rewrite.client_version = request.head().version;
  const std::string id = format_id(id_);
  const auto& unit = view_->spec->unit(decision_.unit).name;
  const std::array<wire::OwnField, 2> own{
      {{"x-signalbox-request-id", id}, {"x-signalbox-unit", unit}}};
  rewrite.own = own;
  std::string head;
  wire::append_response_head(head, parser.head(), rewrite);
  // The parser stops right behind the head, so nothing of the body is in `outgoing_` yet.
  outgoing_.insert(0, head);
}

void Exchange::append_body(std::string& out, std::string_view bytes) const {
  if (client_chunked_) {
    out += wire::ChunkHead(bytes.size()).view();
    out += bytes;
    out += wire::kChunkEnd;
  } else {
    out += bytes;
  }
}

void Exchange::complete() {
  core::Outcome outcome;
  outcome.status = status_;
  outcome.time_to_first_byte = time_to_first_byte_;
  if (tokens_) outcome.output_tokens = tokens_->events();
  in_flight_ = false;
  loop_.ring().observed(id_, outcome);
  loop_.router().outcome(decision_, view_, outcome);
  timer_.cancel();
  const bool reusable = upstream_->parser.keep_alive() && body_sent_ && !write_pending_ &&
                        response_begin_ == response_end_;
  const auto connection = std::exchange(upstream_, nullptr);
  ++attempt_;
  connection->parser.on_body(nullptr);
  if (reusable) {
    loop_.upstreams().release(connection);
  } else {
    error_code ignored;
    connection->socket.close(ignored);
  }
  if (outgoing_.empty()) observe("completed", client_keep_alive_);
}

void Exchange::on_relayed(error_code error) {
  if (over_) return;
  if (error) {
    client_->close();
    return;
  }
  outgoing_.clear();
  if (!upstream_) {
    observe("completed", client_keep_alive_);
  } else {
    read_response();
  }
}

// After the first byte there is no other attempt: the client must see that the answer is cut short,
// so its connection ends without the final chunk or, where the end of the connection would be the
// end of the body, by a reset (B41, B45).
void Exchange::break_off() {
  if (client_until_close_) client_->reset_at_close();
  drop_upstream();
  timer_.cancel();
  if (std::exchange(in_flight_, false)) {
    core::Outcome outcome;
    outcome.kind = core::OutcomeKind::kBroken;
    outcome.status = status_;
    loop_.ring().observed(id_, outcome);
    loop_.router().outcome(decision_, view_, outcome);
  }
  observe("broken", false);
  client_->close();
}

// An answer of our own.
void Exchange::answer(int status, std::string_view message, std::string_view code,
                      Duration retry_after) {
  timer_.cancel();
  status_ = status;
  const auto& request = client_->request();
  client_keep_alive_ =
      client_keep_alive_ && request.keep_alive() && request.done() && !loop_.draining();
  const std::string body = wire::json_error(message, wire::error_type(status), code);
  const std::string id = format_id(id_);
  const std::string seconds = fmt::format("{:.0f}", std::ceil(to_seconds(retry_after)));
  std::array<wire::OwnField, 3> own{{{"content-type", "application/json"},
                                     {"x-signalbox-request-id", id},
                                     {"retry-after", seconds}}};
  wire::ResponseRewrite rewrite;
  rewrite.framing = {wire::BodyKind::kLength, body.size()};
  rewrite.keep_alive = client_keep_alive_;
  rewrite.client_version = request.head().version;
  rewrite.own = std::span(own).first(retry_after > Duration{} ? 3 : 2);
  outgoing_.clear();
  wire::append_own_response_head(outgoing_, status, rewrite);
  if (!head_request_) outgoing_ += body;
  bytes_out_ += outgoing_.size();
  const std::string outcome = fmt::format("rejected:{}", code);
  client_->write(asio::buffer(outgoing_), [self = shared_from_this(), outcome](error_code error) {
    self->observe(outcome, self->client_keep_alive_ && !error);
  });
}

// The last stage: one story, one log line, and the connection goes on.
void Exchange::observe(std::string_view outcome, bool keep_alive) {
  if (std::exchange(over_, true)) return;
  timer_.cancel();
  const Duration duration = net::now() - arrival_;
  if (held_since_ != TimePoint{}) held_ += net::now() - held_since_;
  const Duration to_first_byte = time_to_first_byte_ == Duration{}
                                     ? Duration{}
                                     : forwarded_at_ + time_to_first_byte_ - arrival_;
  loop_.ring().finished(id_, status_, to_first_byte, duration);

  observe::AccessRecord record;
  const std::string id = format_id(id_);
  const std::string endpoint = address_.port == 0 ? std::string() : core::to_string(address_);
  record.at = net::unix_nanos() - duration.count();
  record.request_id = id;
  record.client_address = client_->client_address();
  record.method = client_->request().head().method;
  record.path = target_.path;
  const bool classified = decision_.view_version != 0 && view_ != nullptr &&
                          decision_.service.index() < view_->spec->services.size() &&
                          decision_.reason != core::RejectReason::kNoService;
  if (classified) {
    record.service = service().name;
    record.mode = decision_.mode;
    if (!endpoint.empty() && decision_.unit.index() < view_->spec->units.size()) {
      record.unit = view_->spec->unit(decision_.unit).name;
      record.endpoint = endpoint;
    }
  }
  record.outcome = outcome;
  record.status = outcome == "abandoned" && !head_relayed_ ? 0 : status_;
  record.attempts = endpoint.empty() ? 0 : decision_.attempt;
  record.bytes_in = bytes_in_;
  record.bytes_out = bytes_out_;
  record.held = held_;
  record.time_to_first_byte = to_first_byte;
  record.duration = duration;
  std::string line;
  observe::append_access_line(line, record);
  loop_.log(line);

  if (registered_) loop_.forget_exchange(id_);
  client_->finish(keep_alive);
}

}  // namespace signalbox::gateway
