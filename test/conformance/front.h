// SPDX-License-Identifier: Apache-2.0
//
// A gateway with one unit behind it, for cases that are about what a client may say: bytes in, the
// answers that come back, and whether the unit ever heard of it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "test/stage/live_node.h"
#include "test/stage/scripted_unit.h"

namespace signalbox::conformance {

inline constexpr const char* kService =
    "services:\n  work: {objective: {latency: 2s, quantile: 99%}}\nunits:\n";

// A request that is in order, to see that the gateway still serves.
inline constexpr std::string_view kPlain = "GET /plain HTTP/1.1\r\nHost: test\r\n\r\n";

// What became of the bytes of one connection.
struct Heard {
  std::vector<stage::Reply> replies;  // final answers, in order
  bool ended = false;                 // the gateway ended the connection by itself

  // Of the first answer; 0 = none came.
  int status() const { return replies.empty() ? 0 : replies.front().status; }
};

class Front {
 public:
  // The unit answers with the target and the body it was given.
  explicit Front(const std::string& gateway = "", const std::string& service = kService)
      : unit_([this](stage::Incoming& request) {
          if (!request.read_body()) return;
          request.answer(request.target() + " " + request.body);
        }),
        node_(service + stage::unit("one", 1.0, unit_.address()), gateway) {}

  stage::LiveNode& node() { return node_; }
  int requests() const { return unit_.requests(); }

  // Sends the pieces, each in a segment of its own.
  stage::Plug send(const std::vector<std::string_view>& pieces) {
    stage::Plug client = node_.connect();
    for (const std::string_view piece : pieces) client.send(piece);
    return client;
  }

  // For bytes that shall be refused: reads the one answer, then what else comes until the gateway
  // ends the connection. Fails when it does not.
  Heard refused(std::string_view bytes) {
    stage::Plug client = send({bytes});
    Heard heard;
    heard.replies.push_back(client.read_reply());
    const std::string rest = client.read_all();
    EXPECT_EQ(rest, "") << "more than one answer";
    heard.ended = true;
    return heard;
  }

  // For requests that are in order, on a connection that goes on.
  stage::Reply answered(const std::vector<std::string_view>& pieces) {
    stage::Plug client = send(pieces);
    return client.read_reply();
  }

 private:
  stage::ScriptedUnit unit_;
  stage::LiveNode node_;
};

}  // namespace signalbox::conformance
