// SPDX-License-Identifier: Apache-2.0
//
// An HTTP/2 client in a test's own hands: a session on a blocking socket. It asks on as many
// streams as it likes, reads as slowly as it likes, and says raw frames where no session would.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/clock.h"
#include "test/stage/plug.h"
#include "wire/http2_session.h"

namespace signalbox::stage {

// All that came on one stream.
struct Http2Reply {
  int status = 0;  // 0 = no head came
  std::vector<http::Header> headers, trailers;
  std::string body;
  bool complete = false;
  std::optional<wire::Http2Code> closed;

  std::string header(std::string_view name) const {
    return std::string(http::find_header(headers, name));
  }
  std::string trailer(std::string_view name) const {
    return std::string(http::find_header(trailers, name));
  }
  bool over() const { return complete || closed.has_value(); }
};

class Http2Client final : wire::Http2Listener {
 public:
  explicit Http2Client(const core::Address& address, const wire::Http2Limits& limits = {})
      : plug_(address), session_(wire::Http2Role::kClient, *this, limits) {
    EXPECT_TRUE(plug_.connected());
  }

  // Asks; `ends`: that is all. More of it with session() and send().
  wire::Http2Stream& ask(std::string_view method, std::string_view path, bool ends = true,
                         std::vector<wire::OwnField> more = {}) {
    std::vector<wire::OwnField> fields{
        {":method", method}, {":scheme", "http"}, {":authority", "test"}, {":path", path}};
    fields.insert(fields.end(), more.begin(), more.end());
    wire::Http2Stream* const stream = session_.submit_request(fields, ends);
    EXPECT_NE(stream, nullptr) << "the connection takes no more requests";
    return *stream;
  }
  const Http2Reply& get(std::string_view path, std::vector<wire::OwnField> more = {}) {
    return await(ask("GET", path, true, std::move(more)));
  }
  const Http2Reply& post(std::string_view path, std::string_view body,
                         std::vector<wire::OwnField> more = {}) {
    wire::Http2Stream& stream = ask("POST", path, false, std::move(more));
    session_.send(stream, body);
    session_.end(stream);
    return await(stream);
  }

  void send() {
    std::string out;
    session_.collect(out, 1UL << 30);
    plug_.send(out);
  }
  // Bytes that no session says; what it has to say goes first.
  void send_raw(std::string_view bytes) {
    send();
    plug_.send(bytes);
  }
  // Speaks and hears until `enough`; false when the other side ended before, or the guard's time is
  // up.
  bool until(const std::function<bool()>& enough) {
    for (;;) {
      send();
      if (enough()) return true;
      if (!hear()) return enough();
    }
  }
  const Http2Reply& await(const wire::Http2Stream& stream) {
    const Http2Reply& reply = replies[stream.id()];
    until([&] { return reply.over(); });
    return reply;
  }
  bool until_end() {
    while (hear()) send();
    return ended_;
  }

  wire::Http2Session& session() { return session_; }
  Plug& plug() { return plug_; }

  std::map<std::int32_t, Http2Reply> replies;
  std::optional<wire::Http2Code> goaway;
  bool reads_bodies = true;  // false: no window ever opens again

 private:
  bool hear() {
    std::array<char, 16 * 1024> buffer;
    const ssize_t count = recv(plug_.fd(), buffer.data(), buffer.size(), 0);
    if (count <= 0) {
      ended_ = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      if (!ended_) ADD_FAILURE() << "nothing came for " << kGuardSeconds << " s";
      return false;
    }
    session_.receive({buffer.data(), static_cast<std::size_t>(count)}, net::now());
    return true;
  }

  static void copy(std::span<const wire::Field> from, std::vector<http::Header>& to) {
    for (const wire::Field& field : from) {
      to.push_back({std::string(field.name), std::string(field.value)});
    }
  }
  void on_response(wire::Http2Stream& stream, bool) override {
    Http2Reply& reply = replies[stream.id()];
    reply.status = stream.response().status;
    copy(stream.response().fields, reply.headers);
  }
  void on_refused(wire::Http2Stream& stream, const wire::ParseFailure& failure) override {
    ADD_FAILURE() << failure.message;
    replies[stream.id()].closed = wire::Http2Code::kProtocolError;
  }
  void on_data(wire::Http2Stream& stream, std::string_view bytes) override {
    replies[stream.id()].body += bytes;
    if (reads_bodies) session_.consumed(stream, bytes.size());
  }
  void on_end(wire::Http2Stream& stream) override {
    Http2Reply& reply = replies[stream.id()];
    reply.complete = true;
    copy(stream.trailers(), reply.trailers);
  }
  void on_closed(wire::Http2Stream& stream, wire::Http2Code code) override {
    replies[stream.id()].closed = code;
    session_.release(stream);
  }
  void on_goaway(std::int32_t, wire::Http2Code code) override { goaway = code; }

  Plug plug_;
  wire::Http2Session session_;
  bool ended_ = false;
};

}  // namespace signalbox::stage
