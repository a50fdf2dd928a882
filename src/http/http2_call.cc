// SPDX-License-Identifier: Apache-2.0
#include "http/http2_call.h"

#include <utility>
#include <vector>

namespace signalbox::http {

namespace {

std::shared_ptr<Http2Call> self_of(Http2Call& call) {
  return std::static_pointer_cast<Http2Call>(call.shared_from_this());
}

}  // namespace

Http2Call::Http2Call(asio::io_context& io, const core::Address& address, const Request& request,
                     const CallOptions& options, Client::Done done)
    : Http2Link(net::Stream(io), wire::Http2Role::kClient),
      address_(address),
      request_(request),
      options_(options),
      done_(std::move(done)),
      deadline_(io),
      resolver_(io) {}

void Http2Call::start() {
  deadline_.expires_after(
      std::chrono::duration_cast<asio::steady_timer::duration>(options_.timeout));
  deadline_.async_wait([weak = std::weak_ptr(self_of(*this))](error_code error) {
    const auto call = weak.lock();
    if (!error && call) call->fail(ClientFailure::kTimeout, "did not answer in time");
  });
  error_code error;
  const auto ip = asio::ip::make_address(address_.host, error);
  if (!error) {
    const asio::ip::tcp::endpoint endpoint(ip, address_.port);
    return connect_to(asio::ip::tcp::resolver::results_type::create(endpoint, "", ""));
  }
  resolver_.async_resolve(address_.host, std::to_string(address_.port),
                          [self = self_of(*this)](error_code failed, const auto& found) {
                            if (failed) return self->on_connected(failed);
                            if (self->done_) self->connect_to(found);
                          });
}

void Http2Call::connect_to(const asio::ip::tcp::resolver::results_type& endpoints) {
  stream().async_connect({endpoints.begin(), endpoints.end()}, [self = self_of(*this)](
                                                                   error_code error) {
    if (error || !self->options_.tls) return self->on_connected(error);
    const auto& name = self->options_.server_name;
    self->stream().async_connect_tls(self->options_.tls, name.empty() ? self->address_.host : name,
                                     [self](error_code failed) { self->on_connected(failed); });
  });
}

void Http2Call::on_connected(error_code error) {
  if (!done_) return;
  if (error) return fail(ClientFailure::kConnect, "cannot be connected to: " + error.message());
  if (stream().secure() && stream().alpn() != "h2") {
    return fail(ClientFailure::kConnect, "does not agree to HTTP/2 (ALPN h2)");
  }
  ask();
}

void Http2Call::ask() {
  const std::string authority = core::to_string(address_);
  std::vector<wire::OwnField> fields{{":method", request_.method},
                                     {":scheme", stream().secure() ? "https" : "http"},
                                     {":authority", authority},
                                     {":path", request_.target}};
  for (const Header& header : request_.headers) {
    const wire::FieldKind kind = wire::classify_field(header.name);
    const bool of_http1 = kind == wire::FieldKind::kConnection || kind == wire::FieldKind::kHost;
    if (!of_http1) fields.push_back({header.name, header.value});
  }
  stream_ = session().submit_request(fields, request_.body.empty());
  if (!request_.body.empty()) {
    session().send(*stream_, request_.body);
    session().end(*stream_);
  }
  start_link();
}

void Http2Call::on_response(wire::Http2Stream& stream, bool) {
  response_.status = stream.response().status;
  for (const wire::Field& field : stream.response().fields) {
    response_.headers.push_back({std::string(field.name), std::string(field.value)});
  }
}

void Http2Call::on_data(wire::Http2Stream& stream, std::string_view bytes) {
  session().consumed(stream, bytes.size());
  response_.body += bytes;
  if (options_.on_body) options_.on_body(bytes);
  if (response_.body.size() > options_.max_body) {
    fail(ClientFailure::kProtocol, "sent more than the largest answer allowed");
  }
}

void Http2Call::on_end(wire::Http2Stream&) { finish(std::move(response_)); }

void Http2Call::on_refused(wire::Http2Stream&, const wire::ParseFailure& failure) {
  fail(ClientFailure::kProtocol, "sent no valid answer: " + failure.message);
}

void Http2Call::on_closed(wire::Http2Stream&, wire::Http2Code) {
  fail(ClientFailure::kReset, "reset the stream before its answer was complete");
}

void Http2Call::on_link_end() {
  fail(ClientFailure::kReset, "broke the connection before its answer was complete");
}

void Http2Call::fail(ClientFailure kind, const std::string& what) {
  finish(ClientError{kind, core::to_string(address_) + " " + what});
}

void Http2Call::finish(Result<Response, ClientError> answer) {
  if (!done_) return;
  const auto self = self_of(*this);
  const auto done = std::exchange(done_, nullptr);
  cancel();
  done(std::move(answer));
}

void Http2Call::cancel() {
  done_ = nullptr;
  deadline_.cancel();
  resolver_.cancel();
  if (stream_ != nullptr) session().release(*std::exchange(stream_, nullptr));
  cut_link();
}

}  // namespace signalbox::http
