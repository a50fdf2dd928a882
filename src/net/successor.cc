// SPDX-License-Identifier: Apache-2.0
//
// posix_spawn, because this process has threads; see successor.h.
#include "net/successor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "net/inheritance.h"

extern char** environ;

namespace signalbox::net {

namespace {

constexpr int kFirst = 3;  // descriptors of sd_listen_fds(3) begin here

constexpr std::array<std::string_view, 5> kOwnVariables{
    "LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "SIGNALBOX_HANDOVER_FROM=",
    "SIGNALBOX_HANDOVER_READY="};

std::vector<std::string> environment_for(const std::vector<NamedListener>& listeners) {
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view variable = *at;
    bool own = false;
    for (const auto prefix : kOwnVariables) own |= variable.starts_with(prefix);
    if (!own) variables.emplace_back(variable);
  }
  std::string names;
  for (const auto& listener : listeners) {
    if (!names.empty()) names += ':';
    names += listener.name;
  }
  const auto count = static_cast<int>(listeners.size());
  variables.push_back(fmt::format("LISTEN_FDS={}", count));
  variables.push_back("LISTEN_FDNAMES=" + names);
  variables.push_back(fmt::format("{}={}", kHandOverFrom, ::getpid()));
  variables.push_back(fmt::format("{}={}", kHandOverReady, kFirst + count));
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// Descriptors of a spawn, moved out of the way of the numbers they shall have.
class Passed {
 public:
  ~Passed() {
    for (const int fd : copies_) ::close(fd);
  }
  bool add(int fd, int most) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, kFirst + most);
    if (copy >= 0) copies_.push_back(copy);
    return copy >= 0;
  }
  const std::vector<int>& copies() const { return copies_; }

 private:
  std::vector<int> copies_;
};

}  // namespace

Result<Successor> Successor::start(const std::vector<std::string>& command,
                                   const std::vector<NamedListener>& listeners) {
  const auto fail = [&](const char* step, int why) {
    return Error{fmt::format("cannot {} {}: {}", step, command.front(), std::strerror(why))};
  };
  std::array<int, 2> ready{};
  if (::pipe2(ready.data(), O_CLOEXEC | O_NONBLOCK) != 0) return fail("prepare", errno);
  const auto most = static_cast<int>(listeners.size()) + 1;
  Passed passed;
  bool all = true;
  for (const auto& listener : listeners) all = all && passed.add(listener.fd, most);
  all = all && passed.add(ready[1], most);
  const int why = errno;
  ::close(ready[1]);
  Successor made(-1, ready[0]);
  if (!all) return fail("prepare", why);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (int i = 0; i < most; ++i) {
    ::posix_spawn_file_actions_adddup2(&actions, passed.copies()[static_cast<std::size_t>(i)],
                                       kFirst + i);
  }
  ::posix_spawn_file_actions_addclosefrom_np(&actions, kFirst + most);
  std::vector<std::string> words = command;
  std::vector<std::string> variables = environment_for(listeners);
  const int failed = ::posix_spawn(&made.pid_, words.front().c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    made.pid_ = -1;
    return fail("start", failed);
  }
  return made;
}

Successor::Successor(Successor&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      ready_(std::exchange(other.ready_, -1)),
      state_(other.state_),
      failure_(std::move(other.failure_)) {}

Successor::~Successor() {
  give_up();
  if (ready_ >= 0) ::close(ready_);
}

Successor::State Successor::look() {
  if (state_ != State::kStarting) return state_;
  char said = 0;
  const ssize_t size = ::read(ready_, &said, 1);
  if (size == 1) {
    state_ = State::kServing;
  } else if (size == 0) {  // it holds its end until it serves, so it has ended
    int status = 0;
    ::waitpid(pid_, &status, 0);
    failure_ = WIFEXITED(status)
                   ? fmt::format("the new process ended with exit code {} before it served",
                                 WEXITSTATUS(status))
                   : fmt::format("the new process was ended by signal {} before it served",
                                 WTERMSIG(status));
    pid_ = -1;
    state_ = State::kFailed;
  }
  return state_;
}

void Successor::give_up() {
  if (pid_ < 0 || state_ != State::kStarting) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  state_ = State::kFailed;
  failure_ = "the new process did not serve in time and was ended";
}

std::string program_path(const std::string& argv0) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (argv0.find('/') != std::string::npos) {
    return fs::absolute(argv0, error).lexically_normal().string();
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    const fs::path candidate = fs::path(rest.substr(0, colon)) / argv0;
    if (::access(candidate.c_str(), X_OK) == 0) return fs::absolute(candidate, error).string();
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return {};
}

}  // namespace signalbox::net
