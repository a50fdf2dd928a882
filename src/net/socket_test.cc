// SPDX-License-Identifier: Apache-2.0
//
// Pairs of connected sockets on one loop: whoever waits is told, once, from the loop, of what is
// new; nobody is told of what is not theirs any more; and the loop has work as long as anybody
// waits.
#include "net/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace signalbox::net {
namespace {

using asio::ip::tcp;
using Operation = Socket::Operation;

class SocketTest : public ::testing::Test {
 protected:
  struct Pair {
    std::unique_ptr<Socket> near, far;
  };

  Pair connected() {
    tcp::acceptor acceptor(io_, {asio::ip::make_address("127.0.0.1"), 0});
    tcp::socket near(io_);
    near.connect(acceptor.local_endpoint());
    tcp::socket far = acceptor.accept();
    Pair pair{std::make_unique<Socket>(io_), std::make_unique<Socket>(io_)};
    pair.near->open(near.release());
    pair.far->open(far.release());
    return pair;
  }

  static void say(Socket& socket, std::string_view text) {
    const asio::const_buffer piece(text.data(), text.size());
    ASSERT_EQ(socket.send({&piece, 1}).size, text.size());
  }

  // What is there now, at most `room`; nullopt = it has to wait.
  static std::optional<std::string> hear(Socket& socket, std::size_t room = 100) {
    std::string text(room, '\0');
    const Step step = socket.receive(asio::buffer(text));
    if (step.need == Need::kReadable) return std::nullopt;
    if (step.error) return step.error == asio::error::eof ? "(end)" : step.error.message();
    return text.substr(0, step.size);
  }

  // Says in `told_` that, and with what error, a wait has ended.
  Completion noted(const std::string& who) {
    return [this, who](error_code error) {
      told_.push_back(error ? who + ": " + error.message() : who);
    };
  }

  // Runs what there is to do, without waiting for more.
  void turn() {
    io_.restart();
    io_.poll();
  }

  asio::io_context io_;
  std::vector<std::string> told_;
};

using Told = std::vector<std::string>;

TEST_F(SocketTest, a_wait_ends_when_bytes_come) {
  const auto pair = connected();
  EXPECT_EQ(hear(*pair.far), std::nullopt);
  pair.far->wait(Operation::kRead, Need::kReadable, noted("far"));
  turn();
  EXPECT_EQ(told_, Told{});
  say(*pair.near, "hello");
  turn();
  EXPECT_EQ(told_, Told{"far"});
  EXPECT_EQ(hear(*pair.far), "hello");
}

TEST_F(SocketTest, bytes_that_left_no_room_are_tried_for_again_and_all_is_not) {
  const auto pair = connected();
  say(*pair.near, "abcdef");
  EXPECT_EQ(hear(*pair.far, 4), "abcd");
  EXPECT_TRUE(pair.far->may_receive());
  EXPECT_EQ(hear(*pair.far, 4), "ef");
  EXPECT_FALSE(pair.far->may_receive());
}

TEST_F(SocketTest, what_came_while_nobody_waited_is_remembered) {
  const auto pair = connected();
  EXPECT_EQ(hear(*pair.far), std::nullopt);
  pair.near->wait(Operation::kRead, Need::kReadable, noted("near"));  // somebody has to
  say(*pair.near, "early");
  turn();
  EXPECT_TRUE(pair.far->may_receive());
  EXPECT_EQ(hear(*pair.far), "early");
}

TEST_F(SocketTest, the_end_is_found_though_it_came_with_the_last_bytes) {
  const auto pair = connected();
  EXPECT_EQ(hear(*pair.far), std::nullopt);
  pair.far->wait(Operation::kRead, Need::kReadable, noted("far"));
  say(*pair.near, "last");
  ::shutdown(pair.near->fd(), SHUT_WR);
  turn();
  EXPECT_EQ(hear(*pair.far), "last");
  EXPECT_TRUE(pair.far->may_receive());
  EXPECT_EQ(hear(*pair.far), "(end)");
}

TEST_F(SocketTest, a_full_peer_is_waited_for_until_it_reads) {
  const auto pair = connected();
  const std::string much(1 << 20, 'x');
  const asio::const_buffer piece(much.data(), much.size());
  while (pair.near->send({&piece, 1}).need == Need::kNothing) {
  }
  pair.near->wait(Operation::kWrite, Need::kWritable, noted("near"));
  turn();
  EXPECT_EQ(told_, Told{});
  while (told_.empty()) {
    while (hear(*pair.far, much.size())) {
    }
    turn();
  }
  EXPECT_EQ(told_, Told{"near"});
}

TEST_F(SocketTest, several_pieces_leave_together) {
  const auto pair = connected();
  const std::vector<asio::const_buffer> pieces{asio::buffer("one ", 4), asio::buffer("two", 3)};
  EXPECT_EQ(pair.near->send(pieces).size, 7U);
  EXPECT_EQ(hear(*pair.far), "one two");
}

TEST_F(SocketTest, a_reset_ends_the_wait_for_it_and_the_end_of_one_direction_does_not) {
  const auto pair = connected();
  pair.far->wait_for_fall(noted("far"));
  ::shutdown(pair.near->fd(), SHUT_WR);
  turn();
  EXPECT_EQ(told_, Told{});
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(pair.near->fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  pair.near->close();
  turn();
  EXPECT_EQ(told_, Told{"far"});
  pair.far->wait_for_fall(noted("late"));
  turn();
  EXPECT_EQ(told_, (Told{"far", "late"}));
}

TEST_F(SocketTest, closing_tells_all_who_wait_but_from_the_loop) {
  const auto pair = connected();
  EXPECT_EQ(hear(*pair.far), std::nullopt);
  pair.far->wait(Operation::kRead, Need::kReadable, noted("reader"));
  pair.far->wait(Operation::kWrite, Need::kWritable, noted("writer"));
  pair.far->wait_for_fall(noted("watcher"));
  pair.far->close();
  EXPECT_EQ(told_, Told{});
  EXPECT_EQ(hear(*pair.far), "Bad file descriptor");
  turn();
  EXPECT_EQ(told_, (Told{"reader: Operation canceled", "writer: Operation canceled",
                         "watcher: Operation canceled"}));
}

TEST_F(SocketTest, waiting_on_a_closed_socket_ends_at_once) {
  Socket closed(io_);
  closed.wait(Operation::kRead, Need::kReadable, noted("reader"));
  closed.wait_for_fall(noted("watcher"));
  turn();
  EXPECT_EQ(told_, (Told{"reader: Bad file descriptor", "watcher: Bad file descriptor"}));
}

TEST_F(SocketTest, what_cannot_be_watched_is_closed_and_not_waited_for) {
  std::FILE* const file = std::tmpfile();  // no epoll takes a regular file
  const int number = ::dup(::fileno(file));
  std::fclose(file);
  Socket socket(io_);
  socket.open(number);
  EXPECT_FALSE(socket.is_open());
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
  socket.wait(Operation::kRead, Need::kReadable, noted("reader"));
  turn();
  EXPECT_EQ(told_, Told{"reader: Bad file descriptor"});
}

TEST_F(SocketTest, who_is_destroyed_in_the_same_turn_is_told_of_that_only) {
  auto first = connected();
  auto second = connected();
  for (auto* const pair : {&first, &second}) EXPECT_EQ(hear(*pair->far), std::nullopt);
  // Whichever is told first destroys the other.
  first.far->wait(Operation::kRead, Need::kReadable, [&](error_code error) {
    told_.push_back(error ? "destroyed" : "read");
    if (!error) second.far.reset();
  });
  second.far->wait(Operation::kRead, Need::kReadable, [&](error_code error) {
    told_.push_back(error ? "destroyed" : "read");
    if (!error) first.far.reset();
  });
  say(*first.near, "a");
  say(*second.near, "b");
  turn();
  EXPECT_EQ(told_, (Told{"read", "destroyed"}));
}

TEST_F(SocketTest, the_next_socket_of_the_same_number_hears_nothing_of_the_last) {
  auto first = connected();
  EXPECT_EQ(hear(*first.far), std::nullopt);
  auto second = connected();
  // Two copies: one as a child process would have it, so that closing alone does not take it out of
  // the epoll, and one of another socket under the number that has become free.
  const int number = first.far->fd();
  const int child = ::dup(number);
  first.far->close();
  Socket next(io_);
  next.open(::dup2(second.far->fd(), number));
  EXPECT_EQ(hear(next), std::nullopt);
  next.wait(Operation::kRead, Need::kReadable, noted("next"));
  say(*first.near, "for the copy");
  turn();
  EXPECT_EQ(told_, Told{});
  ::close(child);
}

TEST_F(SocketTest, what_is_deferred_is_called_in_order_and_what_it_defers_later) {
  Socket socket(io_);
  socket.defer([&](error_code) {
    told_.push_back("first");
    socket.defer(noted("third"));
  });
  socket.defer(noted("second"), asio::error::eof);
  EXPECT_EQ(told_, Told{});
  turn();
  EXPECT_EQ(told_, (Told{"first", "second: End of file", "third"}));
}

TEST_F(SocketTest, the_loop_ends_when_nobody_waits_and_not_before) {
  const auto pair = connected();
  EXPECT_EQ(hear(*pair.far), std::nullopt);
  io_.restart();
  io_.run();  // nobody waits: it returns
  pair.far->wait(Operation::kRead, Need::kReadable, noted("far"));
  asio::post(io_, [&] { say(*pair.near, "now"); });
  io_.restart();
  io_.run();  // until the wait has ended
  EXPECT_EQ(told_, Told{"far"});
}

TEST(Poller, a_loop_that_ends_frees_those_who_wait_without_telling_them) {
  const auto kept = std::make_shared<int>();
  bool told = false;
  {
    asio::io_context io;
    tcp::acceptor acceptor(io, {asio::ip::make_address("127.0.0.1"), 0});
    tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    // It waits for itself, as a connection does that its own read keeps alive.
    const auto socket = std::make_shared<Socket>(io);
    socket->open(near.release());
    socket->wait(Operation::kRead, Need::kReadable,
                 [socket, kept, &told](error_code) { told = true; });
    socket->defer([kept, &told](error_code) { told = true; });
  }
  EXPECT_EQ(kept.use_count(), 1);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace signalbox::net
