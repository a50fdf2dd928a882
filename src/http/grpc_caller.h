// SPDX-License-Identifier: Apache-2.0
//
// For tests of what answers gRPC: a caller made of a session and a blocking socket, which says
// exactly what a test wants said and shows all it hears.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/unit.h"
#include "net/asio.h"
#include "net/clock.h"
#include "wire/grpc.h"
#include "wire/http2_session.h"

namespace signalbox::http {

inline std::string framed(std::string_view message) {
  std::string out;
  wire::append_grpc_prefix(out, message.size());
  return out.append(message);
}

// What came of one call.
struct Heard {
  int http_status = 0;
  std::vector<std::string> messages;
  std::optional<wire::GrpcStatus> status;
  std::optional<wire::Http2Code> closed;
  wire::GrpcReader reader{64UL * 1024 * 1024};
};

class Caller final : wire::Http2Listener {
 public:
  explicit Caller(const core::Address& address, const wire::Http2Limits& limits = {})
      : session_(wire::Http2Role::kClient, *this, limits), socket_(io_) {
    socket_.connect({asio::ip::make_address(address.host), address.port});
  }

  wire::Http2Stream& call(std::string_view path, std::vector<wire::OwnField> more = {},
                          std::string_view type = "application/grpc") {
    std::vector<wire::OwnField> fields{{":method", "POST"},    {":scheme", "http"},
                                       {":authority", "test"}, {":path", path},
                                       {"content-type", type}, {"te", "trailers"}};
    fields.insert(fields.end(), more.begin(), more.end());
    return *session_.submit_request(fields, false);
  }
  void say(wire::Http2Stream& stream, std::string_view message) {
    session_.send(stream, framed(message));
  }
  wire::Http2Session& session() { return session_; }

  void send() {
    std::string out;
    session_.collect(out, 1UL << 30);
    error_code ignored;
    if (!out.empty()) asio::write(socket_, asio::buffer(out), ignored);
  }
  // Speaks and hears until `enough`; false when the server closed before.
  bool until(const std::function<bool()>& enough) {
    for (;;) {
      send();
      if (enough()) return true;
      std::array<char, 16 * 1024> buffer;
      error_code error;
      const std::size_t size = socket_.read_some(asio::buffer(buffer), error);
      if (error) return enough();
      session_.receive({buffer.data(), size}, net::now());
    }
  }
  Heard& finished(wire::Http2Stream& stream) {
    Heard& all = heard[stream.id()];
    until([&] { return all.status.has_value() || all.closed.has_value(); });
    return all;
  }
  // A unary call with one message.
  Heard& ask(std::string_view path, std::string_view message) {
    wire::Http2Stream& stream = call(path);
    say(stream, message);
    session_.end(stream);
    return finished(stream);
  }

  std::map<std::int32_t, Heard> heard;
  bool passes_on = true;
  std::optional<wire::Http2Code> goaway;

 private:
  void on_response(wire::Http2Stream& stream, bool ends) override {
    Heard& all = heard[stream.id()];
    all.http_status = stream.response().status;
    if (ends) all.status = wire::read_grpc_status(stream.response().fields, all.http_status);
  }
  void on_refused(wire::Http2Stream&, const wire::ParseFailure&) override {}
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override {
    Heard& all = heard[stream.id()];
    if (passes_on) session_.consumed(stream, bytes.size());
    all.reader.feed(bytes, [&all](std::string_view message) {
      all.messages.emplace_back(message);
      return true;
    });
  }
  void on_end(wire::Http2Stream& stream) override {
    Heard& all = heard[stream.id()];
    if (!all.status) all.status = wire::read_grpc_status(stream.trailers(), all.http_status);
  }
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override {
    heard[stream.id()].closed = code;
    session_.release(stream);
  }
  void on_goaway(std::int32_t, wire::Http2Code code) override { goaway = code; }

  asio::io_context io_;
  wire::Http2Session session_;
  asio::ip::tcp::socket socket_;
};

}  // namespace signalbox::http
