// SPDX-License-Identifier: Apache-2.0
#include "http/grpc_server.h"

#include <utility>
#include <vector>

#include "base/assert.h"
#include "http/grpc_connection.h"

namespace signalbox::http {

namespace {

using asio::ip::tcp;

constexpr auto kAcceptPause = std::chrono::milliseconds(100);

// A message in, a message out.
class UnaryHandler final : public GrpcHandler {
 public:
  UnaryHandler(std::shared_ptr<GrpcCall> call, const UnaryMethod& method)
      : call_(std::move(call)), method_(method) {}

  bool on_message(std::string_view message) override {
    if (std::exchange(asked_, true)) {
      call_->finish({wire::GrpcCode::kUnimplemented, "this method takes one message"});
      return true;
    }
    request_ = message;
    return true;
  }

  void on_end() override {
    if (!asked_) {
      return call_->finish({wire::GrpcCode::kUnimplemented, "this method takes one message"});
    }
    auto answer = method_(request_);
    if (answer.ok()) call_->send(*answer);
    call_->finish(answer.ok() ? wire::GrpcStatus{} : answer.error());
  }

 private:
  const std::shared_ptr<GrpcCall> call_;
  const UnaryMethod& method_;  // the server's
  std::string request_;
  bool asked_ = false;
};

void accept_next(const std::shared_ptr<GrpcServer::State>& state) {
  state->acceptor.async_accept([weak = std::weak_ptr(state)](error_code error, tcp::socket socket) {
    const auto server = weak.lock();
    if (!server || !server->acceptor.is_open()) return;
    if (error) {
      // Out of descriptors, most likely (B79): pause instead of spinning.
      server->accept_pause.expires_after(kAcceptPause);
      server->accept_pause.async_wait([weak](error_code cancelled) {
        const auto paused = weak.lock();
        if (!cancelled && paused && paused->acceptor.is_open()) accept_next(paused);
      });
      return;
    }
    if (server->connections.size() < server->limits.max_connections) {
      std::make_shared<GrpcConnection>(net::Stream(std::move(socket)), server)->start();
    }
    accept_next(server);
  });
}

}  // namespace

GrpcMethod unary(UnaryMethod method) {
  return [method = std::move(method)](std::shared_ptr<GrpcCall> call) {
    return std::make_unique<UnaryHandler>(std::move(call), method);
  };
}

std::string_view GrpcCall::metadata(std::string_view name) const {
  const auto stream = stream_.lock();
  if (!stream) return {};
  const wire::Field* const field = wire::find_field(stream->head().fields, name);
  return field == nullptr ? std::string_view() : field->value;
}

TimePoint GrpcCall::deadline() const {
  const auto stream = stream_.lock();
  return stream ? stream->deadline() : TimePoint::max();
}

void GrpcCall::send(std::string_view message) {
  if (const auto stream = stream_.lock()) stream->send(message);
}

bool GrpcCall::over() const {
  const auto stream = stream_.lock();
  return !stream || stream->over();
}

std::size_t GrpcCall::queued() const {
  const auto stream = stream_.lock();
  return stream ? stream->queued() : 0;
}

void GrpcCall::finish(wire::GrpcStatus status) {
  if (const auto stream = stream_.lock()) stream->finish(status);
}

void GrpcCall::resume() {
  if (const auto stream = stream_.lock()) stream->resume();
}

GrpcServer::GrpcServer(asio::io_context& io, GrpcLimits limits,
                       std::shared_ptr<const net::TlsServer> tls)
    : state_(std::make_shared<State>(io, limits, std::move(tls))) {}

GrpcServer::~GrpcServer() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->accept_pause.cancel();
  for (auto* connection : std::vector(state_->connections.begin(), state_->connections.end())) {
    connection->close();
  }
}

void GrpcServer::on(std::string path, GrpcMethod method) {
  SIGNALBOX_ASSERT(!state_->acceptor.is_open());
  state_->methods.emplace(std::move(path), std::move(method));
}

Result<core::Address> GrpcServer::listen(const core::Address& address) {
  SIGNALBOX_ASSERT(!state_->acceptor.is_open());
  const auto cannot = [&address](const std::string& why) {
    return Error{"cannot listen on " + core::to_string(address) + ": " + why};
  };
  error_code error;
  const auto ip =
      asio::ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, error);
  if (error) {
    return cannot("'" + address.host + "' is not an IP address (use 127.0.0.1, 0.0.0.0, ::)");
  }
  auto& acceptor = state_->acceptor;
  const tcp::endpoint endpoint(ip, address.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  const tcp::endpoint bound = error ? tcp::endpoint{} : acceptor.local_endpoint(error);
  if (error) {
    error_code ignored;
    acceptor.close(ignored);
    return cannot(error.message());
  }
  accept_next(state_);
  return core::Address{bound.address().to_string(), bound.port()};
}

void GrpcServer::close() {
  error_code ignored;
  state_->acceptor.close(ignored);
  state_->accept_pause.cancel();
  for (auto* connection : std::vector(state_->connections.begin(), state_->connections.end())) {
    connection->drain();
  }
}

std::size_t GrpcServer::open_connections() const { return state_->connections.size(); }

}  // namespace signalbox::http
