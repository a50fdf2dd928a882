// SPDX-License-Identifier: Apache-2.0
//
// How a process that serves is directed by the signals of an operating system: HUP reads the
// configuration again, TERM and INT drain and leave, USR2 hands over to a new process of the same
// command line and leaves when that one serves.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/process.h"
#include "base/time.h"
#include "net/asio.h"
#include "net/successor.h"

namespace signalbox::apps {

class SignalLoop {
 public:
  // `command` is this process's, its first word the path of the program; `drain` may change.
  SignalLoop(Process& process, std::vector<std::string> command,
             std::shared_ptr<const std::atomic<Duration>> drain);

  // Takes signals on this thread until the node has drained or the time for it is up.
  void run();

 private:
  void await();
  void on_signal(int number);
  void reload();
  void begin_drain();
  void poll_drain();
  void hand_over();
  void poll_successor();
  void after(Duration pause, void (SignalLoop::*step)());

  Process& process_;
  std::vector<std::string> command_;
  std::shared_ptr<const std::atomic<Duration>> drain_;
  asio::io_context io_;
  asio::signal_set signals_;
  asio::steady_timer timer_;
  TimePoint deadline_ = TimePoint::max();  // of the drain
  std::optional<net::Successor> successor_;
  TimePoint give_up_at_{};  // on the successor
};

}  // namespace signalbox::apps
