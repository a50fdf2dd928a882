// SPDX-License-Identifier: Apache-2.0
//
// Listeners bound and taken over accept the same connections; what is no listener is refused.
#include "net/listener.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace signalbox::net {
namespace {

using asio::ip::tcp;

tcp::endpoint endpoint_of(const Listener& listener) {
  const auto place = listener.place();
  return {asio::ip::make_address(place.host), place.port};
}

TEST(Listener, takes_a_free_port_and_accepts) {
  auto bound = Listener::bind({"localhost", 0}, false);
  ASSERT_TRUE(bound.ok()) << bound.error().message;
  const auto endpoint = endpoint_of(*bound);
  EXPECT_NE(endpoint.port(), 0);
  EXPECT_EQ(endpoint.address().to_string(), "127.0.0.1");
  asio::io_context io;
  tcp::acceptor acceptor(io);
  std::move(*bound).move_into(acceptor);
  EXPECT_EQ(bound->fd(), -1);
  tcp::socket client(io);
  client.connect(endpoint);
  EXPECT_EQ(acceptor.accept().remote_endpoint(), client.local_endpoint());
}

TEST(Listener, a_place_taken_is_refused_by_name_unless_it_is_shared) {
  const auto first = Listener::bind({"127.0.0.1", 0}, false);
  const auto place = first->place();
  const auto second = Listener::bind(place, false);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message, "cannot listen on 127.0.0.1:" + std::to_string(place.port) +
                                        ": Address already in use");
  const auto shared = Listener::bind({"127.0.0.1", 0}, true);
  EXPECT_TRUE(Listener::bind(shared->place(), true).ok());
}

TEST(Listener, a_name_is_no_address) {
  const auto named = Listener::bind({"example.org", 80}, false);
  ASSERT_FALSE(named.ok());
  EXPECT_EQ(named.error().message,
            "cannot listen on example.org:80: 'example.org' is not an IP address (use 127.0.0.1, "
            "0.0.0.0, ::)");
}

TEST(Listener, connections_queued_before_it_was_taken_over_are_accepted_after) {
  asio::io_context io;
  tcp::socket client(io);
  int inherited = -1;
  {
    const auto old = Listener::bind({"127.0.0.1", 0}, false);
    client.connect(endpoint_of(*old));
    inherited = ::dup(old->fd());
  }
  auto adopted = Listener::adopt(inherited);
  ASSERT_TRUE(adopted.ok()) << adopted.error().message;
  EXPECT_NE(::fcntl(adopted->fd(), F_GETFD) & FD_CLOEXEC, 0);
  tcp::acceptor acceptor(io);
  std::move(*adopted).move_into(acceptor);
  EXPECT_EQ(acceptor.accept().remote_endpoint(), client.local_endpoint());
}

TEST(Listener, a_duplicate_keeps_the_place_when_the_first_is_gone) {
  auto first = Listener::bind({"127.0.0.1", 0}, false);
  const auto place = first->place();
  auto second = first->duplicate();
  {
    const Listener gone = std::move(*first);
  }
  EXPECT_EQ(second->place().port, place.port);
  asio::io_context io;
  tcp::socket client(io);
  client.connect(endpoint_of(*second));
}

TEST(Listener, what_does_not_listen_is_not_adopted) {
  const int unbound = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto refused = Listener::adopt(unbound);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            "descriptor " + std::to_string(unbound) + " is not a listening TCP socket");
  ::close(unbound);
  EXPECT_FALSE(Listener::adopt(unbound).ok());
}

TEST(Listener, one_that_stopped_here_disturbs_nobody_while_it_lives_on_elsewhere) {
  asio::io_context io;
  auto here = Listener::bind({"127.0.0.1", 0}, false);
  const auto elsewhere = here->duplicate();
  tcp::acceptor acceptor(io);
  std::move(*here).move_into(acceptor);
  error_code said;
  acceptor.async_accept([&](error_code error, tcp::socket) { said = error; });
  io.poll();
  stop_listening(acceptor);
  io.restart();
  io.poll();
  EXPECT_EQ(said, asio::error::operation_aborted);
  EXPECT_FALSE(acceptor.is_open());
  tcp::socket client(io);
  client.connect(endpoint_of(*elsewhere));
  asio::steady_timer timer(io, std::chrono::milliseconds(1));
  timer.async_wait([](error_code) {});
  io.restart();
  EXPECT_EQ(io.run(), 1U) << "the timer only: no event of the listener";
}

}  // namespace
}  // namespace signalbox::net
