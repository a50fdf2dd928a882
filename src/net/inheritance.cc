// SPDX-License-Identifier: Apache-2.0
//
// The environment, read once; see inheritance.h.
#include "net/inheritance.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace signalbox::net {

namespace {

constexpr int kFirst = 3;    // SD_LISTEN_FDS_START
constexpr int kMost = 4096;  // more than that is a mistake

int number(const char* variable) {
  const char* text = std::getenv(variable);
  int value = -1;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), value);
  return value;
}

std::vector<std::string> names_of(const char* text) {
  std::vector<std::string> names;
  std::string_view rest = text != nullptr ? text : "";
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    names.emplace_back(rest.substr(0, colon));
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  return names;
}

// sd_notify(3), without its library: one datagram to the socket that the manager names.
void notify_manager() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  sockaddr_un to{};
  if (path == nullptr || std::strlen(path) < 2 || std::strlen(path) >= sizeof to.sun_path) return;
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path, std::strlen(path));
  if (path[0] == '@') to.sun_path[0] = '\0';  // an abstract name
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const std::string said = fmt::format("READY=1\nMAINPID={}", ::getpid());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + std::strlen(path));
  ::sendto(fd, said.data(), said.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
           size);
  ::close(fd);
}

}  // namespace

Result<Inheritance> Inheritance::claim() {
  Inheritance made;
  const bool from_manager = number("LISTEN_PID") == ::getpid();
  const bool from_process = number(kHandOverFrom) == ::getppid();
  const int count = number("LISTEN_FDS");
  const int ready = number(kHandOverReady);
  const auto names = names_of(std::getenv("LISTEN_FDNAMES"));
  for (const char* used :
       {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", kHandOverFrom, kHandOverReady}) {
    ::unsetenv(used);
  }
  if (from_process && ready > STDERR_FILENO) {
    ::fcntl(ready, F_SETFD, FD_CLOEXEC);
    made.ready_fd_ = ready;
  }
  if ((!from_manager && !from_process) || count <= 0) return made;
  if (count > kMost) return Error{fmt::format("LISTEN_FDS: {} sockets are too many", count)};
  for (int i = 0; i < count; ++i) {
    auto listener = Listener::adopt(kFirst + i);
    if (!listener.ok()) return Error{"LISTEN_FDS: " + listener.error().message};
    const auto at = static_cast<std::size_t>(i);
    made.listeners_.emplace_back(at < names.size() ? names[at] : "", std::move(*listener));
  }
  return made;
}

Inheritance::Inheritance(Inheritance&& other) noexcept
    : listeners_(std::move(other.listeners_)), ready_fd_(std::exchange(other.ready_fd_, -1)) {}

Inheritance& Inheritance::operator=(Inheritance&& other) noexcept {
  std::swap(listeners_, other.listeners_);
  std::swap(ready_fd_, other.ready_fd_);
  return *this;
}

Inheritance::~Inheritance() {
  if (ready_fd_ >= 0) ::close(ready_fd_);
}

std::vector<Listener> Inheritance::take(std::string_view name) {
  std::vector<Listener> taken;
  for (auto& [own, listener] : listeners_) {
    if (own == name) taken.push_back(std::move(listener));
  }
  std::erase_if(listeners_, [&](const auto& named) { return named.first == name; });
  return taken;
}

std::vector<std::string> Inheritance::left() const {
  std::vector<std::string> names;
  for (const auto& named : listeners_) names.push_back(named.first);
  return names;
}

void Inheritance::announce() {
  notify_manager();
  if (ready_fd_ < 0) return;
  const char yes = 'y';
  while (::write(ready_fd_, &yes, 1) < 0 && errno == EINTR) {
  }
  ::close(std::exchange(ready_fd_, -1));
}

}  // namespace signalbox::net
