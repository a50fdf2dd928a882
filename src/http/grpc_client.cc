// SPDX-License-Identifier: Apache-2.0
//
// A handler may cancel the call from inside any of its calls, so each looks anew afterwards.
#include "http/grpc_client.h"

#include <utility>

namespace signalbox::http {

namespace {

std::shared_ptr<GrpcClientCall> self_of(GrpcClientCall& call) {
  return std::static_pointer_cast<GrpcClientCall>(call.shared_from_this());
}

// One call for as long as it takes: what it is sent is read at once and passed on, so windows are
// as large as they would be for many.
wire::Http2Limits limits_of_calls() {
  wire::Http2Limits limits;
  limits.stream_window = 1024U * 1024;
  limits.small_frames_burst = 10'000;
  limits.small_frames_per_s = 10'000;
  return limits;
}

}  // namespace

std::shared_ptr<GrpcClientCall> GrpcClientCall::start(asio::io_context& io,
                                                      const core::Address& address,
                                                      const std::string& path,
                                                      const GrpcCallOptions& options,
                                                      Handlers handlers) {
  auto call = std::make_shared<GrpcClientCall>(io, address, path, options, std::move(handlers));
  call->connect();
  return call;
}

GrpcClientCall::GrpcClientCall(asio::io_context& io, core::Address address, std::string path,
                               const GrpcCallOptions& options, Handlers handlers)
    : Http2Link(net::Stream(io), wire::Http2Role::kClient, limits_of_calls()),
      address_(std::move(address)),
      path_(std::move(path)),
      options_(options),
      handlers_(std::move(handlers)),
      timer_(io),
      resolver_(io),
      reader_(options.max_message) {}

// ---- the connection ----

void GrpcClientCall::connect() {
  Duration time = options_.connect_timeout;
  if (options_.timeout > Duration::zero()) time = std::min(time, options_.timeout);
  limit(time, wire::GrpcCode::kUnavailable, "cannot be connected to in time");
  error_code error;
  const auto ip = asio::ip::make_address(address_.host, error);
  if (!error) {
    const asio::ip::tcp::endpoint endpoint(ip, address_.port);
    return connect_to(asio::ip::tcp::resolver::results_type::create(endpoint, "", ""));
  }
  resolver_.async_resolve(address_.host, std::to_string(address_.port),
                          [self = self_of(*this)](error_code failed, const auto& found) {
                            if (self->over_) return;
                            if (failed) return self->on_connected(failed);
                            self->connect_to(found);
                          });
}

void GrpcClientCall::connect_to(const asio::ip::tcp::resolver::results_type& endpoints) {
  stream().async_connect({endpoints.begin(), endpoints.end()}, [self = self_of(*this)](
                                                                   error_code error) {
    if (self->over_) return;
    if (error || !self->options_.tls) return self->on_connected(error);
    const auto& name = self->options_.server_name;
    self->stream().async_connect_tls(self->options_.tls, name.empty() ? self->address_.host : name,
                                     [self](error_code failed) { self->on_connected(failed); });
  });
}

void GrpcClientCall::limit(Duration time, wire::GrpcCode code, const std::string& what) {
  timer_.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(time));
  timer_.async_wait([weak = std::weak_ptr(self_of(*this)), code, what](error_code error) {
    const auto call = weak.lock();
    if (!error && call) call->fail(code, what);
  });
}

void GrpcClientCall::on_connected(error_code error) {
  if (over_) return;
  if (error) {
    return fail(wire::GrpcCode::kUnavailable, "cannot be connected to: " + error.message());
  }
  if (stream().secure() && stream().alpn() != "h2") {
    return fail(wire::GrpcCode::kUnavailable, "does not agree to HTTP/2 (ALPN h2)");
  }
  ask();
}

void GrpcClientCall::ask() {
  timer_.cancel();
  const std::string authority = core::to_string(address_);
  std::string timeout;
  std::vector<wire::OwnField> fields{{":method", "POST"},
                                     {":scheme", stream().secure() ? "https" : "http"},
                                     {":authority", authority},
                                     {":path", path_},
                                     {"content-type", "application/grpc"},
                                     {"te", "trailers"}};
  if (options_.timeout > Duration::zero()) {
    limit(options_.timeout, wire::GrpcCode::kDeadlineExceeded, "did not answer in time");
    timeout = wire::format_grpc_timeout(options_.timeout);
    fields.push_back({"grpc-timeout", timeout});
  }
  for (const Header& header : options_.metadata) fields.push_back({header.name, header.value});
  stream_ = session().submit_request(fields, false);
  if (stream_ == nullptr) {
    return fail(wire::GrpcCode::kInternal, "cannot be sent this request's metadata");
  }
  if (!waiting_.empty()) session().send(*stream_, std::exchange(waiting_, {}));
  if (closes_) session().end(*stream_);
  const auto self = self_of(*this);
  start_link();
  if (!over_ && handlers_.on_open) handlers_.on_open();
}

// ---- messages ----

void GrpcClientCall::send(std::string_view message) {
  if (over_ || closes_) return;
  std::string prefix;
  wire::append_grpc_prefix(prefix, message.size());
  if (stream_ == nullptr) {
    waiting_.append(prefix).append(message);
    return;
  }
  session().send(*stream_, prefix);
  session().send(*stream_, message);
  wake();
}

void GrpcClientCall::close_send() {
  if (over_ || std::exchange(closes_, true) || stream_ == nullptr) return;
  session().end(*stream_);
  wake();
}

std::size_t GrpcClientCall::queued() const {
  return waiting_.size() + (stream_ != nullptr ? stream_->queued() : 0);
}

void GrpcClientCall::on_response(wire::Http2Stream& stream, bool ends) {
  const auto& head = stream.response();
  if (ends) return finish(wire::read_grpc_status(head.fields, head.status));
  const wire::Field* const type = wire::find_field(head.fields, "content-type");
  const bool is_grpc = type != nullptr && wire::is_grpc_content_type(type->value);
  if (head.status != 200 || !is_grpc) {
    fail(head.status != 200 ? wire::grpc_of_http(head.status) : wire::GrpcCode::kUnknown,
         "does not speak gRPC there: it answered " + std::to_string(head.status));
  }
}

void GrpcClientCall::on_data(wire::Http2Stream& stream, std::string_view bytes) {
  const auto self = self_of(*this);
  session().consumed(stream, bytes.size());
  const auto failure = reader_.feed(bytes, [this](std::string_view message) {
    handlers_.on_message(message);
    return !over_;
  });
  if (failure && !over_) finish(*failure);
}

void GrpcClientCall::on_end(wire::Http2Stream& stream) {
  if (over_) return;
  wire::GrpcStatus status = wire::read_grpc_status(stream.trailers(), stream.response().status);
  if (!reader_.at_boundary() && status.code == wire::GrpcCode::kOk) {
    status = {wire::GrpcCode::kInternal, "the answer ends in the middle of a message"};
  }
  finish(std::move(status));
}

void GrpcClientCall::on_refused(wire::Http2Stream&, const wire::ParseFailure& failure) {
  fail(wire::GrpcCode::kInternal, "sent no valid answer: " + failure.message);
}

void GrpcClientCall::on_closed(wire::Http2Stream&, wire::Http2Code) {
  fail(wire::GrpcCode::kUnavailable, "reset the call before its end");
}

void GrpcClientCall::on_link_end() {
  fail(wire::GrpcCode::kUnavailable, "broke the connection before the call's end");
}

// ---- the end ----

void GrpcClientCall::fail(wire::GrpcCode code, const std::string& what) {
  finish({code, core::to_string(address_) + " " + what});
}

void GrpcClientCall::finish(wire::GrpcStatus status) {
  if (over_) return;
  const auto self = self_of(*this);
  const auto on_end = std::move(handlers_.on_end);
  cancel();
  on_end(std::move(status));
}

void GrpcClientCall::cancel() {
  if (std::exchange(over_, true)) return;
  timer_.cancel();
  resolver_.cancel();
  if (stream_ != nullptr) session().release(*std::exchange(stream_, nullptr));
  cut_link();
}

}  // namespace signalbox::http
