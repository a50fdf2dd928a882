// SPDX-License-Identifier: Apache-2.0
//
// Two streams on one loop, over a real connection: what one writes the other reads, in clear and
// over TLS, whatever the sizes; ends are told apart; what does not fit together is refused on both
// sides with a reason.
#include "net/stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <functional>
#include <optional>
#include <string>

#include "net/test_certificates.h"
#include "net/tls_error.h"

namespace signalbox::net {
namespace {

using asio::ip::tcp;
using testing::Authority;
using testing::ScratchFolder;
using testing::Wishes;

class StreamTest : public ::testing::Test {
 protected:
  StreamTest() : near_(io_), far_(io_) { connect(); }

  // A new connection in place of the last.
  void connect() {
    tcp::acceptor acceptor(io_, {asio::ip::make_address("127.0.0.1"), 0});
    tcp::socket socket(io_);
    socket.connect(acceptor.local_endpoint());
    near_ = Stream(std::move(socket));
    far_ = Stream(acceptor.accept());
    near_said_.reset();
    far_said_.reset();
  }

  std::shared_ptr<const TlsServer> server(TlsServerOptions options) {
    if (options.certificates.empty()) {
      options.certificates = {authority_.issue(folder_, "server", {})};
    }
    auto made = TlsServer::make(options);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return *made;
  }

  std::shared_ptr<const TlsClient> client(TlsClientOptions options) {
    if (options.ca_file.empty()) options.ca_file = folder_.write("ca.pem", authority_.pem());
    auto made = TlsClient::make(options);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return *made;
  }

  // Runs the loop until the condition holds, or nothing is left to do.
  void run_until(const std::function<bool()>& holds) {
    io_.restart();
    while (!holds() && io_.run_one() > 0) {
    }
    ASSERT_TRUE(holds());
  }

  // Both handshakes; `near_` is the client. A side that fails closes, as an owner would.
  void shake(const std::shared_ptr<const TlsServer>& server,
             const std::shared_ptr<const TlsClient>& client,
             const std::string& name = "localhost") {
    far_.async_accept_tls(server, [this](error_code error) {
      far_said_ = error;
      if (error) far_.close();
    });
    near_.async_connect_tls(client, name, [this](error_code error) {
      near_said_ = error;
      if (error) near_.close();
    });
    run_until([this] { return far_said_.has_value() && near_said_.has_value(); });
  }

  void shake_well() {
    shake(server({}), client({}));
    ASSERT_FALSE(*far_said_) << far_said_->message();
    ASSERT_FALSE(*near_said_) << near_said_->message();
  }

  // Reads until the far side has `size` bytes, or an error.
  std::string read(Stream& from, std::size_t size, std::size_t step = 70'000) {
    std::string all;
    std::string buffer(step, '\0');
    last_ = error_code();
    std::function<void()> more = [&] {
      from.async_read_some(asio::buffer(buffer), [&](error_code error, std::size_t got) {
        all.append(buffer.data(), got);
        last_ = error;
        if (!error && all.size() < size) more();
      });
    };
    more();
    run_until([&] { return last_ || all.size() >= size; });
    return all;
  }

  asio::io_context io_;
  ScratchFolder folder_;
  Authority authority_;
  Stream near_, far_;
  std::optional<error_code> near_said_, far_said_;
  error_code last_;
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 23);
  return text;
}

TEST_F(StreamTest, carries_bytes_in_clear) {
  EXPECT_FALSE(near_.secure());
  EXPECT_EQ(near_.alpn(), "");
  EXPECT_EQ(near_.tls_peer(), nullptr);
  asio::async_write(near_, asio::buffer("hello", 5), [](error_code, std::size_t) {});
  EXPECT_EQ(read(far_, 5), "hello");
  near_.shutdown_send();
  EXPECT_EQ(read(far_, 1), "");
  EXPECT_EQ(last_, asio::error::eof);
}

TEST_F(StreamTest, carries_bytes_of_any_size_over_tls_both_ways_at_once) {
  shake_well();
  EXPECT_TRUE(near_.secure());
  const std::string large = pattern(3'000'017);
  const std::string small = pattern(5);
  std::size_t near_wrote = 0;
  std::size_t far_wrote = 0;
  asio::async_write(near_, asio::buffer(large), [&](error_code error, std::size_t size) {
    EXPECT_FALSE(error) << error.message();
    near_wrote = size;
  });
  asio::async_write(far_, asio::buffer(small),
                    [&](error_code, std::size_t size) { far_wrote = size; });
  EXPECT_EQ(read(far_, large.size()), large);
  EXPECT_EQ(read(near_, small.size(), 2), small);
  EXPECT_EQ(near_wrote, large.size());
  EXPECT_EQ(far_wrote, small.size());
}

TEST_F(StreamTest, small_buffers_of_one_write_arrive_as_one_record) {
  shake_well();
  const std::string head = "head ", body = "body", none;
  const std::array<asio::const_buffer, 3> pieces{asio::buffer(head), asio::buffer(none),
                                                 asio::buffer(body)};
  asio::async_write(near_, pieces, [](error_code, std::size_t) {});
  std::string got(100, '\0');
  std::size_t size = 0;
  far_.async_read_some(asio::buffer(got), [&](error_code, std::size_t n) { size = n; });
  run_until([&] { return size > 0; });
  EXPECT_EQ(got.substr(0, size), "head body");  // a read gives one record at most
}

TEST_F(StreamTest, a_head_before_a_large_body_is_gathered_and_nothing_is_lost) {
  shake_well();
  const std::string head = pattern(133), body = pattern(1'000'003), tail = pattern(7);
  const std::array<asio::const_buffer, 3> pieces{asio::buffer(head), asio::buffer(body),
                                                 asio::buffer(tail)};
  bool wrote = false;
  asio::async_write(near_, pieces, [&](error_code error, std::size_t) { wrote = !error; });
  EXPECT_EQ(read(far_, head.size() + body.size() + tail.size(), 999), head + body + tail);
  EXPECT_TRUE(wrote);
}

TEST_F(StreamTest, never_calls_a_handler_from_inside_the_call) {
  shake_well();
  asio::async_write(near_, asio::buffer("ab", 2), [](error_code, std::size_t) {});
  EXPECT_EQ(read(far_, 1, 1), "a");  // "b" is decrypted and waits
  bool called = false;
  std::array<char, 1> buffer{};
  far_.async_read_some(asio::buffer(buffer), [&](error_code, std::size_t) { called = true; });
  EXPECT_FALSE(called);
  run_until([&] { return called; });
  EXPECT_EQ(buffer[0], 'b');
}

TEST_F(StreamTest, an_announced_end_is_eof) {
  shake_well();
  asio::async_write(near_, asio::buffer("bye", 3), [](error_code, std::size_t) {});
  near_.shutdown_send();
  EXPECT_EQ(read(far_, 4), "bye");
  EXPECT_EQ(last_, asio::error::eof);
  // The other direction goes on.
  asio::async_write(far_, asio::buffer("answer", 6), [](error_code, std::size_t) {});
  EXPECT_EQ(read(near_, 6), "answer");
}

TEST_F(StreamTest, an_end_that_tls_did_not_announce_is_told_apart) {
  shake_well();
  asio::async_write(near_, asio::buffer("cut", 3), [](error_code, std::size_t) {});
  ::shutdown(near_.fd(), SHUT_WR);
  EXPECT_EQ(read(far_, 4), "cut");
  EXPECT_EQ(last_, stream_truncated());
  EXPECT_EQ(last_.message(), "TLS stream ended without close_notify");
}

TEST_F(StreamTest, a_reset_is_an_error_of_the_socket) {
  shake_well();
  near_.reset();
  read(far_, 1);
  EXPECT_EQ(last_, asio::error::connection_reset);
}

TEST_F(StreamTest, closing_ends_what_is_awaited) {
  shake_well();
  error_code said;
  std::array<char, 8> buffer{};
  far_.async_read_some(asio::buffer(buffer), [&](error_code error, std::size_t) { said = error; });
  io_.poll();
  far_.close();
  run_until([&] { return static_cast<bool>(said); });
  EXPECT_EQ(said, asio::error::operation_aborted);
  EXPECT_FALSE(far_.is_open());
}

TEST_F(StreamTest, may_be_destroyed_while_a_read_is_awaited_and_data_is_there) {
  shake_well();
  auto gone = std::make_unique<Stream>(std::move(far_));
  error_code said;
  std::array<char, 8> buffer{};
  gone->async_read_some(asio::buffer(buffer), [&](error_code error, std::size_t) { said = error; });
  asio::async_write(near_, asio::buffer("late", 4), [](error_code, std::size_t) {});
  gone.reset();
  run_until([&] { return static_cast<bool>(said); });
  EXPECT_EQ(said, asio::error::operation_aborted);
}

TEST_F(StreamTest, a_handshake_on_what_is_closed_fails_from_the_loop) {
  near_.close();
  near_.async_connect_tls(client({}), "localhost",
                          [this](error_code error) { near_said_ = error; });
  EXPECT_FALSE(near_said_.has_value());
  run_until([this] { return near_said_.has_value(); });
  EXPECT_EQ(*near_said_, asio::error::bad_descriptor);
}

TEST_F(StreamTest, a_handshake_that_is_no_tls_fails_with_a_reason) {
  far_.async_accept_tls(server({}), [this](error_code error) { far_said_ = error; });
  asio::async_write(near_, asio::buffer("GET / HTTP/1.1\r\n\r\n", 18),
                    [](error_code, std::size_t) {});
  run_until([this] { return far_said_.has_value(); });
  EXPECT_EQ(far_said_->message(), "TLS: http request");
}

TEST_F(StreamTest, a_peer_that_leaves_during_the_handshake_is_noticed) {
  far_.async_accept_tls(server({}), [this](error_code error) { far_said_ = error; });
  near_.close();
  run_until([this] { return far_said_.has_value(); });
  EXPECT_TRUE(*far_said_);
}

TEST_F(StreamTest, protocols_are_agreed_in_the_order_of_the_server) {
  shake(server({.alpn = {"h2", "http/1.1"}}), client({.alpn = {"http/1.1", "h2"}}));
  EXPECT_EQ(near_.alpn(), "h2");
  EXPECT_EQ(far_.alpn(), "h2");
}

TEST_F(StreamTest, no_common_protocol_is_no_connection) {
  shake(server({.alpn = {"h2"}}), client({.alpn = {"spdy/3"}}));
  EXPECT_EQ(near_said_->message(), "TLS: tlsv1 alert no application protocol");
  EXPECT_TRUE(*far_said_);
}

TEST_F(StreamTest, a_client_without_protocols_is_served_without) {
  shake(server({.alpn = {"h2"}}), client({}));
  EXPECT_FALSE(*near_said_);
  EXPECT_EQ(far_.alpn(), "");
}

TEST_F(StreamTest, the_certificate_is_chosen_by_the_name_asked_for) {
  const auto made =
      server({.certificates = {authority_.issue(folder_, "first", {}),
                               authority_.issue(folder_, "exact", {"e", "DNS:models.example.org"}),
                               authority_.issue(folder_, "wild", {"w", "DNS:*.example.com"})}});
  const auto seen = [&](const std::string& name) {
    connect();
    shake(made, client({}), name);
    return near_said_->message() == "Success" ? near_.tls_peer()->common_name
                                              : near_said_->message();
  };
  EXPECT_EQ(seen("Models.Example.org"), "e");
  EXPECT_EQ(seen("eu.example.com"), "w");
  EXPECT_EQ(seen("localhost"), "localhost");
  EXPECT_EQ(seen("127.0.0.1"), "localhost");
  EXPECT_EQ(seen("a.b.example.com"), "certificate not accepted: hostname mismatch");
  EXPECT_EQ(seen("127.0.0.2"), "certificate not accepted: IP address mismatch");
}

TEST_F(StreamTest, a_server_that_nobody_vouches_for_is_refused) {
  const auto stranger = folder_.write("other-ca.pem", Authority("Another").pem());
  shake(server({}), client({.ca_file = stranger}));
  EXPECT_EQ(near_said_->message(),
            "certificate not accepted: unable to get local issuer certificate");
  EXPECT_EQ(far_said_->message(), "TLS: tlsv1 alert unknown ca");
}

TEST_F(StreamTest, an_expired_server_is_refused) {
  shake(server({.certificates = {authority_.issue(folder_, "old",
                                                  {.begins_days = -10, .ends_days = -1})}}),
        client({}));
  EXPECT_EQ(near_said_->message(), "certificate not accepted: certificate has expired");
}

TEST_F(StreamTest, a_client_is_known_by_its_certificate) {
  const auto ca = folder_.write("clients.pem", authority_.pem());
  const auto own = authority_.issue(
      folder_, "client",
      {.common_name = "batch", .names = "URI:spiffe://fleet/batch,email:a@b.example,DNS:batch"});
  shake(server({.client_ca_file = ca, .client_certificate = ClientCertificate::kRequire}),
        client({.own = own}));
  ASSERT_NE(far_.tls_peer(), nullptr);
  EXPECT_EQ(far_.tls_peer()->common_name, "batch");
  EXPECT_EQ(far_.tls_peer()->uris, std::vector<std::string>{"spiffe://fleet/batch"});
  EXPECT_EQ(far_.tls_peer()->emails, std::vector<std::string>{"a@b.example"});
  EXPECT_EQ(far_.tls_peer()->dns_names, std::vector<std::string>{"batch"});
  EXPECT_EQ(far_.tls_peer()->sha256.size(), 64U);
}

TEST_F(StreamTest, a_client_without_certificate_is_refused_where_one_is_required) {
  const auto ca = folder_.write("clients.pem", authority_.pem());
  shake(server({.client_ca_file = ca, .client_certificate = ClientCertificate::kRequire}),
        client({}));
  EXPECT_EQ(far_said_->message(), "TLS: peer did not return a certificate");
  // In TLS 1.3 the client is through before it is judged; it hears of it when it reads.
  read(near_, 1);
  EXPECT_EQ(last_.message(), "TLS: tlsv13 alert certificate required");
}

TEST_F(StreamTest, a_client_may_come_without_where_it_is_only_asked) {
  const auto ca = folder_.write("clients.pem", authority_.pem());
  shake(server({.client_ca_file = ca, .client_certificate = ClientCertificate::kRequest}),
        client({}));
  EXPECT_FALSE(*far_said_);
  EXPECT_EQ(far_.tls_peer(), nullptr);
}

TEST_F(StreamTest, a_client_of_a_stranger_is_refused_even_where_it_is_only_asked) {
  const auto ca = folder_.write("clients.pem", authority_.pem());
  const auto forged = Authority("Another").issue(folder_, "forged", {});
  shake(server({.client_ca_file = ca, .client_certificate = ClientCertificate::kRequest}),
        client({.own = forged}));
  EXPECT_EQ(far_said_->message(),
            "certificate not accepted: unable to get local issuer certificate");
}

TEST_F(StreamTest, a_socket_that_takes_little_at_a_time_gets_everything) {
  for (const bool secure : {false, true}) {
    SCOPED_TRACE(secure ? "over TLS" : "in clear");
    connect();
    if (secure) shake_well();
    const int little = 4096;
    ::setsockopt(near_.fd(), SOL_SOCKET, SO_SNDBUF, &little, sizeof little);
    const std::string large = pattern(700'001);
    std::size_t written = 0;
    near_.async_write_all(large, [&](error_code error, std::size_t size) {
      if (!error) written = size;
    });
    EXPECT_EQ(read(far_, large.size(), 1'313), large);
    EXPECT_EQ(written, large.size());
  }
}

// Two records come with one look at the socket, and a third while the second is not read yet.
TEST_F(StreamTest, what_comes_while_earlier_bytes_are_kept_is_not_lost) {
  shake_well();
  const auto say = [&](std::string_view text) {
    bool said = false;
    near_.async_write_all(text, [&](error_code error, std::size_t) { said = !error; });
    run_until([&] { return said; });
  };
  say("one");
  say("two");
  EXPECT_EQ(read(far_, 3, 3), "one");
  std::array<char, 8> ignored{};
  near_.async_read_some(asio::buffer(ignored), [](error_code, std::size_t) {});  // somebody waits
  say("six");
  io_.restart();
  io_.poll();
  EXPECT_EQ(read(far_, 3, 3), "two");
  EXPECT_EQ(read(far_, 3, 3), "six");
}

TEST_F(StreamTest, a_write_to_a_peer_that_left_fails) {
  const std::string large = pattern(7'000'000);
  error_code said;
  near_.async_write_all(large, [&](error_code error, std::size_t) { said = error; });
  far_.reset();
  run_until([&] { return static_cast<bool>(said); });
  EXPECT_EQ(said, asio::error::connection_reset);
}

}  // namespace
}  // namespace signalbox::net
