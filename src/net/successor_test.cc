// SPDX-License-Identifier: Apache-2.0
//
// Hand-over to a real process, which plays the successor (successor_part.cc). What is passed
// arrives, nothing else does, and failures are told.
#include "net/successor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "net/inheritance.h"
#include "net/test_certificates.h"

namespace signalbox::net {
namespace {

using asio::ip::tcp;

// The process that is to take over: successor_part.cc, in that part of it.
std::vector<std::string> play(const std::string& part) { return {SUCCESSOR_PART, part}; }

// Asked again and again, as the signal loop does: it passes on what the process did, and the guard
// can only fail.
Successor::State outcome(Successor& successor) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (successor.look() == Successor::State::kStarting &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return successor.look();
}

tcp::endpoint endpoint_of(const Listener& listener) {
  const auto place = listener.place();
  return {asio::ip::make_address(place.host), place.port};
}

std::string read_all(const tcp::endpoint& from) {
  asio::io_context io;
  tcp::socket socket(io);
  socket.connect(from);
  std::string text;
  std::array<char, 256> buffer;
  error_code ended;
  while (!ended) {
    const std::size_t size = socket.read_some(asio::buffer(buffer), ended);
    text.append(buffer.data(), size);
  }
  return text;
}

TEST(Successor, serves_on_the_listeners_it_was_given_and_has_nothing_else) {
  const int stray = ::socket(AF_INET, SOCK_STREAM, 0);  // as libraries leave them: not CLOEXEC
  const auto gateway = Listener::bind({"127.0.0.1", 0}, true);
  const auto second = Listener::bind(gateway->place(), true);
  const auto admin = Listener::bind({"127.0.0.1", 0}, false);
  auto successor = Successor::start(
      play("serves"),
      {{"gateway", gateway->fd()}, {"admin", admin->fd()}, {"gateway", second->fd()}});
  ASSERT_TRUE(successor.ok()) << successor.error().message;
  EXPECT_EQ(outcome(*successor), Successor::State::kServing);
  EXPECT_EQ(read_all(endpoint_of(*admin)), "admin");
  ::close(stray);
  ::kill(successor->pid(), SIGKILL);
}

TEST(Successor, one_that_ends_before_it_serves_is_told_with_its_code) {
  auto successor = Successor::start(play("ends_before_it_serves"), {});
  ASSERT_TRUE(successor.ok());
  EXPECT_EQ(outcome(*successor), Successor::State::kFailed);
  EXPECT_EQ(successor->failure(), "the new process ended with exit code 2 before it served");
}

TEST(Successor, one_that_takes_too_long_is_ended) {
  auto successor = Successor::start(play("never_serves"), {});
  ASSERT_TRUE(successor.ok());
  EXPECT_EQ(successor->look(), Successor::State::kStarting);
  successor->give_up();
  EXPECT_EQ(successor->look(), Successor::State::kFailed);
  EXPECT_EQ(successor->failure(), "the new process did not serve in time and was ended");
}

TEST(Successor, a_program_that_is_not_there_is_named) {
  const auto successor = Successor::start({"/no/such/program"}, {});
  ASSERT_FALSE(successor.ok());
  EXPECT_EQ(successor.error().message, "cannot start /no/such/program: No such file or directory");
}

TEST(ProgramPath, keeps_links_so_that_a_moved_link_leads_to_the_new_version) {
  const testing::ScratchFolder folder;
  std::filesystem::create_symlink("/bin/sh", folder.path("link"));
  EXPECT_EQ(program_path(folder.path("link")), folder.path("link"));
  EXPECT_EQ(program_path("no-such-program-anywhere"), "");
  EXPECT_TRUE(program_path("sh").ends_with("/sh"));
}

TEST(Inheritance, is_empty_where_nothing_is_said) {
  const auto claimed = Inheritance::claim();
  ASSERT_TRUE(claimed.ok());
  EXPECT_FALSE(claimed->handed_over());
  EXPECT_TRUE(claimed->left().empty());
}

TEST(Inheritance, of_another_process_is_not_taken_but_forgotten) {
  ::setenv("LISTEN_PID", "1", 1);
  ::setenv("LISTEN_FDS", "2", 1);
  const auto claimed = Inheritance::claim();
  ASSERT_TRUE(claimed.ok());
  EXPECT_TRUE(claimed->left().empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
}

}  // namespace
}  // namespace signalbox::net
