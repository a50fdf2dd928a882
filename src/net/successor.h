// SPDX-License-Identifier: Apache-2.0
//
// A new process that takes over from this one: it inherits the listening sockets, so there is no
// moment in which nobody listens, and connections that wait to be accepted wait for whichever of
// the two comes first. This process goes on serving until the other says that it does; if that
// never happens, nothing has.
//
// Nothing else is inherited but standard input, output and error: a client's connection that lived
// on in a second process would never be seen to close.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace signalbox::net {

struct NamedListener {
  std::string name;  // without ':'
  int fd;            // stays the caller's
};

class Successor {
 public:
  enum class State { kStarting, kServing, kFailed };

  // Runs `command`, whose first word is the path of a program.
  static Result<Successor> start(const std::vector<std::string>& command,
                                 const std::vector<NamedListener>& listeners);
  Successor(Successor&& other) noexcept;
  Successor& operator=(Successor&&) = delete;
  // One that does not serve yet is ended.
  ~Successor();

  // How far it is; never waits.
  State look();
  // Ends it, unless it serves.
  void give_up();

  pid_t pid() const { return pid_; }
  // In words; after kFailed.
  const std::string& failure() const { return failure_; }

 private:
  Successor(pid_t pid, int ready) : pid_(pid), ready_(ready) {}

  pid_t pid_;
  int ready_;  // owned; it says one byte when it serves, and ends when it ends
  State state_ = State::kStarting;
  std::string failure_;
};

// Where the program lies that was started as `argv0`: absolute, but with links kept as they are, so
// that a link that is moved to a new version leads there. Empty if it cannot be found.
std::string program_path(const std::string& argv0);

}  // namespace signalbox::net
