// SPDX-License-Identifier: Apache-2.0
//
// The process that the tests of a hand-over start: it plays the part that its one argument names.
// Exit codes: 0 it played to its end, 2 it was told to end early, 3 what it found was not as it
// should be.
#include <stdlib.h>  // NOLINT: getenv
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/asio.h"
#include "net/inheritance.h"

namespace signalbox::net {
namespace {

using asio::ip::tcp;

constexpr int kEndedEarly = 2;
constexpr int kNotAsItShouldBe = 3;

// Answers one connection on each listener with its name, then ends.
int serve() {
  auto claimed = Inheritance::claim();
  if (!claimed.ok() || !claimed->handed_over()) return kNotAsItShouldBe;
  asio::io_context io;
  const int beyond = ::dup(0);  // the lowest free number: all below are taken
  std::vector<std::pair<std::string, Listener>> own;
  for (const std::string name : {"admin", "gateway"}) {
    for (auto& listener : claimed->take(name)) own.emplace_back(name, std::move(listener));
  }
  if (!claimed->left().empty() || ::getenv("LISTEN_FDS") != nullptr) return kNotAsItShouldBe;
  const bool no_more = beyond == 3 + static_cast<int>(own.size()) + 1;
  claimed->announce();
  for (auto& [name, listener] : own) {
    tcp::acceptor acceptor(io);
    std::move(listener).move_into(acceptor);
    tcp::socket client = acceptor.accept();
    asio::write(client, asio::buffer(name + (no_more ? "" : " and strange descriptors")));
  }
  return 0;
}

int end_before_serving() { return Inheritance::claim().ok() ? kEndedEarly : kNotAsItShouldBe; }

int never_serve() {
  for (;;) ::pause();
}

}  // namespace
}  // namespace signalbox::net

int main(int count, char** arguments) {
  using namespace signalbox::net;
  const std::string_view part = count == 2 ? arguments[1] : "";
  if (part == "serves") return serve();
  if (part == "ends_before_it_serves") return end_before_serving();
  return part == "never_serves" ? never_serve() : kNotAsItShouldBe;
}
