// SPDX-License-Identifier: Apache-2.0
//
// What the starter of this process hands to it: listening sockets with names, and somebody who
// waits to hear that it serves. The starter is systemd (sd_listen_fds(3), sd_notify(3)) or the
// process before this one (successor.h), which uses the same variables of the environment.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/listener.h"

namespace signalbox::net {

// Of the environment that successor.h makes, beside LISTEN_FDS and LISTEN_FDNAMES.
inline constexpr const char* kHandOverFrom = "SIGNALBOX_HANDOVER_FROM";    // its process id
inline constexpr const char* kHandOverReady = "SIGNALBOX_HANDOVER_READY";  // a descriptor

class Inheritance {
 public:
  Inheritance() = default;
  // Takes what the environment says is for this process, and clears those variables, so that no
  // program started from here takes it for its own. Nothing said is an empty inheritance.
  // REQUIRES: no other threads yet.
  static Result<Inheritance> claim();

  Inheritance(Inheritance&& other) noexcept;
  Inheritance& operator=(Inheritance&& other) noexcept;
  // Who waits hears that this process will not serve; sockets not taken are closed.
  ~Inheritance();

  // The listeners of that name, in order; they are no longer in here.
  std::vector<Listener> take(std::string_view name);
  // Names of those not taken.
  std::vector<std::string> left() const;

  // Whether an earlier process waits for this one to take over.
  bool handed_over() const { return ready_fd_ >= 0; }
  // Tells who waits that this process serves.
  void announce();

 private:
  std::vector<std::pair<std::string, Listener>> listeners_;
  int ready_fd_ = -1;  // owned; -1 = nobody waits
};

}  // namespace signalbox::net
