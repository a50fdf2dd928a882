// SPDX-License-Identifier: Apache-2.0
//
// A failed write is not the end of an exchange: a server may answer (413, say) and close before it
// read everything. The read decides.
#include "http/link.h"

#include <utility>

#include "base/assert.h"

namespace signalbox::http {

namespace {

Response to_response(const wire::ResponseHead& head, std::string body) {
  Response response;
  response.status = head.status;
  response.headers.reserve(head.fields.size());
  for (const wire::Field& field : head.fields) {
    response.headers.push_back({std::string(field.name), std::string(field.value)});
  }
  response.body = std::move(body);
  return response;
}

}  // namespace

Link::Link(asio::io_context& io, std::string peer, std::shared_ptr<const net::TlsClient> tls,
           std::string server_name)
    : stream_(io),
      peer_(std::move(peer)),
      tls_(std::move(tls)),
      server_name_(std::move(server_name)) {
  parser_.on_body([this](std::string_view piece) {
    const bool is_asked_for = parser_.head().status / 100 == 2;
    if (!reading_.streams || !is_asked_for) body_ += piece;
    if (reading_.on_body && (!reading_.streams || is_asked_for)) reading_.on_body(piece);
  });
}

void Link::connect(const asio::ip::tcp::resolver::results_type& endpoints, Connected connected) {
  stream_.async_connect(
      {endpoints.begin(), endpoints.end()},
      [self = shared_from_this(), connected = std::move(connected)](error_code ec) {
        if (!self->is_open() && !ec) ec = asio::error::operation_aborted;
        if (ec) return connected(ec);
        self->secure(connected);
      });
}

void Link::secure(Connected connected) {
  if (!tls_) {
    read_more();
    return connected({});
  }
  stream_.async_connect_tls(tls_, server_name_,
                            [self = shared_from_this(), connected](error_code ec) {
                              if (!ec) self->read_more();
                              connected(ec);
                            });
}

void Link::exchange(std::string request, bool head_request, Reading reading, Ended ended) {
  SIGNALBOX_ASSERT(!ended_ && !writing_ && is_open());
  lost_ = nullptr;
  ended_ = std::move(ended);
  reading_ = std::move(reading);
  request_ = std::move(request);
  body_.clear();
  parser_.reset(head_request);
  writing_ = true;
  stream_.async_write_all(request_, [self = shared_from_this()](error_code ec, std::size_t) {
    if (!ec) self->writing_ = false;
  });
}

void Link::close() {
  stream_.close();
  ended_ = nullptr;
  reading_ = {};
  lost_ = nullptr;
}

void Link::read_more() {
  if (!is_open()) return;
  stream_.async_read_some(
      asio::buffer(read_buffer_),
      [self = shared_from_this()](error_code ec, std::size_t size) { self->on_read(ec, size); });
}

void Link::on_read(error_code ec, std::size_t size) {
  if (!is_open()) return;
  if (ec) return on_end(ec);
  if (!ended_) return on_end(asio::error::invalid_argument);  // speaks without being asked
  on_data({read_buffer_.data(), size});
  read_more();
}

void Link::on_data(std::string_view bytes) {
  pending_ += bytes;
  for (;;) {
    const bool had_head = parser_.head_done();
    const auto taken = parser_.consume(pending_);
    if (!taken.ok()) {
      return end(error(ClientFailure::kProtocol, "sent no valid answer: " + taken.error().message),
                 false);
    }
    pending_.erase(0, *taken);
    if (body_.size() > reading_.max_body) {
      return end(error(ClientFailure::kProtocol, "sent more than the largest answer allowed"),
                 false);
    }
    if (parser_.done()) {
      const bool reusable = parser_.keep_alive() && pending_.empty() && !writing_;
      return end(to_response(parser_.head(), std::move(body_)), reusable);
    }
    if (*taken == 0 && had_head == parser_.head_done()) return;
  }
}

void Link::on_end(error_code ec) {
  if (!ended_) {
    const auto lost = std::exchange(lost_, nullptr);
    close();
    if (lost) lost();
    return;
  }
  if (ec == asio::error::eof && parser_.head_done() && !parser_.finish_eof()) {
    return end(to_response(parser_.head(), std::move(body_)), false);
  }
  const std::string what = ec == asio::error::eof ? "it was closed" : ec.message();
  end(error(ClientFailure::kReset, "broke the connection before its answer was complete: " + what),
      false);
}

void Link::end(Result<Response, ClientError> answer, bool reusable) {
  const auto self = shared_from_this();
  const auto ended = std::exchange(ended_, nullptr);
  reading_ = {};
  const bool broken = !answer.ok() && answer.error().kind == ClientFailure::kReset;
  if (!reusable) close();
  ended({std::move(answer), reusable, broken && !parser_.started()});
}

ClientError Link::error(ClientFailure kind, const std::string& what) const {
  return {kind, peer_ + " " + what};
}

}  // namespace signalbox::http
