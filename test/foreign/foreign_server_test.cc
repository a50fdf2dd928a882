// SPDX-License-Identifier: Apache-2.0
//
// Signalbox in front of a server that knows nothing of it: Python's own HTTP server. What worked
// between our two halves only could be a shared mistake; this is the outside view.
#include <gtest/gtest.h>

#include <string>

#include "test/stage/child.h"
#include "test/stage/live_node.h"

namespace signalbox {
namespace {

using namespace stage;

// Every byte value, in a length that no buffer size divides.
std::string sample() {
  std::string bytes;
  for (std::size_t i = 0; i < 300'007; ++i) bytes += static_cast<char>((i * 7 + i / 256) % 256);
  return bytes;
}

class ForeignServer : public testing::Test {
 protected:
  ForeignServer()
      : file_(directory_.write("sample.bin", content_)),
        server_({"python3", "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory",
                 directory_.path()}),
        port_(server_.await_after("port ", " ")),
        served_("services:\n  files: {objective: {latency: 2s, quantile: 99%}}\nunits:\n" +
                unit("python", 1.0, "\"127.0.0.1:" + port_ + "\"",
                     ", health: {path: /, interval: 200ms, timeout: 200ms}")) {}

  std::string content_ = sample();
  TemporaryDirectory directory_;
  std::string file_;
  Child server_;
  std::string port_;
  Served served_;
};

TEST_F(ForeignServer, gives_a_file_byte_for_byte) {
  const Reply reply = call(served_.gateway(), "GET", "/sample.bin");
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.body == content_) << reply.body.size() << " bytes";
  EXPECT_EQ(reply.header("x-signalbox-unit"), "python");
}

TEST_F(ForeignServer, keeps_the_clients_connection_over_a_server_that_closes_its_own) {
  Plug client(served_.gateway());
  for (int i = 0; i < 3; ++i) {
    client.send("GET /sample.bin HTTP/1.1\r\nHost: test\r\n\r\n");
    const Reply reply = client.read_reply();
    EXPECT_TRUE(reply.body == content_);
    EXPECT_TRUE(reply.keep_alive);
  }
}

TEST_F(ForeignServer, speaks_for_itself_in_heads_and_errors) {
  Plug client(served_.gateway());
  client.send("HEAD /sample.bin HTTP/1.1\r\nHost: test\r\n\r\n");
  const Reply head = client.read_reply(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), std::to_string(content_.size()));
  EXPECT_EQ(call(served_.gateway(), "GET", "/no-such-file").status, 404);
}

}  // namespace
}  // namespace signalbox
