// SPDX-License-Identifier: Apache-2.0
//
// One client's connection to the server: reads requests one after the other and writes their
// answers. A read is pending nearly always, also while a request is being served - that is how a
// client that leaves is noticed at once. Internal to the room.
//
// Lifetime: the server's set owns an open connection, and so does every operation in flight;
// nothing else does. close() takes it out of the set, the operations then end by themselves.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "http/server.h"
#include "net/asio.h"
#include "net/stream.h"
#include "wire/http1_parser.h"

namespace signalbox::http {

struct Server::State {
  State(asio::io_context& io_context, Handler on_request, ServerLimits server_limits)
      : handler(std::move(on_request)),
        limits(server_limits),
        acceptor(io_context),
        accept_pause(io_context) {}

  Handler handler;
  ServerLimits limits;
  std::shared_ptr<const net::TlsServer> tls;  // null = in clear
  asio::ip::tcp::acceptor acceptor;
  asio::steady_timer accept_pause;  // runs while the process is out of file descriptors
  std::unordered_set<std::shared_ptr<Connection>> connections;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(asio::ip::tcp::socket socket, std::weak_ptr<Server::State> server,
             const ServerLimits& limits);

  // Begins: with the handshake, where there is TLS, and then to read. REQUIRES: called once, the
  // connection is in the server's set.
  void start(std::shared_ptr<const net::TlsServer> tls);

  // No further requests: closes when idle, else after the answer that is due.
  void drain();

  // Closes with RST.
  void reset();

  // For Responder; ignored unless `exchange` is the one being answered.
  void send(std::uint64_t exchange, Response response);
  void start(std::uint64_t exchange, int status, const std::vector<Header>& headers);
  void write(std::uint64_t exchange, std::string chunk);
  void finish(std::uint64_t exchange);
  void reset(std::uint64_t exchange);
  void on_disconnect(std::uint64_t exchange, std::function<void()> left);
  std::size_t pending_bytes(std::uint64_t exchange) const;
  asio::any_io_executor executor() { return stream_.get_executor(); }

 private:
  enum class Phase {
    kHandshake,  // of TLS
    kIdle,       // between requests
    kHead,       // some of a head is there
    kBody,       // the head is there
    kAnswering,  // the handler, or a refusal, owes the answer
    kLingering,  // answered and half-closed; what the client still sends is dropped
    kClosed,
  };

  void begin();
  void read_more();
  void on_read(error_code ec, std::size_t size);
  void on_end_of_input(bool orderly);
  void parse();
  void dispatch();
  void refuse(int status, const std::string& message);

  void begin_answer(int status, const std::vector<Header>& headers, wire::BodyKind body,
                    std::size_t length);
  void queue(std::string bytes);
  void flush();
  void on_written(error_code ec);
  void end_exchange();
  void linger();
  void close();
  void client_left();

  void enter(Phase phase, Duration patience);
  void on_deadline();
  bool answering(std::uint64_t exchange) const {
    return phase_ == Phase::kAnswering && exchange == exchange_;
  }

  static constexpr std::size_t kReadSize = 16UL * 1024;

  net::Stream stream_;
  std::shared_ptr<const net::TlsPeer> peer_;  // the client's verified certificate, if it showed one
  std::weak_ptr<Server::State> server_;
  const ServerLimits limits_;
  asio::steady_timer deadline_;        // of the phase
  asio::steady_timer write_deadline_;  // of the write in flight

  Phase phase_ = Phase::kIdle;
  std::uint64_t timing_ = 0;  // tells the deadline of this phase from those before it
  bool reading_ = false;
  bool input_ended_ = false;
  bool draining_ = false;
  std::size_t lingered_bytes_ = 0;
  std::array<char, kReadSize> read_buffer_;
  std::string pending_;  // read, not yet parsed

  wire::RequestParser parser_;
  std::string body_;

  std::uint64_t exchange_ = 0;
  std::weak_ptr<Responder> responder_;
  std::function<void()> on_disconnect_;
  bool answer_started_ = false;
  bool answer_finished_ = false;
  bool chunked_ = false;
  bool head_request_ = false;  // of the request being answered, as are the next two
  bool keep_alive_ = true;
  int client_version_ = 11;

  std::vector<std::string> queued_, writing_;
  std::size_t pending_bytes_ = 0;  // in both
  bool write_in_flight_ = false;
  std::uint64_t writes_ = 0;  // tells the deadline of this write from those before it
};

}  // namespace signalbox::http
