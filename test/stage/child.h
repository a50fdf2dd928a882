// SPDX-License-Identifier: Apache-2.0
//
// A program started by a test, as an operator would start it: its output is read through pipes, its
// end is awaited, and it never outlives the test.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "test/stage/plug.h"

extern char** environ;

namespace signalbox::stage {

class Child {
 public:
  // Starts `arguments[0]`, found in PATH. Standard output and standard error are read as one text.
  explicit Child(std::vector<std::string> arguments) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    output_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    EXPECT_EQ(posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ), 0) << argv[0];
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
  }
  ~Child() {
    if (!code_) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(output_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const { kill(pid_, number); }

  // The text that follows `mark` up to the next of `ends`; empty when the program ends, or the
  // guard's time passes, without it.
  std::string await_after(std::string_view mark, std::string_view ends) {
    return await_after_times(mark, ends, 1);
  }

  // Likewise, behind the `times`-th mark.
  std::string await_after_times(std::string_view mark, std::string_view ends, int times) {
    while (true) {
      auto at = text_.find(mark);
      for (int i = 1; i < times && at != std::string::npos; ++i) at = text_.find(mark, at + 1);
      if (at != std::string::npos) {
        const auto end = text_.find_first_of(ends, at + mark.size());
        if (end != std::string::npos) {
          return text_.substr(at + mark.size(), end - at - mark.size());
        }
      }
      if (!read_some(kGuardSeconds)) return {};
    }
  }

  // All of its output, once it has ended; `seconds` bound the wait.
  const std::string& output(int seconds = kGuardSeconds) {
    while (read_some(seconds)) {
    }
    return text_;
  }

  // Its exit code; -1 when a signal ended it.
  int exit_code(int seconds = kGuardSeconds) {
    output(seconds);
    if (!code_) {
      int status = 0;
      waitpid(pid_, &status, 0);
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    return *code_;
  }

 private:
  bool read_some(int seconds) {
    pollfd wait{output_, POLLIN, 0};
    if (poll(&wait, 1, seconds * 1000) <= 0) {
      ADD_FAILURE() << "the program says nothing for " << seconds << " s; so far: " << text_;
      kill(pid_, SIGKILL);
      return false;
    }
    std::array<char, 4096> buffer;
    const ssize_t count = read(output_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    text_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  pid_t pid_ = 0;
  int output_ = -1;
  std::string text_;
  std::optional<int> code_;
};

// A directory that is gone with this object.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "signalbox-XXXXXX").string();
    EXPECT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  // Writes a file; returns its path.
  std::string write(const std::string& name, std::string_view content) const {
    const auto file = path_ / name;
    std::ofstream(file, std::ios::binary) << content;
    return file.string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline core::Address address_from(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return {"127.0.0.1", 0};
  return {text.substr(0, colon), static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)))};
}

// `signalbox serve` as a process; `yaml` has neither a section `gateway` nor `control`.
class Served {
 public:
  explicit Served(const std::string& yaml)
      : config_(directory_.write("signalbox.yaml",
                                 yaml + "gateway: {listen: 127.0.0.1:0, admin: 127.0.0.1:0, "
                                        "access_log: off}\ncontrol: {tick: 50ms}\n")),
        process_({SIGNALBOX_BINARY, "serve", "--config", config_}) {
    gateway_ = address_from(process_.await_after("serving on http://", ","));
    admin_ = address_from(process_.await_after("page on http://", "\r\n"));
    EXPECT_NE(gateway_.port, 0);
  }

  Child& process() { return process_; }
  const core::Address& gateway() const { return gateway_; }
  const core::Address& admin() const { return admin_; }

 private:
  TemporaryDirectory directory_;
  std::string config_;
  Child process_;
  core::Address gateway_;
  core::Address admin_;
};

}  // namespace signalbox::stage
