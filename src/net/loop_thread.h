// SPDX-License-Identifier: Apache-2.0
//
// One thread running one event loop. Everything that lives on the loop is touched by that thread
// only, so the code there needs no locks; work from elsewhere is posted to io().
#pragma once

#include <string>
#include <thread>

#include "net/asio.h"

namespace signalbox::net {

class LoopThread {
 public:
  // `name` is what `top -H` and debuggers show; the system keeps its first 15 characters.
  explicit LoopThread(std::string name);

  // Stops if still running.
  ~LoopThread();
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // The loop, valid for the life of this object. Build what runs on it before start(), or post.
  asio::io_context& io() { return io_; }

  // Starts the thread; the loop then runs until stop(), also while it has nothing to do.
  // REQUIRES: not started before.
  void start();

  // Ends the loop after the handler it is in, and joins. Handlers still queued are not run; they
  // are destroyed with the loop. May be called twice, and without start(). REQUIRES: another
  // thread.
  void stop();

 private:
  std::string name_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::thread thread_;
};

}  // namespace signalbox::net
