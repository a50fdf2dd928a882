// SPDX-License-Identifier: Apache-2.0
//
// posix_spawn, because this process has threads; the end is heard through a pidfd, which an event
// loop can wait for as for a socket. See child_process.h.
#include "net/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

extern char** environ;

namespace signalbox::net {

namespace {

constexpr std::size_t kMostErrors = 4096;

std::vector<std::string> environment_with(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    const std::string_view name = variable.substr(0, variable.find('='));
    bool replaced = false;
    for (const auto& [other, value] : added) replaced |= name == other;
    if (!replaced) variables.emplace_back(variable);
  }
  for (const auto& [name, value] : added) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Both ends of a pipe, closed unless taken.
struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~Pipe() {
    for (const int fd : ends) {
      if (fd >= 0) ::close(fd);
    }
  }
  int take_reader() { return std::exchange(ends[0], -1); }
  int writer() const { return ends[1]; }

  std::array<int, 2> ends{-1, -1};
};

}  // namespace

class ChildProcess::Run : public std::enable_shared_from_this<Run> {
 public:
  Run(asio::io_context& io, ChildCommand command, Done done)
      : io_(io),
        command_(std::move(command)),
        done_(std::move(done)),
        out_(io),
        errors_(io),
        ended_(io),
        deadline_(io) {}

  void start() {
    const int failed = spawn();
    if (failed != 0) {
      return asio::post(io_, [self = shared_from_this(), failed] {
        self->finish(Error{fmt::format("{} cannot be started: {}", self->command_.words.front(),
                                       std::strerror(failed))});
      });
    }
    read(out_, result_.output, command_.most_output);
    read(errors_, result_.errors, kMostErrors);
    ended_.async_wait(asio::posix::descriptor_base::wait_read,
                      [self = shared_from_this()](error_code ec) {
                        if (!ec) self->reap();
                      });
    deadline_.expires_after(command_.timeout);
    deadline_.async_wait([self = shared_from_this()](error_code ec) {
      if (ec) return;
      self->finish(
          Error{fmt::format("{} did not end within {:.3g} s, and was ended",
                            self->command_.words.front(), to_seconds(self->command_.timeout))});
    });
  }

  void abandon() {
    done_ = nullptr;
    release();
  }

 private:
  int spawn() {
    Pipe out, errors;
    if (out.writer() < 0 || errors.writer() < 0) return EMFILE;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out.writer(), 1);
    ::posix_spawn_file_actions_adddup2(&actions, errors.writer(), 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    std::vector<std::string> words = command_.words;
    std::vector<std::string> variables = environment_with(command_.variables);
    const int failed = ::posix_spawnp(&pid_, words.front().c_str(), &actions, &attributes,
                                      pointers(words).data(), pointers(variables).data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
      pid_ = -1;
      return failed;
    }
    const auto watch = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (watch < 0) return errno;
    ended_.assign(watch);
    out_.assign(out.take_reader());
    errors_.assign(errors.take_reader());
    return 0;
  }

  void read(asio::posix::stream_descriptor& from, std::string& into, std::size_t most) {
    const auto buffer = std::make_shared<std::array<char, 4096>>();
    from.async_read_some(asio::buffer(*buffer), [self = shared_from_this(), buffer, &from, &into,
                                                 most](error_code ec, std::size_t size) {
      if (!self->done_) return;
      if (ec) {
        ++self->pipes_ended_;
        return self->finish_if_over();
      }
      const bool is_output = &from == &self->out_;
      if (is_output && into.size() + size > most) {
        return self->finish(Error{fmt::format("{} printed more than {} bytes, and was ended",
                                              self->command_.words.front(), most)});
      }
      into.append(buffer->data(), std::min(size, most - into.size()));
      self->read(from, into, most);
    });
  }

  void reap() {
    if (pid_ < 0) return;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    // What it left behind holds the pipes open, perhaps for ever.
    ::kill(-pid_, SIGKILL);
    pid_ = -1;
    finish_if_over();
  }

  void finish_if_over() {
    if (done_ && pid_ < 0 && pipes_ended_ == 2) finish(std::move(result_));
  }

  void finish(Result<ChildOutput> result) {
    const auto done = std::exchange(done_, nullptr);
    release();
    if (done) done(std::move(result));
  }

  void release() {
    error_code ignored;
    deadline_.cancel();
    if (pid_ >= 0) {
      ::kill(-pid_, SIGKILL);
      ::waitpid(std::exchange(pid_, -1), nullptr, 0);
    }
    ended_.close(ignored);
    out_.close(ignored);
    errors_.close(ignored);
  }

  asio::io_context& io_;
  const ChildCommand command_;
  Done done_;  // empty once told
  asio::posix::stream_descriptor out_, errors_;
  asio::posix::stream_descriptor ended_;  // readable once the process has ended
  asio::steady_timer deadline_;
  pid_t pid_ = -1;
  int pipes_ended_ = 0;
  ChildOutput result_;
};

ChildProcess::ChildProcess(asio::io_context& io, ChildCommand command, Done done)
    : run_(std::make_shared<Run>(io, std::move(command), std::move(done))) {
  run_->start();
}

ChildProcess::~ChildProcess() { run_->abandon(); }

}  // namespace signalbox::net
