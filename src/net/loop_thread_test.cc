// SPDX-License-Identifier: Apache-2.0
//
// The loop's life: it runs what is posted, on its own named thread, idles without ending, and stops
// when told, whatever is still queued.
#include "net/loop_thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace signalbox::net {
namespace {

TEST(LoopThread, runs_posted_work_on_its_own_named_thread) {
  LoopThread loop("signalbox-a-long-name");
  loop.start();
  std::promise<std::pair<std::thread::id, std::string>> seen;
  asio::post(loop.io(), [&seen] {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    seen.set_value({std::this_thread::get_id(), name.data()});
  });
  const auto [thread, name] = seen.get_future().get();
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_EQ(name, "signalbox-a-lon");
}

TEST(LoopThread, keeps_running_while_it_has_nothing_to_do) {
  LoopThread loop("idle");
  loop.start();
  for (int i = 0; i < 100; ++i) {
    std::promise<void> done;
    asio::post(loop.io(), [&done] { done.set_value(); });
    done.get_future().get();
  }
}

TEST(LoopThread, stops_twice_and_without_a_start) {
  LoopThread never_started("never");
  never_started.stop();
  LoopThread loop("twice");
  loop.start();
  loop.stop();
  loop.stop();
}

TEST(LoopThread, destroys_queued_handlers_without_running_them) {
  auto kept = std::make_shared<int>(7);
  {
    LoopThread loop("queued");
    asio::post(loop.io(), [kept] { FAIL() << "the loop never started"; });
  }
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(LoopThread, waiting_timers_do_not_delay_a_stop) {
  LoopThread loop("timer");
  asio::steady_timer timer(loop.io(), std::chrono::hours(1));
  timer.async_wait([](error_code) { FAIL() << "an hour did not pass"; });
  loop.start();
  loop.stop();
}

}  // namespace
}  // namespace signalbox::net
