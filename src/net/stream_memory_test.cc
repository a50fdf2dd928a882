// SPDX-License-Identifier: Apache-2.0
//
// What an idle TLS connection holds of this process's memory. The clients live in a child process,
// so that only our side is counted; each has sent something and got an answer, as one that is kept
// alive between requests has.
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "net/stream.h"
#include "net/test_certificates.h"

namespace signalbox::net {
namespace {

using asio::ip::tcp;

constexpr std::size_t kConnections = 300;
constexpr std::size_t kMostBytes = 40 * 1024;

// Connects, sends a byte and waits for one, `kConnections` times; then holds them all until the
// pipe closes.
[[noreturn]] void be_the_clients(std::uint16_t port, const std::string& ca_file, int hold_until) {
  asio::io_context io;
  const auto client = TlsClient::make({.ca_file = ca_file});
  std::vector<std::unique_ptr<Stream>> held;
  bool good = client.ok();
  for (std::size_t i = 0; i < kConnections && good; ++i) {
    tcp::socket socket(io);
    error_code refused;
    socket.connect({asio::ip::make_address("127.0.0.1"), port}, refused);
    auto& stream = *held.emplace_back(std::make_unique<Stream>(std::move(socket)));
    std::array<char, 1> byte{'?'};
    bool answered = false;
    stream.async_connect_tls(*client, "localhost", [&](error_code error) {
      if (error) return;
      asio::async_write(stream, asio::buffer(byte), [&](error_code failed, std::size_t) {
        if (failed) return;
        stream.async_read_some(asio::buffer(byte),
                               [&](error_code, std::size_t got) { answered = got == 1; });
      });
    });
    io.restart();
    io.run();
    good = answered;
  }
  char ignored = 0;
  while (::read(hold_until, &ignored, 1) > 0) {
  }
  ::_exit(good ? 0 : 1);
}

TEST(StreamMemory, an_idle_tls_connection_holds_at_most_40_kib) {
  const testing::ScratchFolder folder;
  const testing::Authority authority;
  const std::string ca_file = folder.write("ca.pem", authority.pem());
  const auto server = TlsServer::make({.certificates = {authority.issue(folder, "server", {})}});
  ASSERT_TRUE(server.ok()) << server.error().message;

  asio::io_context io;
  tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(pipe[1]);
    be_the_clients(acceptor.local_endpoint().port(), ca_file, pipe[0]);
  }
  ::close(pipe[0]);

  std::vector<std::unique_ptr<Stream>> held;
  held.reserve(kConnections);
  std::size_t before = 0;
  const auto serve_one = [&] {
    auto& stream = *held.emplace_back(std::make_unique<Stream>(acceptor.accept()));
    std::array<char, 1> byte{};
    bool answered = false;
    stream.async_accept_tls(*server, [&](error_code error) {
      if (error) return;
      stream.async_read_some(asio::buffer(byte), [&](error_code, std::size_t) {
        asio::async_write(stream, asio::buffer(byte),
                          [&](error_code failed, std::size_t) { answered = !failed; });
      });
    });
    io.restart();
    io.run();
    return answered;
  };
  // The first few pay for what is made once.
  for (std::size_t i = 0; i < kConnections; ++i) {
    if (i == kConnections / 10) before = ::mallinfo2().uordblks;
    ASSERT_TRUE(serve_one());
  }
  const std::size_t after = ::mallinfo2().uordblks;
  ::close(pipe[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const std::size_t each = (after - before) / (kConnections - kConnections / 10);
  RecordProperty("bytes_per_connection", static_cast<int>(each));
  EXPECT_LE(each, kMostBytes);
}

}  // namespace
}  // namespace signalbox::net
