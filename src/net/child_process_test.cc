// SPDX-License-Identifier: Apache-2.0
//
// Real programs, well behaved and not.
#include "net/child_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <optional>
#include <string>

namespace signalbox::net {
namespace {

Result<ChildOutput> run(ChildCommand command) {
  asio::io_context io(1);
  std::optional<Result<ChildOutput>> result;
  ChildProcess child(io, std::move(command), [&](auto outcome) { result = std::move(outcome); });
  EXPECT_FALSE(result.has_value()) << "never from inside the constructor";
  io.run();
  EXPECT_TRUE(result.has_value());
  return *std::move(result);
}

ChildCommand shell(const std::string& script) { return {.words = {"sh", "-c", script}}; }

TEST(ChildProcess, gives_output_errors_and_exit_code) {
  auto command = shell("echo $GREETING; echo careful >&2; cat; exit 3");
  command.variables = {{"GREETING", "hello"}};
  const auto result = run(command);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->output, "hello\n");
  EXPECT_EQ(result->errors, "careful\n");
  EXPECT_EQ(result->exit_code, 3);
}

TEST(ChildProcess, ended_by_a_signal_is_said_as_shells_do) {
  const auto result = run(shell("kill -TERM $$"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->exit_code, 128 + SIGTERM);
}

TEST(ChildProcess, a_program_that_is_not_there_is_an_error) {
  const auto result = run({.words = {"no-such-program-anywhere"}});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message,
            "no-such-program-anywhere cannot be started: No such file or directory");
}

TEST(ChildProcess, one_that_hangs_is_ended_with_all_that_it_started) {
  auto command = shell("sleep 1000 & sleep 1000");
  command.timeout = 50ms;
  const auto result = run(command);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "sh did not end within 0.05 s, and was ended");
}

TEST(ChildProcess, what_it_leaves_in_the_background_does_not_hold_up_its_end) {
  const auto result = run(shell("sleep 1000 & echo done"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->output, "done\n");
}

TEST(ChildProcess, output_without_end_is_bounded) {
  auto command = shell("yes");
  command.most_output = 10'000;
  const auto result = run(command);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "sh printed more than 10000 bytes, and was ended");
}

TEST(ChildProcess, errors_without_end_are_cut_and_read_on) {
  const auto result = run(shell("head -c 100000 /dev/zero >&2; echo ok"));
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_EQ(result->errors.size(), 4096u);
  EXPECT_EQ(result->output, "ok\n");
}

TEST(ChildProcess, one_that_is_given_up_says_nothing_more) {
  asio::io_context io(1);
  auto child = std::make_unique<ChildProcess>(io, shell("sleep 1000"),
                                              [](const auto&) { FAIL() << "it was given up"; });
  child.reset();
  io.run();
}

}  // namespace
}  // namespace signalbox::net
