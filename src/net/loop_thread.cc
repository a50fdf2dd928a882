// SPDX-License-Identifier: Apache-2.0
//
// The loop's concurrency hint of 1 lets Asio drop the locking inside one loop; posting from other
// threads stays safe.
#include "net/loop_thread.h"

#include <pthread.h>

#include <utility>

#include "base/assert.h"

namespace signalbox::net {

namespace {

constexpr std::size_t kLongestThreadName = 15;  // pthread_setname_np refuses more

}  // namespace

LoopThread::LoopThread(std::string name)
    : name_(std::move(name)), work_(asio::make_work_guard(io_)) {}

LoopThread::~LoopThread() { stop(); }

void LoopThread::start() {
  SIGNALBOX_ASSERT(!thread_.joinable() && !io_.stopped());
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), name_.substr(0, kLongestThreadName).c_str());
    io_.run();
  });
}

void LoopThread::stop() {
  io_.stop();
  if (!thread_.joinable()) return;
  SIGNALBOX_ASSERT(thread_.get_id() != std::this_thread::get_id());
  thread_.join();
}

}  // namespace signalbox::net
