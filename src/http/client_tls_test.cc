// SPDX-License-Identifier: Apache-2.0
//
// The client over TLS: it believes only whom it should, keeps connections apart by whom it
// believes, and takes no cut answer for a whole one.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client.h"
#include "net/stream.h"
#include "net/test_certificates.h"

namespace signalbox::http {
namespace {

using asio::ip::tcp;

// Answers every read on every connection with the same bytes; closes after them if told to.
class TlsAnswerer {
 public:
  TlsAnswerer(asio::io_context& io, std::shared_ptr<const net::TlsServer> tls)
      : tls_(std::move(tls)), acceptor_(io, {asio::ip::make_address("127.0.0.1"), 0}) {
    accept();
  }
  core::Address address() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }
  void stop() { acceptor_.close(); }

  std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  bool cuts = false;  // ends the TCP connection behind the answer
  int connections = 0;

 private:
  struct Peer {
    explicit Peer(tcp::socket socket) : stream(std::move(socket)) {}
    net::Stream stream;
    std::array<char, 4096> buffer{};
  };

  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (error) return;
      ++connections;
      const auto peer = std::make_shared<Peer>(std::move(socket));
      peer->stream.async_accept_tls(tls_, [this, peer](error_code failed) {
        if (!failed) serve(peer);
      });
      accept();
    });
  }

  void serve(const std::shared_ptr<Peer>& peer) {
    peer->stream.async_read_some(asio::buffer(peer->buffer),
                                 [this, peer](error_code error, std::size_t) {
                                   if (error) return;
                                   asio::async_write(peer->stream, asio::buffer(answer),
                                                     [this, peer](error_code failed, std::size_t) {
                                                       if (failed) return;
                                                       if (cuts)
                                                         ::shutdown(peer->stream.fd(), SHUT_WR);
                                                       serve(peer);
                                                     });
                                 });
  }

  std::shared_ptr<const net::TlsServer> tls_;
  tcp::acceptor acceptor_;
};

class ClientOverTls : public ::testing::Test {
 protected:
  ClientOverTls()
      : server_(io_, *net::TlsServer::make({.certificates = {authority_.issue(folder_, "s", {})},
                                            .alpn = {"http/1.1"}})),
        client_(io_) {}

  std::shared_ptr<const net::TlsClient> believing(const net::testing::Authority& authority) {
    return *net::TlsClient::make(
        {.ca_file = folder_.write("ca.pem", authority.pem()), .alpn = {"http/1.1"}});
  }

  Result<Response, ClientError> get(std::shared_ptr<const net::TlsClient> tls,
                                    const std::string& server_name = "") {
    std::optional<Result<Response, ClientError>> got;
    CallOptions options;
    options.tls = std::move(tls);
    options.server_name = server_name;
    client_.call(server_.address(), {"GET", "/", {}, {}}, options,
                 [&](Result<Response, ClientError> answer) { got = std::move(answer); });
    io_.restart();
    while (!got) io_.run_one();
    return *got;
  }

  asio::io_context io_;
  net::testing::ScratchFolder folder_;
  net::testing::Authority authority_;
  TlsAnswerer server_;
  Client client_;
};

TEST_F(ClientOverTls, gets_an_answer_and_keeps_the_connection) {
  const auto tls = believing(authority_);
  for (int i = 0; i < 2; ++i) {
    const auto answer = get(tls);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "ok");
  }
  EXPECT_EQ(server_.connections, 1);
  EXPECT_TRUE(get(tls, "localhost").ok());
  EXPECT_EQ(server_.connections, 2) << "whoever expects another name has a connection of its own";
}

TEST_F(ClientOverTls, does_not_speak_to_whom_it_does_not_believe) {
  const auto stranger = get(believing(net::testing::Authority("Another")));
  ASSERT_FALSE(stranger.ok());
  EXPECT_EQ(stranger.error().kind, ClientFailure::kConnect);
  EXPECT_NE(stranger.error().message.find("certificate not accepted"), std::string::npos)
      << stranger.error().message;
  const auto misnamed = get(believing(authority_), "other.example");
  ASSERT_FALSE(misnamed.ok());
  EXPECT_NE(misnamed.error().message.find("hostname mismatch"), std::string::npos)
      << misnamed.error().message;
}

TEST_F(ClientOverTls, an_answer_that_anybody_could_have_cut_is_none) {
  server_.answer = "HTTP/1.1 200 OK\r\n\r\nperhaps not all";  // ends with the connection
  server_.cuts = true;
  const auto answer = get(believing(authority_));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().kind, ClientFailure::kReset);
}

}  // namespace
}  // namespace signalbox::http
