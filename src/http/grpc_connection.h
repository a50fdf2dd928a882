// SPDX-License-Identifier: Apache-2.0
//
// One client of the gRPC server, and its calls. Internal to the room.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "http/grpc_server.h"
#include "http/http2_link.h"

namespace signalbox::http {

struct GrpcServer::State {
  State(asio::io_context& context, GrpcLimits server_limits,
        std::shared_ptr<const net::TlsServer> server_tls)
      : io(context),
        limits(server_limits),
        tls(std::move(server_tls)),
        acceptor(context),
        accept_pause(context) {}

  asio::io_context& io;
  const GrpcLimits limits;
  const std::shared_ptr<const net::TlsServer> tls;
  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer accept_pause;
  std::unordered_map<std::string, GrpcMethod> methods;
  std::unordered_set<GrpcConnection*> connections;
  int accepted = 0;  // connections, modulo kAgeSteps: each the next step younger at its end
};

// How many lengths of life connections have.
inline constexpr int kAgeSteps = 16;

class GrpcStream : public std::enable_shared_from_this<GrpcStream> {
 public:
  GrpcStream(std::shared_ptr<GrpcConnection> connection, wire::Http2Stream& stream,
             std::size_t max_message);

  void begin(const GrpcMethod& method);
  void on_data(std::string_view bytes);
  void on_end();
  void on_sendable();
  void on_gone();

  const wire::RequestHead& head() const { return stream_.request(); }
  bool over() const { return over_; }
  TimePoint deadline() const { return deadline_; }
  std::size_t queued() const { return over_ ? 0 : stream_.queued(); }
  void send(std::string_view message);
  void finish(const wire::GrpcStatus& status);
  void resume();

 private:
  void read_on();
  void take(std::string_view bytes);
  void respond();
  void cancel();
  void leave();

  std::shared_ptr<GrpcConnection> connection_;
  wire::Http2Stream& stream_;
  wire::GrpcReader reader_;
  std::string arrived_;  // while the handler takes no more
  std::shared_ptr<GrpcHandler> handler_;
  TimePoint deadline_ = TimePoint::max();
  std::optional<asio::steady_timer> timer_;
  bool paused_ = false;
  bool taking_ = false;
  bool end_told_ = false;
  bool responded_ = false;
  bool over_ = false;
};

class GrpcConnection final : public Http2Link {
 public:
  GrpcConnection(net::Stream stream, std::shared_ptr<GrpcServer::State> server);
  ~GrpcConnection() override;

  void start();
  void drain();
  void close();

  asio::any_io_executor executor() { return stream().get_executor(); }
  // The stream is over for its owner.
  void forget(wire::Http2Stream& stream);

 private:
  void on_request(wire::Http2Stream& stream, bool ends) override;
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override;
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override;
  void on_end(wire::Http2Stream& stream) override;
  void on_sendable(wire::Http2Stream& stream) override;
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override;
  void on_link_end() override;
  void refuse(wire::Http2Stream& stream, int status);
  void lose_streams();
  void grow_old();

  const std::shared_ptr<GrpcServer::State> server_;
  std::optional<asio::steady_timer> handshake_;
  std::optional<asio::steady_timer> age_;
  std::unordered_map<std::int32_t, std::shared_ptr<GrpcStream>> streams_;
};

}  // namespace signalbox::http
